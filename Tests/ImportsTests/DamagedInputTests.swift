import Imports
import Records
import TestSupport
import Testing

struct DamagedInputTests {
    private static let samples = [
        "step,lr,loss,\"val \"\"x\"\" loss\"\r\n0,3e-4,4.5,\r\n128.0,0.0003,4.25,\"4.5\"\r\n",
        "id\tN\tD\tloss\tschedule\nx\t1e8\t2e9\t3.5\twarmup:10@3e-4,hold:90\n",
        "{\"step\":1,\"loss\":2.5}\n{\"step\":2,\"loss\":2.25,\"loss/val\":null}\n",
        #"{"points":[{"step":1,"loss":2.5,"learning_rate":"3e-4"},{"step":2,"loss":[1,{}]}]}"#,
    ]

    /// Whatever arrives, the answer is a value or an error: this test fails by a crash or a hang.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `no damage brings the reader down`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let spice = Array("\"\",\n\r\t{}[]:-+.eE0123456789\u{FEFF}naif \0".utf8)
        for _ in 0..<1_000 {
            var bytes = Array(Self.samples.randomElement(using: &generator)?.utf8 ?? "".utf8)
            for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = spice.randomElement(using: &generator) ?? 0
                case 1: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
                default: bytes.removeSubrange(place..<min(place + 7, bytes.count))
                }
            }
            for format in RunFileFormat.allCases {
                _ = fault { () throws(RunFileError) in
                    try RunFileReader.readCurve(bytes: bytes, name: "damaged", format: format)
                }
                _ = fault { () throws(RunFileError) in
                    try RunFileReader.readTable(bytes: bytes, name: "damaged", format: format)
                }
            }
            _ = fault { () throws(RunFileError) in
                try LogImporter.file(bytes: bytes, name: "damaged")
            }
        }
    }
}
