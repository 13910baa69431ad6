import Testing

@testable import HTTP

/// Requests that must be taken, each split at every byte.
struct RequestParserTests {
    @Test func `parses a request without a body`() throws {
        let parsed = parse(
            "GET /v1/runs?study=a%20b&limit=3 HTTP/1.1\r\nHost: localhost:8080\r\n"
                + "Accept: text/csv\r\nX-Empty:\r\nX-Padded: \t both \t\r\n\r\n")
        let request = try #require(parsed.requests.first)
        #expect(parsed.requests.count == 1)
        #expect(parsed.error == nil)
        #expect(request.method == .get)
        #expect(request.target.components == ["v1", "runs"])
        #expect(request.query["study"] == "a b")
        #expect(request.headers["accept"] == "text/csv")
        #expect(request.headers["X-Empty"]?.isEmpty == true)
        #expect(request.headers["X-Padded"] == "both")
        #expect(request.body.isEmpty)
        #expect(request.version == .http11)
        #expect(request.peer == "test")
    }

    @Test func `takes a body of the given length and leaves the next request`() {
        let parsed = parse(
            "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\n"
                + "Host: h\r\n\r\n")
        #expect(parsed.requests.map(\.path) == ["/a", "/b"])
        #expect(parsed.requests.first?.text == "hello")
        #expect(!parsed.isPartial)
    }

    @Test func `takes a body of zero length as none`() {
        let parsed = parse("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 000\r\n\r\n")
        #expect(parsed.requests.map(\.text) == [""])
    }

    @Test func `keeps a content coding and its bytes`() {
        let parsed = parse(
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n"
                + "\u{1F}\0\u{7F}")
        #expect(parsed.requests.first?.headers["content-encoding"] == "gzip")
        #expect(parsed.requests.first?.body == [0x1F, 0, 0x7F])
    }

    @Test func `skips one empty line before a request and no more`() {
        let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
        let parsed = parse(request + "\r\n" + request)
        #expect(parsed.requests.count == 2)
        #expect(refusal("\r\n\r\n" + request) == .malformedRequestLine)
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true),
        ("HTTP/1.1", "Connection: close\r\n", false),
        ("HTTP/1.1", "Connection: Upgrade, CLOSE\r\n", false),
        ("HTTP/1.1", "Connection: keep-alive\r\n", true),
        ("HTTP/1.0", "", false),
        ("HTTP/1.0", "Connection: keep-alive\r\n", false),
        ("HTTP/1.2", "", true),
    ]) func `knows whether the connection is kept`(
        version: String, field: String, keeps: Bool
    ) {
        let parsed = parse("GET / \(version)\r\nHost: h\r\n\(field)\r\n")
        #expect(parsed.requests.map(\.keepsConnection) == [keeps])
    }

    @Test func `needs no Host in HTTP 1.0`() {
        #expect(parse("GET / HTTP/1.0\r\n\r\n").requests.count == 1)
    }

    @Test func `takes absolute and asterisk forms`() {
        let absolute = parse("GET http://h:1/a?b=c HTTP/1.1\r\nHost: other\r\n\r\n")
        #expect(absolute.requests.first?.path == "/a")
        #expect(absolute.requests.first?.query["b"] == "c")
        let asterisk = parse("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(asterisk.requests.first?.target.isAsterisk == true)
    }

    @Test func `asks for the body only while none of it has come`() {
        let head = "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
        var parser = RequestParser(limits: ParserLimits(), peer: "test")
        parser.append(Array(head.utf8)[...])
        guard case .head(let first) = parser.next() else {
            Issue.record("no head")
            return
        }
        #expect(first.contentLength == 2 && first.body.isEmpty)
        #expect(parser.expectsContinue)
        #expect(parser.next() == .needsBytes)
        parser.append(Array("ok".utf8)[...])
        guard case .request(let request) = parser.next() else {
            Issue.record("no request")
            return
        }
        #expect(request.text == "ok")

        parser.append(Array((head + "o").utf8)[...])
        guard case .head = parser.next() else {
            Issue.record("no head")
            return
        }
        #expect(!parser.expectsContinue)
        #expect(parser.next() == .needsBytes)
    }

    @Test func `asks for no body where none is announced or the version has no expectations`() {
        for head in [
            "GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n",
            "PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
        ] {
            var parser = RequestParser(limits: ParserLimits(), peer: "test")
            parser.append(Array(head.utf8)[...])
            guard case .head = parser.next() else {
                Issue.record("no head")
                return
            }
            #expect(!parser.expectsContinue)
        }
    }

    @Test func `reports how far a request has come`() {
        var parser = RequestParser(limits: ParserLimits(), peer: "test")
        let steps: [(String, RequestParser.Stage)] = [
            ("", .idle), ("P", .head), ("OST / HTTP/1.1\r\nHo", .head),
            ("st: h\r\nContent-Length: 2\r\n\r\n", .body), ("a", .body),
        ]
        for (text, stage) in steps {
            parser.append(Array(text.utf8)[...])
            if text.hasSuffix("\r\n\r\n") {
                guard case .head = parser.next() else {
                    Issue.record("no head")
                    return
                }
            }
            #expect(parser.next() == .needsBytes)
            #expect(parser.stage == stage)
        }
        parser.append(Array("bX".utf8)[...])
        _ = parser.next()
        #expect(parser.waitingCount == 1)
    }

    @Test(arguments: [
        "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
        "GET /x HTTP/1.1\r\nHost: h\r\n\r\n",
    ]) func `keeps its place over a long pipeline`(request: String) {
        var parser = RequestParser(limits: ParserLimits(), peer: "test")
        let stream = Array(String(repeating: request, count: 400).utf8)
        var count = 0
        // Every piece ends three bytes into a request, so that the buffer is never just empty.
        for end in stride(from: 3, to: stream.count + request.utf8.count, by: request.utf8.count) {
            let start = max(0, end - request.utf8.count)
            parser.append(stream[start..<min(end, stream.count)])
            reading: while true {
                switch parser.next() {
                case .head(let head): #expect(head.path == "/x")
                case .request(let parsed):
                    count += 1
                    #expect(parsed.path == "/x")
                default: break reading
                }
            }
        }
        #expect(count == 400)
        #expect(parser.stage == .idle)
    }
}
