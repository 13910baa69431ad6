import CEpoll
import Glibc

/// A stream socket that never blocks; it knows no HTTP.
///
/// A value around a descriptor: whoever made it closes it, once.
struct Socket: Sendable {
    let descriptor: Int32

    /// The outcome of an attempt to move bytes.
    enum Transfer: Sendable, Equatable {
        case moved(Int)
        case wouldBlock
        /// The other end has sent all it will.
        case ended
        case broken
    }

    /// The outcome of an attempt to accept.
    enum Acceptance {
        case accepted(Socket, peer: SocketAddress)
        case nothingWaiting
        /// The connection was gone before it was accepted; the next may be well.
        case gone
        /// Descriptors or memory have run out.
        case exhausted(SystemError)
    }

    /// A listening socket, bound and ready to accept.
    static func listening(at address: SocketAddress, backlog: Int) throws(SystemError) -> Socket {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(address.isIPv6 ? AF_INET6 : AF_INET, type, 0)
        guard descriptor >= 0 else { throw SystemError("open a socket") }
        let socket = Socket(descriptor: descriptor)
        // A restarted server must not wait for its old connections to be forgotten.
        socket.setOption(SOL_SOCKET, SO_REUSEADDR)
        let isBound = address.withPointer { bind(descriptor, $0, $1) == 0 }
        guard isBound, listen(descriptor, Int32(clamping: backlog)) == 0 else {
            let error = SystemError("listen on \(address)")
            socket.close()
            throw error
        }
        return socket
    }

    /// The address that the socket is bound to; it tells the port that the kernel chose.
    func boundAddress() throws(SystemError) -> SocketAddress {
        var storage = sockaddr_storage()
        let code = Self.withAddress(&storage) { getsockname(descriptor, $0, $1) }
        guard code == 0 else { throw SystemError("read the bound address") }
        return SocketAddress(storage)
    }

    func accept() -> Acceptance {
        var storage = sockaddr_storage()
        let code = Self.withAddress(&storage) { cepoll_accept(descriptor, $0, $1) }
        guard code >= 0 else {
            switch errno {
            case EAGAIN: return .nothingWaiting
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                return .exhausted(SystemError("accept a connection"))
            default: return .gone
            }
        }
        let socket = Socket(descriptor: code)
        // A response is sent in one or two pieces; none of them is worth waiting for company.
        socket.setOption(Int32(IPPROTO_TCP), TCP_NODELAY)
        return .accepted(socket, peer: SocketAddress(storage))
    }

    /// Receives into the whole of `buffer`, which must not be empty.
    func receive(into buffer: inout [UInt8]) -> Transfer {
        while true {
            let count = buffer.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress, $0.count, 0)
            }
            if count > 0 { return .moved(count) }
            if count == 0 { return .ended }
            if errno == EAGAIN { return .wouldBlock }
            if errno != EINTR { return .broken }
        }
    }

    /// Sends what it can of `bytes`, which must not be empty; a peer that is gone is no signal.
    ///
    /// - Parameters:
    ///   - bytes: What to send.
    ///   - moreFollows: True to keep a part packet back for what comes right after.
    /// - Returns: How many bytes the kernel took, or why none.
    func send(_ bytes: ArraySlice<UInt8>, moreFollows: Bool) -> Transfer {
        let flags = Int32(MSG_NOSIGNAL) | (moreFollows ? Int32(MSG_MORE) : 0)
        while true {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, flags)
            }
            if count >= 0 { return .moved(count) }
            if errno == EAGAIN { return .wouldBlock }
            if errno != EINTR { return .broken }
        }
    }

    /// Tells the peer that nothing more comes, and goes on receiving.
    func finishSending() {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    func close() {
        _ = Glibc.close(descriptor)
    }

    /// Turns an option on; one that the kernel refuses costs speed, never correctness.
    private func setOption(_ level: Int32, _ name: Int32) {
        var value: Int32 = 1
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func withAddress(
        _ storage: inout sockaddr_storage,
        _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> Int32 {
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, &length) }
        }
    }
}

/// A system call that failed: which, and the kernel's reason.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    package let operation: String
    /// The value of `errno`.
    package let code: Int32

    init(_ operation: String, code: Int32 = errno) {
        self.operation = operation
        self.code = code
    }

    package var description: String {
        "cannot \(operation): \(String(cString: strerror(code)))"
    }
}
