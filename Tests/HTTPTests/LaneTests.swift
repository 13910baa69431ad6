import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HTTP

/// Heavy work beside light work, work whose client leaves, bodies in pieces, answers that come late.
struct LaneTests {
    private static let admit: @Sendable (Request) -> Admission = { head in
        switch head.target.components.first {
        case "loop": .accept(.loop)
        case "heavy": .accept(.heavy(1))
        default: .accept(.generous)
        }
    }

    private func oneWorker(_ configuration: inout ServerConfiguration) {
        configuration.workers = 1
    }

    @Test func `answers light requests while heavy ones fill their lane`() throws {
        let gate = Gate()
        let handler: @Sendable (Request) -> Response = { request in
            if request.path == "/heavy" { gate.wait() }
            return echo(request)
        }
        let configure: (inout ServerConfiguration) -> Void = {
            $0.heavyWorkers = 2
            $0.maximumHeavyWaiting = 8
        }
        try withServer(configure, admit: Self.admit, respond: handler) { port, _ in
            defer { gate.open() }
            let heavy = try (0..<8).map { _ in try LoopbackClient(port: port) }
            for client in heavy { try client.send("GET /heavy HTTP/1.1\r\nHost: h\r\n\r\n") }
            let light = try LoopbackClient(port: port)
            for path in ["/loop", "/quick"] {
                #expect(try light.request("GET", path).text == "GET \(path) ")
            }
            gate.open()
            for client in heavy { #expect(try client.reply().text == "GET /heavy ") }
        }
    }

    @Test func `answers on the loop though every worker is busy`() throws {
        let gate = Gate()
        let entered = Gate()
        let handler: @Sendable (Request) -> Response = { request in
            if request.path == "/quick" {
                entered.open()
                gate.wait()
            }
            return echo(request)
        }
        try withServer(oneWorker, admit: Self.admit, respond: handler) { port, _ in
            defer { gate.open() }
            let busy = try LoopbackClient(port: port)
            try busy.send("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n")
            entered.wait()
            let client = try LoopbackClient(port: port)
            #expect(try client.request("GET", "/loop").text == "GET /loop ")
        }
    }

    @Test func `moves large bodies to the heavy lane, whose threads leave the processor to others`()
        throws
    {
        let priorities = Mutex<[Int32]>([])
        let handler: @Sendable (Request) -> Response = { request in
            let priority = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
            priorities.withLock { $0.append(priority) }
            return echo(request)
        }
        let configure: (inout ServerConfiguration) -> Void = { $0.quickBodyBytes = 10 }
        try withServer(configure, respond: handler) { port, _ in
            let client = try LoopbackClient(port: port)
            for count in [10, 11] {
                let body = [UInt8](repeating: 120, count: count)
                #expect(try client.request("POST", "/", body: body).status == 200)
            }
            let all = priorities.withLock { $0 }
            // Relative, for the whole test may run at a low priority already.
            #expect(all.count == 2 && all[0] < all[1])
        }
    }

    @Test(arguments: [false, true]) func `tells work that its client has gone`(
        closesAbruptly: Bool
    ) throws {
        let entered = Gate()
        let left = Gate()
        let wasCancelled = Atomic(false)
        let handler: @Sendable (Request) -> Response = { request in
            guard request.path == "/heavy" else { return echo(request) }
            entered.open()
            let limit = ContinuousClock.now + .seconds(20)
            while !request.context.isCancelled, .now < limit { usleep(1_000) }
            wasCancelled.store(request.context.isCancelled, ordering: .releasing)
            left.open()
            return echo(request)
        }
        try withServer(admit: Self.admit, respond: handler) { port, _ in
            var client: LoopbackClient? = try LoopbackClient(port: port)
            try client?.send("GET /heavy HTTP/1.1\r\nHost: h\r\n\r\n")
            entered.wait()
            // Unread input makes the kernel reset the connection instead of ending it.
            if closesAbruptly { try client?.send("GET /x HTTP/1.1\r\n") }
            client = nil
            left.wait()
            let isCancelled = wasCancelled.load(ordering: .acquiring)
            #expect(isCancelled)
        }
    }

    @Test func `asks a half-closed client again and again whether it is there`() {
        var connection = MockConnection()
        _ = connection.receive("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(connection.peerFinished().summary == ["pause"])
        for deadline in [1.0, 4, 7] {
            #expect(connection.deadline == deadline)
            connection.wait(deadline - connection.seconds)
            #expect(connection.timeOut().summary == ["send 100"])
            #expect(connection.sent().isEmpty)
        }
        #expect(connection.respond().summary == ["send 200"])
        #expect(connection.sent().summary == ["close"])
    }

    @Test func `sends a body in pieces as fast as the client reads and no faster`() throws {
        let made = Atomic(0)
        let piece = [UInt8](repeating: 0x78, count: 1 << 18)
        let handler: @Sendable (Request) -> Response = { _ in
            made.store(0, ordering: .sequentiallyConsistent)
            return .streaming(type: "text/plain") {
                let count = made.add(1, ordering: .sequentiallyConsistent).newValue
                return count <= 200 ? piece : nil
            }
        }
        try withServer(respond: handler) { port, _ in
            let client = try LoopbackClient(port: port)
            try client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(client.hasInput(withinMilliseconds: 5_000))
            usleep(300_000)
            // What the kernel holds on both sides, and no more.
            let count = made.load(ordering: .sequentiallyConsistent)
            #expect(count < 100)
            let text = try client.readToEnd()
            #expect(text.contains("Transfer-Encoding: chunked"))
            #expect(text.hasSuffix("\r\n0\r\n\r\n"))
            #expect(text.utf8.count > 200 << 18)
        }
    }

    @Test func `frames pieces by chunks, and for HTTP/1.0 by closing`() {
        let stream = Response.streaming(type: "text/plain") { nil }
        var connection = MockConnection()
        _ = connection.receive("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(connection.respond(stream).summary == ["send 200"])
        #expect(connection.sent().summary == ["produce"])
        #expect(connection.piece("hello") == [.send(Array("5\r\nhello\r\n".utf8))])
        #expect(connection.sent().summary == ["produce"])
        #expect(connection.piece(nil) == [.send(Array("0\r\n\r\n".utf8))])
        #expect(connection.sent().isEmpty)
        _ = connection.receive("GET / HTTP/1.0\r\n\r\n")
        _ = connection.respond(stream)
        #expect(connection.sent().summary == ["produce"])
        #expect(connection.piece("hello") == [.send(Array("hello".utf8))])
        #expect(connection.piece(nil).summary == ["finish"])
        var head = MockConnection()
        _ = head.receive("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(head.respond(stream).summary == ["send 200"])
        #expect(head.sent().isEmpty)
    }

    @Test func `cuts a body that cannot be finished`() throws {
        struct Failure: Error {}
        let handler: @Sendable (Request) -> Response = { _ in
            .streaming(type: "text/plain") { throw Failure() }
        }
        try withServer(respond: handler) { port, _ in
            let client = try LoopbackClient(port: port)
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.readToEnd().hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `sends an answer that comes later without a thread that waits`() throws {
        let handler: @Sendable (Request) -> Response = { request in
            guard request.path == "/late" else { return echo(request) }
            return .later { finish in
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(100)) {
                    finish(.success(echo(request)))
                }
            }
        }
        try withServer(oneWorker, respond: handler) { port, _ in
            let late = try LoopbackClient(port: port)
            try late.send("GET /late HTTP/1.1\r\nHost: h\r\n\r\n")
            let client = try LoopbackClient(port: port)
            #expect(try client.request("GET", "/now").text == "GET /now ")
            #expect(try late.reply().text == "GET /late ")
        }
    }

    @Test func `a short job overtakes a long one, but not for ever`() {
        let pool = WorkerPool(name: "test", threads: 1, capacity: 10)
        let gate = Gate()
        let entered = Gate()
        let done = Gate()
        let order = Mutex<[String]>([])
        #expect(
            pool.submit {
                entered.open()
                gate.wait()
            })
        entered.wait()
        #expect(pool.submit(weight: 0.05) { order.withLock { $0.append("long") } })
        #expect(pool.submit { order.withLock { $0.append("short") } })
        usleep(60_000)
        #expect(
            pool.submit {
                order.withLock { $0.append("late") }
                done.open()
            })
        gate.open()
        done.wait()
        #expect(order.withLock { $0 } == ["short", "long", "late"])
        pool.close()
        pool.waitUntilEnded()
    }

    @Test func `a ledger keeps room for small reservations`() throws {
        let ledger = MemoryLedger(limit: 8 << 20)
        var large = ledger.reserve(6 << 20)
        #expect(large != nil)
        #expect(ledger.reserve(2 << 20) == nil)
        let small = try #require(ledger.reserve(100_000))
        #expect(small.grow(by: 150_000))
        #expect(ledger.heldBytes == 6 << 20 + 250_000)
        large = nil
        #expect(ledger.heldBytes == 250_000)
        #expect(ledger.reserve(2 << 20) != nil)
        #expect(ledger.heldBytes == 250_000)
    }

    @Test func `an address may have so many connections, this machine any number`() throws {
        var count = AddressCount(limit: 2)
        let far = try SocketAddress(host: "192.0.2.1", port: 1)
        let other = try SocketAddress(host: "192.0.2.2", port: 1)
        let near = try SocketAddress(host: "127.0.0.1", port: 1)
        let taken = [0, 1, 2].map { count.add($0, from: far) }
        #expect(taken == [true, true, false])
        let others = [count.add(3, from: other)] + [4, 5, 6].map { count.add($0, from: near) }
        #expect(others == [true, true, true, true])
        count.remove(2)
        count.remove(0)
        let again = count.add(9, from: far)
        #expect(again)
    }
}
