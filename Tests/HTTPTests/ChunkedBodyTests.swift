import Testing

@testable import HTTP

/// Chunked bodies, each split at every byte (RFC 9112, section 7.1).
struct ChunkedBodyTests {
    private let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"

    @Test(arguments: [
        ("0\r\n\r\n", ""),
        ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"),
        ("00A\r\n0123456789\r\n000\r\n\r\n", "0123456789"),
        ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("2;name=value;x=\"y\"\r\nab\r\n0;last\r\n\r\n", "ab"),
        ("2 ;spaced\r\nab\r\n0\r\n\r\n", "ab"),
        ("4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"),
        ("1\r\na\r\n0\r\nTrailer: ignored\r\nContent-Length: 9\r\n\r\n", "a"),
    ]) func `decodes chunks`(chunks: String, body: String) {
        let parsed = parse(head + chunks + "GET /next HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(parsed.error == nil)
        #expect(parsed.requests.map(\.text) == [body, ""])
        #expect(parsed.requests.last?.path == "/next")
    }

    @Test func `lets no trailer into the headers`() {
        let parsed = parse(head + "0\r\nX-Late: 1\r\n\r\n")
        #expect(parsed.requests.count == 1)
        #expect(parsed.requests.first?.headers["X-Late"] == nil)
    }

    @Test(arguments: [
        ("\r\nhello", ParsingError.malformedChunk),
        ("g\r\n", .malformedChunk),
        ("0x5\r\nhello\r\n", .malformedChunk),
        ("-1\r\n", .malformedChunk),
        (" 5\r\nhello\r\n", .malformedChunk),
        ("5 \r\nhello\r\n", .malformedChunk),
        ("5 5\r\nhello\r\n", .malformedChunk),
        ("5;a\0b\r\nhello\r\n", .malformedChunk),
        ("5;a\rb\r\nhello\r\n", .malformedChunk),
        ("5\nhello\n", .bareLineFeed),
        ("5\r\nhelloX\r\n", .malformedChunk),
        ("5\r\nhello\n", .bareLineFeed),
        ("5\r\nhello0\r\n\r\n", .malformedChunk),
        ("0\r\nX : 1\r\n\r\n", .malformedHeader),
        ("0\r\n folded\r\n\r\n", .foldedHeader),
        ("0\r\n\n", .bareLineFeed),
    ]) func `refuses malformed chunks`(chunks: String, error: ParsingError) {
        #expect(refusal(head + chunks) == error)
    }

    @Test func `waits for what is missing`() {
        for chunks in ["", "5", "5\r\n", "5\r\nhell", "5\r\nhello\r\n", "0\r\n", "0\r\n\r"] {
            let parsed = parse(head + chunks)
            #expect(parsed.isPartial)
            #expect(parsed.requests.isEmpty)
        }
    }
}
