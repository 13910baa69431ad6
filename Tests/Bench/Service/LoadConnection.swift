import Glibc

/// One keep-alive connection of the load client, with at most one request under way.
final class LoadConnection {
    /// What the load client cannot go on after.
    enum Failure: Error {
        case cannotConnect(code: Int32)
        case closed
        case refused(head: String)
    }

    let descriptor: Int32
    /// When the request under way was due; nil without one.
    private(set) var dueAt: Double?
    private var buffer = [UInt8](repeating: 0, count: 1 << 20)
    private var count = 0
    /// Length of the response under way, once its head is there.
    private var expected: Int?

    init(port: Int) throws(Failure) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(4))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw .cannotConnect(code: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Sends a request that was due at a time of the wall clock.
    func send(_ request: String, dueAt: Double) throws(Failure) {
        self.dueAt = dueAt
        count = 0
        expected = nil
        var text = request
        let sent = text.withUTF8 {
            Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        // Requests are far smaller than a socket's buffer.
        guard sent == request.utf8.count else { throw .closed }
    }

    /// Takes what has come.
    ///
    /// - Returns: When the response's request was due, if the response is whole now.
    /// - Throws: `Failure.refused` for any status but 200.
    func receive() throws(Failure) -> Double? {
        let received = buffer.withUnsafeMutableBytes {
            recv(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count, 0)
        }
        guard received > 0 else { throw .closed }
        count += received
        if expected == nil { expected = try responseLength() }
        guard let expected, count >= expected, let due = dueAt else { return nil }
        dueAt = nil
        return due
    }

    private func responseLength() throws(Failure) -> Int? {
        let end = buffer.withUnsafeBufferPointer { bytes -> Int? in
            guard count >= 4 else { return nil }
            return (0...(count - 4)).first { index in
                bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13
                    && bytes[index + 3] == 10
            }
        }
        guard let end else { return nil }
        let head = String(decoding: buffer[..<end], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) }
        guard head.hasPrefix("HTTP/1.1 200"), let length else { throw .refused(head: head) }
        return end + 4 + length
    }
}
