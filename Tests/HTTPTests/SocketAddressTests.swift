import Testing

@testable import HTTP

/// Where a server may be told to listen.
struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1:80", true), ("localhost", "127.0.0.1:80", true),
        ("127.9.9.9", "127.9.9.9:80", true), ("0.0.0.0", "0.0.0.0:80", false),
        ("::1", "[::1]:80", true), ("[::1]", "[::1]:80", true), ("::", "[::]:80", false),
        ("2001:DB8::7", "[2001:db8::7]:80", false),
    ]) func `reads literal addresses`(host: String, text: String, isLoopback: Bool) throws {
        let address = try SocketAddress(host: host, port: 80)
        #expect(address.description == text)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(arguments: ["", "example.org", "127.0.0.256", "127.1.", "[::1", ":::1", "::1%"])
    func `refuses names and malformed addresses`(host: String) {
        #expect(throws: AddressError.notALiteral(host)) {
            try SocketAddress(host: host, port: 80)
        }
        #expect(
            AddressError.notALiteral(host).description
                == "host = \(host), must be an IPv4 or IPv6 address or localhost")
    }

    @Test(arguments: [-1, 65_536]) func `refuses ports out of range`(port: Int) {
        #expect(throws: AddressError.portOutOfRange(port)) {
            try SocketAddress(host: "::1", port: port)
        }
        #expect(
            AddressError.portOutOfRange(port).description
                == "port = \(port), must be 0 to 65535 (0 takes a free one)")
    }
}
