import Glibc
import TestSupport
import Testing

@testable import HTTP

/// The whole server over loopback; every test has its own, on a free port.
struct HTTPServerTests {
    @Test func `answers several requests on one connection`() throws {
        try withServer { port, _ in
            let client = try LoopbackClient(port: port)
            for number in 1...3 {
                let reply = try client.request("POST", "/n/\(number)", body: Array("hi".utf8))
                #expect(reply.status == 200)
                #expect(reply.text == "POST /n/\(number) hi")
                #expect(reply["Connection"] == nil)
                #expect(reply["Date"]?.hasSuffix(" GMT") == true)
            }
        }
    }

    @Test func `answers pipelined requests in order whatever their handlers take`() throws {
        try withServer(respond: slowAtZero) { port, _ in
            let client = try LoopbackClient(port: port)
            let requests = (0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }
            try client.send(requests.joined())
            for number in 0..<20 {
                #expect(try client.reply().text == "GET /\(number) ")
            }
        }
    }

    @Test func `takes a chunked body in pieces`() throws {
        try withServer { port, _ in
            let client = try LoopbackClient(port: port)
            let text =
                "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nT: 1\r\n\r\n"
            for byte in text.utf8 { try client.send([byte]) }
            #expect(try client.reply().text == "POST /c abcdefg")
        }
    }

    @Test func `moves large bodies both ways`() throws {
        let mirror: @Sendable (Request) -> Response = { request in
            .content(request.body, type: "application/octet-stream")
        }
        try withServer(respond: mirror) { port, _ in
            let client = try LoopbackClient(port: port)
            var body = (0..<1_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            // More than the kernel's buffers hold, so that sending must wait for the client.
            for _ in 0..<14 { body += body }
            #expect(try client.request("PUT", "/", body: body).body == body)
            #expect(try client.request("PUT", "/", body: [1]).body == [1])
        }
    }

    @Test func `answers HEAD with the length and no body`() throws {
        try withServer { port, _ in
            let client = try LoopbackClient(port: port)
            let head = try client.request("HEAD", "/x")
            #expect(head["Content-Length"] == "8")
            // A body, had there been one, would be taken for the next response.
            #expect(try client.request("GET", "/y").text == "GET /y ")
        }
    }

    @Test func `tells a client that asks to go on`() throws {
        try withServer { port, _ in
            let client = try LoopbackClient(port: port)
            try client.send(
                "PUT /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(try client.reply().status == 100)
            try client.send("ok")
            #expect(try client.reply().text == "PUT /e ok")
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    ]) func `closes when the client wants no more`(request: String) throws {
        try withServer { port, _ in
            let client = try LoopbackClient(port: port)
            try client.send(request)
            #expect(try client.reply()["Connection"] == "close")
            #expect(try client.readToEnd().isEmpty)
        }
    }

    @Test func `answers a client that closes its sending side first`() throws {
        try withServer(respond: slowAtZero) { port, _ in
            let client = try LoopbackClient(port: port)
            try client.send("GET /0 HTTP/1.1\r\nHost: h\r\n\r\nGET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
            client.finishSending()
            #expect(try client.reply().text == "GET /0 ")
            #expect(try client.reply().text == "GET /1 ")
            #expect(try client.readToEnd().isEmpty)
        }
    }

    @Test func `answers a malformed request by a problem document and closes`() throws {
        try withServer { port, _ in
            let client = try LoopbackClient(port: port)
            try client.send("GET / HTTP/1.1\r\n\r\n")
            let reply = try client.reply()
            #expect(reply.status == 400)
            #expect(reply["Content-Type"] == "application/problem+json")
            #expect(reply.text.contains("The Host field is missing"))
            #expect(try client.readToEnd().isEmpty)
        }
    }

    @Test func `survives clients that vanish`() throws {
        try withServer(respond: slowAtZero) { port, _ in
            for text in ["", "GET", "GET /0 HTTP/1.1\r\nHost: h\r\n\r\n", "PUT / HTTP/1.1\r\n"] {
                let client = try LoopbackClient(port: port)
                try client.send(text)
            }
            let client = try LoopbackClient(port: port)
            #expect(try client.request("GET", "/still").text == "GET /still ")
        }
    }

    /// Whether this machine has ::1, which containers often lack.
    private static let hasIPv6: Bool = {
        guard let address = try? SocketAddress(host: "::1", port: 0),
            let socket = try? Socket.listening(at: address, backlog: 1)
        else { return false }
        socket.close()
        return true
    }()

    @Test(.enabled(if: hasIPv6, "there is no ::1"))
    func `serves IPv6 and names the peer so`() throws {
        let configure: (inout ServerConfiguration) -> Void = { $0.host = "[::1]" }
        let handler: @Sendable (Request) -> Response = { .text($0.peer) }
        try withServer(configure, respond: handler) { port, _ in
            let client = try LoopbackClient(port: port, overIPv6: true)
            #expect(try client.request("GET", "/").text.hasPrefix("[::1]:"))
        }
    }

    @Test func `starts only once`() throws {
        try withServer { _, server in
            #expect(throws: ServerError.startedTwice) { try server.start() }
        }
    }

    @Test func `refuses a port that is taken`() throws {
        try withServer { port, _ in
            let second = HTTPServer(
                configuration: ServerConfiguration(port: port), logger: .silent,
                handler: ClosureHandler())
            let error = #expect(throws: SystemError.self) { try second.start() }
            #expect(
                error?.description
                    == "cannot listen on 127.0.0.1:\(port): Address already in use")
        }
    }
}

/// An echo that takes its time over `/0`.
@Sendable private func slowAtZero(_ request: Request) -> Response {
    if request.path == "/0" { usleep(50_000) }
    return echo(request)
}
