import Glibc
import Synchronization
import TestSupport
import Testing

@testable import HTTP

/// Requests that are refused by their heads, before any byte of their bodies is kept.
struct AdmissionTests {
    private let post = "POST /a HTTP/1.1\r\nHost: h\r\n"

    @Test func `refuses by the head and reads no body`() {
        var connection = MockConnection()
        #expect(
            connection.receiveHead(post + "Content-Length: 60000000\r\n\r\n").summary
                == ["admit /a"])
        let actions = connection.refuse(HTTPError(.unauthorized, detail: "No."))
        #expect(actions.summary == ["send 401"])
        #expect(actions.announcesClose)
        #expect(connection.sent().summary == ["finish"])
        #expect(connection.discardsInput)
    }

    @Test func `goes on after a refusal whose body is short`() {
        var connection = MockConnection()
        _ = connection.receiveHead(post + "Content-Length: 5\r\n\r\nhe")
        let actions = connection.refuse(HTTPError(.notFound, detail: "No."))
        #expect(actions.summary == ["send 404"])
        #expect(!actions.announcesClose)
        #expect(connection.sent().isEmpty)
        #expect(
            connection.receive("lloGET /b HTTP/1.1\r\nHost: h\r\n\r\n").summary == [
                "dispatch /b"
            ])
    }

    @Test func `tells no client to send a body that is refused`() {
        var connection = MockConnection()
        _ = connection.receiveHead(post + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        let actions = connection.refuse(HTTPError(.unauthorized, detail: "No."))
        #expect(actions.summary == ["send 401"])
        #expect(actions.announcesClose)
    }

    @Test func `holds a refusal back without reading on`() {
        var connection = MockConnection()
        _ = connection.receiveHead(post + "Content-Length: 60000000\r\n\r\n")
        let actions = connection.refuse(
            HTTPError(.unauthorized, detail: "No."), after: .seconds(1))
        #expect(actions.summary == ["pause"])
        #expect(connection.deadline == 1)
        #expect(connection.discardsInput)
        connection.wait(1)
        #expect(connection.timeOut().summary == ["send 401"])
        #expect(connection.sent().summary == ["finish", "resume"])
    }

    @Test func `refuses bodies beyond the route's own limit, announced or not`() {
        var announced = MockConnection()
        _ = announced.receiveHead(post + "Content-Length: 11\r\n\r\n")
        #expect(announced.admit(bodyLimit: 10).summary == ["send 413"])
        var chunked = MockConnection()
        _ = chunked.receiveHead(post + "Transfer-Encoding: chunked\r\n\r\nb\r\n")
        #expect(chunked.admit(bodyLimit: 10).summary == ["send 413"])
        // The next request has its own limit.
        var kept = MockConnection()
        _ = kept.receiveHead(post + "Content-Length: 2\r\n\r\nhi")
        #expect(kept.admit(bodyLimit: 2).summary == ["dispatch /a"])
        _ = kept.respond()
        _ = kept.sent()
        _ = kept.receiveHead(post + "Content-Length: 5\r\n\r\nhello")
        #expect(kept.admit(bodyLimit: 5).summary == ["dispatch /a"])
    }

    @Test func `answers one connection too many and closes`() {
        var connection = MockConnection()
        let actions = connection.turnAway()
        #expect(actions.summary == ["send 503"])
        #expect(actions.announcesClose)
        #expect(connection.receive("GET / HTTP/1.1\r\n").isEmpty)
        #expect(connection.sent().summary == ["finish"])
    }

    @Test func `twelve refused uploads are answered before their bodies are there`() throws {
        let admit: @Sendable (Request) -> Admission = { _ in
            .refuse(HTTPError(.unauthorized, detail: "No.").response, delay: .milliseconds(50))
        }
        try withServer(admit: admit) { port, _ in
            let head = post + "Content-Length: 60000000\r\n\r\n"
            let clients = try (0..<12).map { _ in try LoopbackClient(port: port) }
            for client in clients {
                try client.send(head)
                // The start of the body, with more to come, as a client that does not listen sends.
                try client.send([UInt8](repeating: 120, count: 100_000))
            }
            // The memory that they hold is measured in a process of its own, by Tests/abuse.sh held.
            for client in clients { #expect(try client.reply().status == 401) }
        }
    }

    @Test func `refuses bodies that the ledger has no room for, and takes small ones`() throws {
        let configure: (inout ServerConfiguration) -> Void = { $0.memoryBytes = 1 << 20 }
        try withServer(configure) { port, _ in
            let first = try LoopbackClient(port: port)
            try first.send(post + "Content-Length: 800000\r\n\r\nhalf")
            let second = try LoopbackClient(port: port)
            // Until the first one's head is judged there is room.
            #expect(try second.request("GET", "/").status == 200)
            try second.send(post + "Content-Length: 800000\r\n\r\n")
            let reply = try second.reply()
            #expect(reply.status == 503)
            #expect(reply["Retry-After"] == "3")
            #expect(reply["Connection"] == "close")
            let third = try LoopbackClient(port: port)
            #expect(try third.request("POST", "/a", body: [1, 2]).status == 200)
            let chunked = try LoopbackClient(port: port)
            try chunked.send(post + "Transfer-Encoding: chunked\r\n\r\n80000\r\n")
            try? chunked.send([UInt8](repeating: 120, count: 400_000))
            #expect(try chunked.reply().status == 503)
            try first.send([UInt8](repeating: 120, count: 799_996))
            #expect(try first.reply().status == 200)
            // The memory is free again soon after the answer is out.
            let body = [UInt8](repeating: 120, count: 800_000)
            let limit = ContinuousClock.now + .seconds(10)
            var status = 503
            while status == 503, .now < limit {
                let last = try LoopbackClient(port: port)
                status = try last.request("POST", "/a", body: body).status
            }
            #expect(status == 200)
        }
    }
}
