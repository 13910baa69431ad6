import Testing

@testable import HTTP

/// What a connection decides, input by input, without a socket.
struct ConnectionStateTests {
    private func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n"
    }

    @Test func `dispatches, answers and waits for the next request`() {
        var connection = MockConnection()
        for path in ["/1", "/2"] {
            #expect(connection.receive(get(path)).summary == ["dispatch \(path)"])
            let answer = connection.respond()
            #expect(answer.summary == ["send 200"])
            #expect(!answer.announcesClose)
            #expect(connection.sent().isEmpty)
        }
    }

    @Test func `works on one pipelined request at a time`() {
        var connection = MockConnection()
        #expect(connection.receive(get("/1") + get("/2")).summary == ["dispatch /1"])
        #expect(connection.receive(get("/3")).isEmpty)
        #expect(connection.respond().summary == ["send 200"])
        #expect(connection.sent().summary == ["dispatch /2"])
        #expect(connection.respond().summary == ["send 200"])
        #expect(connection.sent().summary == ["dispatch /3"])
    }

    @Test func `pauses a pipeline that runs too far ahead and resumes after the answer`() {
        var connection = MockConnection()
        _ = connection.receive(get("/1"))
        let flood = String(repeating: "x", count: 40_000)
        #expect(connection.receive(flood).isEmpty)
        #expect(connection.receive(flood).summary == ["pause"])
        #expect(connection.receive(flood).isEmpty)
        _ = connection.respond()
        // The flood is no request; it is answered, and the rest of it discarded.
        let actions = connection.sent()
        #expect(actions.summary == ["send 414"])
        #expect(connection.sent().summary == ["finish", "resume"])
        #expect(connection.discardsInput)
    }

    @Test func `resumes reading when the next request is only begun`() {
        var connection = MockConnection()
        _ = connection.receive(get("/1"))
        let put = "PUT /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n"
        let body = String(repeating: "b", count: 70_000)
        #expect(connection.receive(put + body).summary == ["pause"])
        _ = connection.respond()
        #expect(connection.sent().summary == ["resume"])
        let rest = String(repeating: "b", count: 30_000)
        #expect(connection.receive(rest).summary == ["dispatch /2"])
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
    ]) func `closes after the answer when the client wants so`(request: String) {
        var connection = MockConnection()
        _ = connection.receive(request)
        #expect(connection.respond().announcesClose)
        #expect(connection.sent().summary == ["finish"])
        #expect(connection.receive("more").isEmpty)
        #expect(connection.peerFinished().summary == ["close"])
        #expect(connection.deadline == nil)
    }

    @Test func `answers a malformed request and discards the rest`() {
        var connection = MockConnection()
        let actions = connection.receive("GARBAGE\r\n\r\n")
        #expect(actions.summary == ["send 400"])
        #expect(actions.announcesClose)
        #expect(connection.sent().summary == ["finish"])
        #expect(connection.discardsInput)
    }

    @Test func `refuses a large body before it comes`() {
        var connection = MockConnection(limits: ParserLimits(bodyBytes: 10))
        let head = "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n"
        #expect(connection.receive(head).summary == ["send 413"])
    }

    @Test func `asks for an expected body`() {
        var connection = MockConnection()
        let head = "PUT /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"
        #expect(connection.receive(head).summary == ["send 100"])
        #expect(connection.sent().isEmpty)
        #expect(connection.receive("x").summary == ["dispatch /e"])
    }

    @Test func `answers a client that has closed its sending side`() {
        var connection = MockConnection()
        _ = connection.receive(get("/", "Connection: close\r\n"))
        #expect(connection.peerFinished().summary == ["pause"])
        #expect(connection.respond().summary == ["send 200"])
        #expect(connection.sent().summary == ["close"])
    }

    @Test func `answers all that was pipelined before the client closed its sending side`() {
        var connection = MockConnection()
        _ = connection.receive(get("/1") + get("/2") + "GET")
        #expect(connection.peerFinished().summary == ["pause"])
        _ = connection.respond()
        #expect(connection.sent().summary == ["dispatch /2"])
        _ = connection.respond()
        // The third was never finished, and will not be.
        #expect(connection.sent().summary == ["close"])
    }

    @Test func `closes when the peer goes between or within requests`() {
        for text in ["", "GET / HT", "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab"] {
            var connection = MockConnection()
            _ = connection.receive(text)
            #expect(connection.peerFinished().summary == ["close"])
            #expect(connection.peerFinished().isEmpty)
        }
    }

    @Test func `ignores a response that nobody waits for`() {
        var connection = MockConnection()
        #expect(connection.respond().isEmpty)
    }

    @Test func `stops idle connections at once and busy ones after their answer`() {
        var idle = MockConnection()
        #expect(idle.stop().summary == ["close"])

        var busy = MockConnection()
        _ = busy.receive(get("/1") + get("/2"))
        #expect(busy.stop().isEmpty)
        #expect(busy.respond().announcesClose)
        #expect(busy.sent().summary == ["finish"])

        var begun = MockConnection()
        _ = begun.receive("GET /late HTTP/1.1\r\n")
        #expect(begun.stop().isEmpty)
        #expect(begun.receive("Host: h\r\n\r\n").summary == ["dispatch /late"])
        #expect(begun.respond().announcesClose)
    }

    @Test func `closes after an answer whose sending ends after the stop`() {
        var connection = MockConnection()
        _ = connection.receive(get("/1"))
        #expect(!connection.respond().announcesClose)
        #expect(connection.stop().isEmpty)
        #expect(connection.sent().summary == ["close"])
    }
}
