import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import HTTP

/// How a server ends.
struct HTTPServerStopTests {
    /// Stops a server on another thread.
    private func stopping(_ server: HTTPServer) -> () -> ShutdownOutcome? {
        let outcome = Outcome()
        DispatchQueue.global().async {
            let result = server.stop()
            outcome.value.withLock { $0 = result }
            outcome.gate.open()
        }
        return {
            outcome.gate.wait()
            return outcome.value.withLock { $0 }
        }
    }

    private final class Outcome: Sendable {
        let gate = Gate()
        let value = Mutex<ShutdownOutcome?>(nil)
    }

    /// A client that comes after the stop, and whether the server that has stopped heard of it.
    ///
    /// That the port refuses it cannot be asked for: a server of another test may have taken it.
    private final class Late: Sendable {
        private let path = "/late-\(UInt64.random(in: .min ... .max))"
        private let answered = Atomic(false)

        var isAnswered: Bool { answered.load(ordering: .acquiring) }

        func note(_ request: Request) {
            if request.path == path { answered.store(true, ordering: .releasing) }
        }

        func knock(at port: Int) {
            _ = try? LoopbackClient(port: port, patience: 2).request("GET", path)
        }
    }

    @Test func `finishes what is in flight and closes what is idle`() throws {
        let entered = Gate()
        let gate = Gate()
        let late = Late()
        let handler: @Sendable (Request) -> Response = { request in
            late.note(request)
            guard request.path == "/slow" else { return echo(request) }
            entered.open()
            gate.wait()
            return echo(request)
        }
        try withServer(respond: handler) { port, server in
            let idle = try LoopbackClient(port: port)
            #expect(try idle.request("GET", "/").status == 200)
            let slow = try LoopbackClient(port: port)
            try slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
            entered.wait()
            let outcome = stopping(server)
            #expect(try idle.readToEnd().isEmpty)
            late.knock(at: port)
            #expect(!late.isAnswered)
            gate.open()
            let reply = try slow.reply()
            #expect(reply.text == "GET /slow ")
            #expect(reply["Connection"] == "close")
            #expect(try slow.readToEnd().isEmpty)
            #expect(outcome() == .drained)
        }
    }

    @Test func `answers a request that arrived before the stop`() throws {
        for _ in 0..<5 {
            try withServer { port, server in
                let client = try LoopbackClient(port: port)
                // In the kernel when the stop begins, whether or not the server has looked.
                try client.send("GET /just HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(server.stop() == .drained)
                #expect(try client.reply().text == "GET /just ")
            }
        }
    }

    @Test func `cuts off what outlasts the grace`() throws {
        let entered = Gate()
        let gate = Gate()
        let handler: @Sendable (Request) -> Response = { request in
            entered.open()
            gate.wait()
            return echo(request)
        }
        let configure: (inout ServerConfiguration) -> Void = {
            $0.shutdownGrace = .milliseconds(100)
        }
        try withServer(configure, respond: handler) { port, server in
            defer { gate.open() }
            let client = try LoopbackClient(port: port)
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            entered.wait()
            #expect(server.stop() == .cutOff(connections: 1))
            #expect(throws: LoopbackClient.Failure.self) { try client.reply() }
        }
    }

    @Test func `stops twice and lets others wait for it`() throws {
        let late = Late()
        let handler: @Sendable (Request) -> Response = { request in
            late.note(request)
            return echo(request)
        }
        try withServer(respond: handler) { port, server in
            let first = stopping(server)
            let second = stopping(server)
            server.waitUntilStopped()
            #expect(first() == .drained)
            #expect(second() == .drained)
            late.knock(at: port)
            #expect(!late.isAnswered)
        }
    }

    @Test func `has nothing to stop before it has started`() {
        let server = HTTPServer(
            configuration: ServerConfiguration(port: 0), logger: .silent,
            handler: ClosureHandler())
        #expect(server.stop() == .drained)
        server.waitUntilStopped()
    }
}
