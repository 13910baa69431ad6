import Contract
import JSONText
import Testing

@testable import API

@Suite struct ObjectReaderTests {
    private func seed(_ text: String) throws -> (value: Int?, details: [String]) {
        var fields = BodyFields(try JSONParser.parse(Array(#"{"seed":\#(text)}"#.utf8)))
        var value: Int?
        fields.field("seed", &value, .count(0...Int.max), "")
        return (value, fields.reader.faults.listed.map(\.detail))
    }

    @Test(arguments: [
        ("9007199254740993", 9_007_199_254_740_993), ("9223372036854775807", Int.max),
        ("1e4", 10_000), ("3.0", 3),
    ])
    func `reads whole numbers to the last digit`(_ text: String, _ number: Int) throws {
        let read = try seed(text)
        #expect(read.value == number)
        #expect(read.details.isEmpty)
    }

    @Test(arguments: ["9223372036854775808", "1.5", "-1", "1e19", "\"7\""])
    func `refuses what is no whole number of the range`(_ text: String) throws {
        let read = try seed(text)
        #expect(read.value == nil)
        #expect(read.details.count == 1)
        #expect(
            read.details.first?.hasSuffix("must be a whole number of at least 0.") == true)
    }
}
