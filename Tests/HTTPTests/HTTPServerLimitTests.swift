import Glibc
import TestSupport
import Testing

@testable import HTTP

/// Clients that are slow, greedy or too many.
struct HTTPServerLimitTests {
    private func shorten(_ configuration: inout ServerConfiguration) {
        configuration.timeouts = ServerConfiguration.Timeouts(
            // From accepting on, so it must outlast whatever holds up a busy machine's client.
            header: .seconds(3), body: .milliseconds(150), idle: .milliseconds(150),
            write: .milliseconds(150), linger: .milliseconds(150))
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost:", "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
    ]) func `answers 408 to a request that does not come whole`(text: String) throws {
        try withServer(shorten) { port, _ in
            let client = try LoopbackClient(port: port)
            try client.send(text)
            let reply = try client.reply()
            #expect(reply.status == 408)
            #expect(reply.text.contains("The request did not come whole in time; send it again."))
            #expect(try client.readToEnd().isEmpty)
        }
    }

    @Test func `closes idle connections silently`() throws {
        try withServer(shorten) { port, _ in
            let fresh = try LoopbackClient(port: port)
            #expect(try fresh.readToEnd().isEmpty)
            let used = try LoopbackClient(port: port)
            #expect(try used.request("GET", "/").status == 200)
            #expect(try used.readToEnd().isEmpty)
        }
    }

    @Test func `gives up on a client that does not read`() throws {
        // More than the kernel's buffers on both sides hold.
        var body = [UInt8](repeating: 1, count: 1 << 10)
        // Doubled, for an unoptimised build fills an array slowly.
        for _ in 0..<15 { body += body }
        let configure: (inout ServerConfiguration) -> Void = {
            shorten(&$0)
            $0.timeouts.slowestBytesPerSecond = 1 << 30
        }
        let handler: @Sendable (Request) -> Response = { [body] _ in Response(body: body) }
        try withServer(configure, respond: handler) { port, server in
            let client = try LoopbackClient(port: port)
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            // With the response stuck, only the write time lets the connection go.
            usleep(400_000)
            #expect(server.stop() == .drained)
            #expect(throws: LoopbackClient.Failure.self) { try client.reply() }
        }
    }

    @Test func `answers 413 before the body comes and lets the client read it`() throws {
        let configure: (inout ServerConfiguration) -> Void = {
            $0.limits.bodyBytes = 1_000
            // The client must have sent all by then, or else it is reset.
            $0.timeouts.linger = .seconds(5)
        }
        try withServer(configure) { port, _ in
            let client = try LoopbackClient(port: port)
            try client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n")
            // The client sends on all the same, as most do; the answer must survive it.
            try client.send([UInt8](repeating: 0, count: 900_000))
            let reply = try client.reply()
            #expect(reply.status == 413)
            #expect(reply["Connection"] == "close")
            #expect(reply.text.contains("The body is larger than 1000 bytes"))
            #expect(try client.readToEnd().isEmpty)
        }
    }

    @Test func `answers 503 when too many requests wait and serves on afterwards`() throws {
        let gate = Gate()
        let entered = Gate()
        let configure: (inout ServerConfiguration) -> Void = {
            $0.workers = 1
            $0.maximumWaiting = 1
        }
        let handler: @Sendable (Request) -> Response = { request in
            if request.path == "/first" {
                entered.open()
                gate.wait()
            }
            return echo(request)
        }
        try withServer(configure, respond: handler) { port, _ in
            defer { gate.open() }
            let first = try LoopbackClient(port: port)
            try first.send("GET /first HTTP/1.1\r\nHost: h\r\n\r\n")
            entered.wait()
            let others = try (0..<3).map { _ in try LoopbackClient(port: port) }
            for client in others { try client.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n") }
            // One waits in the queue; whichever two come later are turned away.
            let refused = try replies(2, from: others)
            #expect(refused.map(\.status) == [503, 503])
            for reply in refused {
                #expect(reply["Retry-After"] == "1")
                #expect(reply["Connection"] == nil)
                #expect(reply.text.contains("Too many requests are waiting"))
            }
            gate.open()
            #expect(try first.reply().text == "GET /first ")
            // Until the one in the queue is answered, there is no room for another.
            #expect(try replies(1, from: others).map(\.text) == ["GET /x "])
            #expect(try first.request("GET", "/again").text == "GET /again ")
        }
    }

    /// The first so many replies that any of the clients gets.
    private func replies(
        _ count: Int, from clients: [LoopbackClient]
    ) throws -> [LoopbackClient.Reply] {
        var replies: [LoopbackClient.Reply] = []
        let limit = ContinuousClock.now + .seconds(10)
        while replies.count < count, .now < limit {
            for client in clients where client.hasInput(withinMilliseconds: 5) {
                replies.append(try client.reply())
            }
        }
        return replies
    }

    @Test func `answers connections beyond the maximum at once, and serves again afterwards`()
        throws
    {
        let configure: (inout ServerConfiguration) -> Void = { $0.maximumConnections = 1 }
        try withServer(configure) { port, _ in
            var first: LoopbackClient? = try LoopbackClient(port: port)
            #expect(try first?.request("GET", "/1").text == "GET /1 ")
            let second = try LoopbackClient(port: port)
            try second.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
            let refusal = try second.reply()
            #expect(refusal.status == 503)
            #expect(refusal["Retry-After"] == "5")
            #expect(refusal["Connection"] == "close")
            #expect(refusal.text.contains("Too many connections are open"))
            #expect(try second.readToEnd().isEmpty)
            first = nil
            let limit = ContinuousClock.now + .seconds(10)
            var status = 503
            // Until the server has seen the first one go, and the refused one too.
            while status == 503, .now < limit {
                status = try LoopbackClient(port: port).request("GET", "/3").status
            }
            #expect(status == 200)
        }
    }
}
