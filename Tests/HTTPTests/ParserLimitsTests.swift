import Testing

@testable import HTTP

/// Each limit just reached and just passed, split at every byte.
struct ParserLimitsTests {
    private let limits = ParserLimits(
        requestLineBytes: 24, headerBytes: 40, headerCount: 3, bodyBytes: 10, chunkLineBytes: 8)

    @Test func `takes a request line up to the limit`() {
        let fits = "GET /" + String(repeating: "a", count: 10) + " HTTP/1.1"
        #expect(fits.utf8.count == 24)
        #expect(parse("\(fits)\r\nHost: h\r\n\r\n", limits: limits).requests.count == 1)
        let tooLong = "GET /" + String(repeating: "a", count: 11) + " HTTP/1.1"
        #expect(
            refusal("\(tooLong)\r\nHost: h\r\n\r\n", limits: limits)
                == .requestLineTooLong(limit: 24))
    }

    @Test func `refuses an endless line before its end comes`() {
        let endless = String(repeating: "a", count: 100)
        #expect(refusal(endless, limits: limits) == .requestLineTooLong(limit: 24))
        #expect(
            refusal("GET / HTTP/1.1\r\n" + endless, limits: limits)
                == .headersTooLarge(limit: 40))
    }

    @Test func `counts the bytes of all fields together`() {
        let line = "GET / HTTP/1.1\r\n"
        // 7 + 33 bytes without line ends.
        let fits = "Host: h\r\nX: " + String(repeating: "b", count: 30) + "\r\n\r\n"
        #expect(parse(line + fits, limits: limits).requests.count == 1)
        let tooLarge = "Host: h\r\nX: " + String(repeating: "b", count: 31) + "\r\n\r\n"
        #expect(refusal(line + tooLarge, limits: limits) == .headersTooLarge(limit: 40))
    }

    @Test func `counts the fields`() {
        let line = "GET / HTTP/1.1\r\nHost: h\r\n"
        #expect(parse(line + "A: 1\r\nB: 2\r\n\r\n", limits: limits).requests.count == 1)
        #expect(
            refusal(line + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits: limits)
                == .tooManyHeaders(limit: 3))
    }

    @Test func `refuses a body by its announced length alone`() {
        let line = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: "
        #expect(parse(line + "10\r\n\r\n0123456789", limits: limits).requests.count == 1)
        #expect(refusal(line + "11\r\n\r\n", limits: limits) == .bodyTooLarge(limit: 10))
        #expect(
            refusal(line + "99999999999999999999\r\n\r\n", limits: ParserLimits(bodyBytes: 10))
                == .bodyTooLarge(limit: 10))
    }

    @Test func `refuses a chunked body when its sum passes the limit`() {
        let head = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        let large = ParserLimits(bodyBytes: 10)
        #expect(
            parse(head + "4\r\nabcd\r\n6\r\nefghij\r\n0\r\n\r\n", limits: large)
                .requests.first?.text == "abcdefghij")
        #expect(
            refusal(head + "4\r\nabcd\r\n7\r\n", limits: large) == .bodyTooLarge(limit: 10))
        #expect(refusal(head + "ffffffffffffffff\r\n", limits: large) == .bodyTooLarge(limit: 10))
        #expect(
            refusal(head + "10000000000000000\r\n", limits: large) == .bodyTooLarge(limit: 10))
    }

    @Test func `refuses long chunk lines and large trailers`() {
        let head = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        let roomy = ParserLimits(headerBytes: 60, headerCount: 3, chunkLineBytes: 8)
        #expect(refusal(head + "1;abcdefg\r\n", limits: roomy) == .chunkLineTooLong(limit: 8))
        let trailer = "T: " + String(repeating: "t", count: 60) + "\r\n\r\n"
        #expect(refusal(head + "0\r\n" + trailer, limits: roomy) == .headersTooLarge(limit: 60))
        #expect(
            refusal(head + "0\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n", limits: roomy)
                == .tooManyHeaders(limit: 3))
    }
}
