import Imports
import Records
import TestSupport
import Testing

struct GzipTests {
    /// Too random to pack and longer than one buffer.
    private let noise: [UInt8] = {
        var generator = SeededGenerator(seed: 7)
        return (0..<600_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }()

    @Test func `unpacks what was packed`() throws {
        for bytes in [[], [7], noise, [UInt8](repeating: 1, count: 3_000_000)] {
            #expect(try Gzip.decompress(gzip(bytes), limit: 3_000_000) == bytes)
        }
    }

    @Test func `unpacks members in a row, and zeros after the last`() throws {
        let bytes = gzip([1, 2]) + gzip([3]) + gzip([]) + [0, 0, 0]
        #expect(try Gzip.decompress(bytes, limit: 10) == [1, 2, 3])
    }

    @Test func `stops at the limit`() {
        let bomb = gzip([UInt8](repeating: 0, count: 5_000_000))
        #expect(bomb.count < 30_000)
        #expect(throws: GzipError.tooLarge) { try Gzip.decompress(bomb, limit: 4_999_999) }
        let error = fault { () throws(RunFileError) in
            try RunFileReader.readCurve(bytes: bomb, name: "run.csv.gz", limit: 1_000)
        }
        #expect(error?.message == "run.csv.gz: has more than 1000 bytes unpacked; split it")
    }

    @Test func `refuses what is cut off, changed or followed by something else`() {
        let whole = gzip(Array("step,loss\n0,3\n".utf8))
        var changed = whole
        changed[whole.count - 6] ^= 1
        for bytes in [Array(whole.dropLast()), Array(whole.prefix(15)), changed, whole + [9, 9]] {
            #expect(throws: GzipError.damaged) { try Gzip.decompress(bytes, limit: 1_000) }
        }
        let error = fault { () throws(RunFileError) in
            try RunFileReader.readCurve(bytes: Array(whole.dropLast(3)), name: "run.csv.gz")
        }
        #expect(
            error?.message == "run.csv.gz: is damaged or cut-off gzip; compress it again")
    }

    @Test func `refuses every cut`() {
        let whole = gzip(Array("step,loss\n0,3\n".utf8))
        for end in 2..<whole.count {
            #expect(throws: GzipError.self) {
                try Gzip.decompress(Array(whole[..<end]), limit: 1_000)
            }
        }
    }
}
