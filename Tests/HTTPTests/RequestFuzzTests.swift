import TestSupport
import Testing

@testable import HTTP

/// Damaged requests: whatever comes, the parser answers, and the same for every split.
struct RequestFuzzTests {
    private static let seeds = [
        "GET /v1/runs?limit=3&a=%20 HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.0\r\n\r\n",
        "PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\nGET / HTTP/1.1\r\n",
    ]
    /// Bytes that mean something to the grammar, and some that never may appear.
    private static let damage = Array("\r\n :;,%?&=/0aF\t".utf8) + [0, 0x7F, 0x80, 0xFF]

    @Test(arguments: 0..<60) func `a damaged request reads the same however it is split`(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        for text in Self.seeds {
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: bytes.indices, using: &generator)
                let byte = try #require(Self.damage.randomElement(using: &generator))
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                default: bytes.remove(at: place)
                }
            }
            let limits = ParserLimits(
                requestLineBytes: 60, headerBytes: 80, headerCount: 4, bodyBytes: 12,
                chunkLineBytes: 6)
            // `parse` compares all splits, and records the one that differs.
            for parsed in [parse(bytes), parse(bytes, limits: limits)] {
                #expect(parsed.requests.allSatisfy { $0.body.count < bytes.count })
            }
        }
    }
}
