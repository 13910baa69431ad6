import JSONText
import TestSupport
import Testing

@Suite struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    private func error(_ text: String) -> JSONSyntaxError? {
        do {
            _ = try parse(text)
            return nil
        } catch {
            return error as? JSONSyntaxError
        }
    }

    @Test func `reads every kind of value and keeps the order of members`() throws {
        let value = try parse(
            #" {"b":[1,-2.5e1,true,false,null,"a\u00e9\ud83d\ude00\n\"\\\/"],"a":{}} "#)
        #expect(
            value
                == .object([
                    .init(
                        "b",
                        .array([
                            .integer(1), .number(-25), .bool(true), .bool(false), .null,
                            .string("aé😀\n\"\\/"),
                        ])),
                    .init("a", .object([])),
                ]))
    }

    @Test(arguments: [
        "0.1", "1e-3", "3.141592653589793", "2.5e22", "1.7976931348623157e308", "5e-324",
        "0.0002999771173709568", "123456789012345678901234567890", "9007199254740993.0", "1E+5",
        "-0.0", "-0", "4.35", "0.000001e6", "1e-400",
    ])
    func `reads numbers as the standard library does`(_ text: String) throws {
        let value = try parse(text).double
        #expect(value?.bitPattern == Double(text)?.bitPattern)
    }

    @Test func `keeps whole numbers exact`() throws {
        #expect(try parse("999999999999999999") == .integer(999_999_999_999_999_999))
        #expect(try parse("9223372036854775807") == .integer(.max))
        #expect(try parse("-9223372036854775807") == .integer(-.max))
        #expect(try parse("9223372036854775808") == .number(0x1p63))
        #expect(try parse("9999999999999999999") == .number(1e19))
        #expect(try parse("-7") == .integer(-7))
        #expect(try parse("100000000000000000000") == .number(1e20))
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
    func `reads a number that is not finite, to be refused by its field`(_ text: String) throws {
        #expect(try parse(text) == .notFinite(text))
    }

    @Test(
        arguments: [
            ("", "the body is empty; send a JSON value."),
            (
                #"{"a":1"#,
                "the JSON ends too early, at line 1, column 7; it looks cut off, send it whole."
            ),
            (
                "[1,\n 2 3]",
                "not JSON at line 2, column 4: found 3, expected , or ]."
            ),
            ("{a:1}", "not JSON at line 1, column 2: found a, expected a name in double quotes."),
            ("[1] x", "not JSON at line 1, column 5: found x, expected the end."),
            ("[01]", "not JSON at line 1, column 2: 01 is not a number."),
            ("[1.]", "not JSON at line 1, column 2: 1.] is not a number."),
            (
                #"["\x"]"#,
                #"not JSON at line 1, column 3: the escape is none of \" \\ \/ \b \f \n \r \t \uXXXX."#
            ),
            (
                "[\"\u{1}\"]",
                "not JSON at line 1, column 3: a control character in a string must be escaped."
            ),
            (#"{"a":1,"a":2}"#, #"the object at line 1, column 8 has two members "a"; send one."#),
            ("loss=3", "not JSON at line 1, column 1: found l, expected a value."),
        ] as [(String, String)])
    func `says what is wrong and where`(_ text: String, _ message: String) {
        #expect(error(text)?.message == message)
    }

    @Test(arguments: [
        ("", "there is no value"), ("[1", "the text ends too early, it looks cut off"),
        ("[1 2]", "found 2, expected , or ]"), ("[-]", "-] is not a number"),
        (#"{"a":1,"a":2}"#, "an object has two members \"a\""),
        (String(repeating: "[", count: 66), "it is nested deeper than 64 levels"),
    ])
    func `says what is wrong without the place too`(_ text: String, _ reason: String) {
        #expect(error(text)?.reason == reason)
    }

    @Test func `a byte order mark is not part of the text`() throws {
        #expect(try parse("\u{FEFF} [1]") == .array([.integer(1)]))
        #expect(error("\u{FEFF}")?.kind == .empty)
        #expect(error("[\u{FEFF}1]")?.column == 2)
    }

    @Test func `escapes the two characters that mean something in a pointer`() {
        #expect(pointerComponent("loss/a~b/c") == "loss~1a~0b~1c")
        #expect(pointerComponent("loss") == "loss")
    }

    @Test func `refuses text that is not UTF-8`() {
        let bytes: [UInt8] = [0x22, 0xFF, 0x22]
        let error = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(bytes) }
        #expect(error?.kind == .notUTF8)
    }

    @Test func `refuses nesting that would exhaust the stack`() {
        let text = String(repeating: "[", count: 100_000)
        #expect(error(text)?.kind == .tooDeep(limit: JSONParser.maximumDepth))
    }

    @Test func `every cut of a text is an error, and never a trap`() throws {
        let text = Array(#"{"a":[1.5e3,"x\u00e9\ud83d\ude00",true,null,{"b":-0.25}]}"#.utf8)
        #expect(throws: Never.self) { try JSONParser.parse(text) }
        for length in 0..<text.count {
            #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array(text[..<length])) }
        }
    }

    @Test func `finds a repeated name among many`() {
        let names = (0..<100).map { "\"n\($0)\":0" } + ["\"n42\":1"]
        #expect(error("{\(names.joined(separator: ","))}")?.kind == .repeatedName("n42"))
    }

    @Test func `writes what it reads`() throws {
        let text = #"{"a":[1,2.5,null,true,"x\"\\\u0001é"],"b":{"c":-1e-07},"d":3e+20}"#
        let value = try parse(text)
        #expect(try JSONParser.parse(JSONWriter.bytes(of: value)) == value)
        #expect(JSONWriter.text(of: value) == text)
    }

    @Test func `writes whole numbers to the ends of their range`() throws {
        let values = [0, 7, -10, 100, Int.max, Int.min]
        var writer = JSONWriter()
        writer.write(values)
        #expect(writer.bytes == Array("[0,7,-10,100,\(Int.max),\(Int.min)]".utf8))
    }

    @Test func `writes numbers so that they read back the same, and null for the rest`() throws {
        var generator = SeededGenerator(seed: 11)
        let values = (0..<2_000).map { _ in
            Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &generator))
        }
        var writer = JSONWriter()
        writer.write(values)
        guard case .array(let read) = try JSONParser.parse(writer.bytes) else {
            Issue.record("not an array")
            return
        }
        for (value, back) in zip(values, read) {
            #expect(value.isFinite ? back.double == value : back == .null)
        }
        #expect(read.count == values.count)
    }
}
