import Imports
import Records
import TestSupport
import Testing

struct NumberTests {
    /// The standard library rounds correctly, so every text must give its very double.
    private func check(_ texts: [String]) throws {
        let body = texts.map { "1,\($0)\n" }.joined()
        let file = try curve("step,loss\n" + body)
        #expect(file.points.count == texts.count)
        for (point, text) in zip(file.points, texts) {
            #expect(point.loss == Double(text), "\(text)")
        }
    }

    @Test func `numbers are read to the last bit`() throws {
        try check([
            "1", "0.1", "3.14159", "1e22", "1e23", "9007199254740993", "123456789012345678",
            "0.000000000000000000000000000001", "+2.5", "2.",
            ".5", "1E5", "1e-5", "8.5e+2", "0.30000000000000004", "4503599627370496.5",
            "123456789012345678901234567890",
        ])
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `any double survives its shortest text`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var texts: [String] = []
        while texts.count < 2_000 {
            // Losses are taken from 1e-30 to 1e30, and bits are in the order of what they stand for.
            let value = Double(
                bitPattern: UInt64.random(
                    in: 1e-30.bitPattern...1e30.bitPattern, using: &generator))
            texts.append("\(value)")
            texts.append("\(Double.random(in: 1e-6..<20, using: &generator))")
        }
        try check(texts)
    }

    @Test(arguments: ["1.7976931348623157e308", "5e-324", "2.2250738585072011e-308"])
    func `what lies beyond the limits of a loss is read to the last bit, too`(text: String) throws {
        let error = fault { () throws(RunFileError) in try curve("step,loss\n1,\(text)\n") }
        guard case .invalid("loss", let value, _) = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try value == "\(#require(Double(text)))")
    }

    @Test(arguments: ["1,5", "1e", "e5", "--1", "1.2.3", "0x", "1_000", ".", "+", "1e5.0", "٣"])
    func `what is no number is refused as text`(text: String) {
        let error = fault { () throws(RunFileError) in
            try curve("step,loss\n1,\"\(text)\"\n")
        }
        guard case .invalid("loss", let value, _) = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(value == "\"\(text)\"")
    }
}
