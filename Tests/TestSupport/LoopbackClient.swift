import Glibc

/// A blocking HTTP/1.1 client on one loopback connection, as raw as a test needs it.
///
/// It sends the bytes it is given, whole or in pieces, and reads responses by Content-Length.
/// Every wait ends after `patience`, so that a server that never answers fails a test instead of
/// holding it.
package final class LoopbackClient {
    /// A response as it came over the wire.
    package struct Reply: Equatable {
        package let status: Int
        /// Field lines in order, names in lower case.
        package let headers: [(name: String, value: String)]
        package let body: [UInt8]

        package var text: String { String(decoding: body, as: UTF8.self) }

        package subscript(name: String) -> String? {
            headers.first { $0.name == name.lowercased() }?.value
        }

        package static func == (left: Reply, right: Reply) -> Bool {
            left.status == right.status && left.body == right.body
                && left.headers.elementsEqual(right.headers) { $0 == $1 }
        }
    }

    /// What went wrong on the client's side.
    package enum Failure: Error, Equatable {
        case cannotConnect(code: Int32)
        /// The server closed before the response was whole.
        case closed(received: String)
        case reset
        case timedOut
        case malformed(String)
    }

    private let descriptor: Int32
    private var received: [UInt8] = []

    /// A connection to a port of 127.0.0.1 or ::1.
    package init(port: Int, overIPv6: Bool = false, patience seconds: Int = 10) throws(Failure) {
        descriptor = socket(overIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(4))
        let networkPort = in_port_t(port).bigEndian
        let isConnected: Bool
        if overIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = networkPort
            address.sin6_addr = in6addr_loopback
            isConnected = Self.connect(descriptor, to: address)
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = networkPort
            address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            isConnected = Self.connect(descriptor, to: address)
        }
        guard isConnected else { throw .cannotConnect(code: errno) }
    }

    deinit {
        close(descriptor)
    }

    package func send(_ text: String) throws(Failure) {
        try send(Array(text.utf8))
    }

    package func send(_ bytes: [UInt8]) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw .reset }
            rest = rest.dropFirst(count)
        }
    }

    /// Tells the server that nothing more comes.
    package func finishSending() {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Sends a request with a Content-Length body and reads the response.
    package func request(
        _ method: String, _ target: String, headers: [String: String] = [:], body: [UInt8] = []
    ) throws(Failure) -> Reply {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            head += "\(name): \(value)\r\n"
        }
        if !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
        try send(Array((head + "\r\n").utf8) + body)
        return try reply(hasBody: method != "HEAD")
    }

    /// Reads one response.
    ///
    /// - Parameter hasBody: False for the response to a HEAD, whose Content-Length counts what is
    ///   not sent.
    /// - Returns: The response; an interim one such as `100 Continue` counts as one.
    /// - Throws: What kept it from being whole.
    package func reply(hasBody: Bool = true) throws(Failure) -> Reply {
        let separator = Array("\r\n\r\n".utf8)
        var end = Self.position(of: separator, in: received)
        while end == nil {
            try receive()
            end = Self.position(of: separator, in: received)
        }
        let head = String(decoding: received.prefix(end ?? 0), as: UTF8.self)
        received.removeFirst((end ?? 0) + separator.count)
        var lines = head.split(separator: "\r\n").map(String.init)[...]
        let statusLine = lines.popFirst()?.split(separator: " ", maxSplits: 2) ?? []
        guard statusLine.count > 1, statusLine[0] == "HTTP/1.1", let status = Int(statusLine[1])
        else { throw .malformed(head) }
        let headers = lines.compactMap(Self.field)
        let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        let body = try hasBody ? take(length) : []
        return Reply(status: status, headers: headers, body: body)
    }

    /// Waits until the server closes its side.
    ///
    /// - Returns: What came before, beyond the responses read.
    /// - Throws: `timedOut` when it stays open, `reset` when it is torn down.
    package func readToEnd() throws(Failure) -> String {
        while true {
            do throws(Failure) {
                try receive()
            } catch {
                guard case .closed(let text) = error else { throw error }
                return text
            }
        }
    }

    /// Whether anything has come, or comes in time.
    package func hasInput(withinMilliseconds milliseconds: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return !received.isEmpty || poll(&request, 1, milliseconds) > 0
    }

    private func take(_ count: Int) throws(Failure) -> [UInt8] {
        while received.count < count { try receive() }
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }

    private func receive() throws(Failure) {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count == 0 { throw .closed(received: String(decoding: received, as: UTF8.self)) }
        guard count > 0 else { throw errno == EAGAIN ? .timedOut : .reset }
        received.append(contentsOf: chunk.prefix(count))
    }

    private static func connect<Address>(_ descriptor: Int32, to address: Address) -> Bool {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size)) == 0
            }
        }
    }

    private static func field(_ line: String) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        return (line[..<colon].lowercased(), String(value))
    }

    private static func position(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= pattern.count else { return nil }
        return (0...(bytes.count - pattern.count)).first { start in
            pattern.indices.allSatisfy { bytes[start + $0] == pattern[$0] }
        }
    }
}
