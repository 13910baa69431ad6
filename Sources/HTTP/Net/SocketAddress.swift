import Glibc

/// An IPv4 or IPv6 address with a port.
package struct SocketAddress: Sendable, CustomStringConvertible {
    /// The literal address, without brackets.
    package let host: String
    package let port: Int
    let isIPv6: Bool
    private let storage: sockaddr_storage

    /// An address from its literal text; brackets around an IPv6 one are allowed, and `localhost`
    /// is 127.0.0.1.
    ///
    /// Names are not looked up: where a server listens must not depend on a name service.
    package init(host: String, port: Int) throws(AddressError) {
        guard (0...65_535).contains(port) else { throw .portOutOfRange(port) }
        var literal = host == "localhost" ? "127.0.0.1" : host
        if literal.hasPrefix("["), literal.hasSuffix("]") {
            literal = String(literal.dropFirst().dropLast())
        }
        var storage = sockaddr_storage()
        var four = sockaddr_in()
        var six = sockaddr_in6()
        if inet_pton(AF_INET, literal, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = in_port_t(port).bigEndian
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: four, as: sockaddr_in.self) }
        } else if inet_pton(AF_INET6, literal, &six.sin6_addr) == 1 {
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = in_port_t(port).bigEndian
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: six, as: sockaddr_in6.self) }
        } else {
            throw .notALiteral(host)
        }
        self.init(storage)
    }

    /// The address that the kernel has filled in.
    init(_ storage: sockaddr_storage) {
        self.storage = storage
        isIPv6 = storage.ss_family == sa_family_t(AF_INET6)
        (host, port) = withUnsafeBytes(of: storage) { [isIPv6] bytes in
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            let length = socklen_t(text.count)
            guard isIPv6 else {
                var four = bytes.loadUnaligned(as: sockaddr_in.self)
                inet_ntop(AF_INET, &four.sin_addr, &text, length)
                return (Self.string(text), Int(in_port_t(bigEndian: four.sin_port)))
            }
            var six = bytes.loadUnaligned(as: sockaddr_in6.self)
            inet_ntop(AF_INET6, &six.sin6_addr, &text, length)
            return (Self.string(text), Int(in_port_t(bigEndian: six.sin6_port)))
        }
    }

    /// True when only this machine can reach the address.
    package var isLoopback: Bool {
        host == "::1" || !isIPv6 && host.hasPrefix("127.")
    }

    /// As it stands in a URL: `127.0.0.1:8080`, `[::1]:8080`.
    package var description: String {
        isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Lends the address in the form that system calls take.
    func withPointer<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        let size = isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        return withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
        }
    }

    private static func string(_ characters: [CChar]) -> String {
        String(
            decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// Why a host and port are no address to listen on.
package enum AddressError: Error, Sendable, Equatable, CustomStringConvertible {
    case portOutOfRange(Int)
    case notALiteral(String)

    package var description: String {
        switch self {
        case .portOutOfRange(let port):
            "port = \(port), must be 0 to 65535 (0 takes a free one)"
        case .notALiteral(let host):
            "host = \(host), must be an IPv4 or IPv6 address or localhost"
        }
    }
}
