import JSONText
import Testing

@Suite struct JSONLinesTests {
    private func lines(_ text: String) throws -> [(line: Int, value: JSONValue)] {
        try JSONLines.parse(Array(text.utf8))
    }

    @Test(arguments: ["[1]\n\n \t\r\n{}\n", "[1]\r\n\r\n\r\n{}", "\u{FEFF}[1]\n\n\n{}\n\n"])
    func `reads a value from every line that is not blank, and counts them all`(
        _ text: String
    ) throws {
        let values = try lines(text)
        #expect(values.map(\.line) == [1, 4])
        #expect(values.map(\.value) == [.array([.integer(1)]), .object([])])
    }

    @Test(arguments: ["", "\n", " \r\n\t"])
    func `a text without values has none`(_ text: String) throws {
        #expect(try lines(text).isEmpty)
    }

    @Test func `a fault has its place in the whole text`() throws {
        let error = #expect(throws: JSONSyntaxError.self) { try lines("[1]\n\n  {\"a\":x}\n[2") }
        #expect(error?.line == 3)
        #expect(error?.column == 8)
        #expect(error?.offset == 12)
        #expect(error?.message == "not JSON at line 3, column 8: found x, expected a value.")
    }

    @Test func `a value may not go on in the next line`() throws {
        let error = #expect(throws: JSONSyntaxError.self) { try lines("[1,\n2]") }
        #expect(error?.kind == .cutOff)
        #expect(error?.line == 1)
    }
}
