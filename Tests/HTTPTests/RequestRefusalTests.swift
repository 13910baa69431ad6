import Testing

@testable import HTTP

/// Requests that must be refused, each split at every byte: malformed ones, and those that two
/// readers could take differently, which is how requests are smuggled past a proxy.
struct RequestRefusalTests {
    @Test(arguments: [
        ("GET / HTTP/1.1\nHost: h\n\n", ParsingError.bareLineFeed),
        ("GET / HTTP/1.1\r\nHost: h\n\r\n", .bareLineFeed),
        ("GET / HTTP/1.1\r\nHost: h\r\n\n", .bareLineFeed),
        ("GET /\r\nHost: h\r\n\r\n", .malformedRequestLine),
        ("GET  / HTTP/1.1\r\n\r\n", .malformedTarget(.character)),
        (" GET / HTTP/1.1\r\n\r\n", .malformedRequestLine),
        ("GET / HTTP/1.1 \r\n\r\n", .malformedRequestLine),
        ("GET\t/ HTTP/1.1\r\n\r\n", .malformedRequestLine),
        ("G@T / HTTP/1.1\r\n\r\n", .malformedRequestLine),
        ("GET / HTTP/1.1\rHost: h\r\n\r\n", .malformedRequestLine),
        ("GET / http/1.1\r\n\r\n", .malformedRequestLine),
        ("GET / HTTP/11\r\n\r\n", .malformedRequestLine),
        ("GET / HTTP/2.0\r\n\r\n", .unsupportedVersion("HTTP/2.0")),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion("HTTP/2.0")),
        ("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", .unsupportedMethod(.connect)),
        ("GET * HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget(.form)),
        ("GET runs HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget(.form)),
        ("\u{16}\u{3}\u{1}\r\n\r\n", .malformedRequestLine),
    ]) func `refuses a malformed request line`(text: String, error: ParsingError) {
        #expect(refusal(text) == error)
    }

    @Test(arguments: [
        ("Host : h", ParsingError.malformedHeader),
        (" Host: h", .foldedHeader),
        ("Host: h\r\n folded", .foldedHeader),
        ("Host: h\r\n\tfolded", .foldedHeader),
        ("Host", .malformedHeader),
        (": h", .malformedHeader),
        ("Ho st: h", .malformedHeader),
        ("H\u{E9}st: h", .malformedHeader),
        ("Host: h\r\nX: a\0b", .malformedHeaderValue(name: "X")),
        ("Host: h\r\nX: a\rb", .malformedHeaderValue(name: "X")),
        ("Host: h\r\nX: a\u{7F}", .malformedHeaderValue(name: "X")),
        ("Accept: x", .missingHost),
        ("Host: a\r\nHost: a", .severalHosts),
        ("Host: a\r\nhOST: b", .severalHosts),
        ("Host: user@h", .malformedHost),
        ("Host: a b", .malformedHost),
        ("Host: a/b", .malformedHost),
        ("Host: h\r\nExpect: 200-ok\r\nContent-Length: 1", .unsupportedExpectation),
    ]) func `refuses malformed header fields`(fields: String, error: ParsingError) {
        #expect(refusal("GET / HTTP/1.1\r\n\(fields)\r\n\r\n") == error)
    }

    @Test(
        arguments: [
            ("Content-Length: 5\r\nTransfer-Encoding: chunked", .contentLengthWithTransferEncoding),
            ("Transfer-Encoding: chunked\r\nContent-Length: 5", .contentLengthWithTransferEncoding),
            ("Content-Length: 5\r\nContent-Length: 6", .severalContentLengths),
            ("Content-Length: 5\r\nContent-Length: 5", .severalContentLengths),
            ("Content-Length: 5, 5", .malformedContentLength),
            ("Content-Length: +5", .malformedContentLength),
            ("Content-Length: -1", .malformedContentLength),
            ("Content-Length: 0x5", .malformedContentLength),
            ("Content-Length: 5 5", .malformedContentLength),
            ("Content-Length:", .malformedContentLength),
            ("Content-Length : 5", .malformedHeader),
            ("Transfer-Encoding: gzip, chunked", .unsupportedTransferEncoding),
            ("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", .unsupportedTransferEncoding),
            ("Transfer-Encoding: chunked, gzip", .malformedTransferEncoding),
            ("Transfer-Encoding: chunked, chunked", .malformedTransferEncoding),
            (
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                .malformedTransferEncoding
            ),
            ("Transfer-Encoding: identity", .malformedTransferEncoding),
            ("Transfer-Encoding: xchunked", .malformedTransferEncoding),
            // The Kelvin sign, whose lower case is k in Unicode.
            ("Transfer-Encoding: chun\u{212A}ed", .malformedTransferEncoding),
            ("Transfer-Encoding:", .malformedTransferEncoding),
            ("Transfer-Encoding: \u{B}chunked", .malformedHeaderValue(name: "Transfer-Encoding")),
            ("Transfer-Encoding : chunked", .malformedHeader),
        ] as [(String, ParsingError)])
    func `refuses framing that two readers could take differently`(
        fields: String, error: ParsingError
    ) {
        #expect(refusal("POST / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\r\n0\r\n\r\n") == error)
    }

    @Test func `refuses chunked bodies in HTTP 1.0`() {
        let text = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        #expect(refusal(text) == .transferEncodingInHTTP10)
    }

    @Test func `stays failed`() {
        let parsed = parse("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(parsed.requests.isEmpty)
        #expect(parsed.error == .missingHost)
    }

    @Test func `answers what came before the fault`() {
        let parsed = parse("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b\r\n\r\n")
        #expect(parsed.requests.map(\.path) == ["/a"])
        #expect(parsed.error == .malformedRequestLine)
    }
}
