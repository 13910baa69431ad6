import Foundation
import HTTP

/// Where a service keeps its data, where it listens and whom it lets in.
package struct ServiceConfiguration: Sendable {
    /// The database file; nil keeps everything in memory.
    package var databasePath: String?
    /// An IPv4 or IPv6 address, or `localhost`.
    package var host: String
    /// 0 takes a free port.
    package var port: Int
    /// What clients must send as bearer token; without one only loopback hosts are allowed.
    package var token: String?
    package var version: String
    /// Most bytes of a body, before and after unpacking.
    package var bodyLimit: Int
    /// Fits that run at a time.
    package var fitThreads: Int
    /// How long a client waits for a fit before it is told to come back.
    package var fitPatience: Duration

    package init(
        databasePath: String? = nil, host: String = "127.0.0.1", port: Int = 8_080,
        token: String? = nil, version: String,
        bodyLimit: Int = ParserLimits().bodyBytes,
        fitThreads: Int = max(2, ProcessInfo.processInfo.activeProcessorCount),
        fitPatience: Duration = .seconds(1)
    ) {
        self.databasePath = databasePath
        self.host = host
        self.port = port
        self.token = token
        self.version = version
        self.bodyLimit = bodyLimit
        self.fitThreads = fitThreads
        self.fitPatience = fitPatience
    }

    /// Refuses to be open to the network without a token.
    ///
    /// - Throws: `ServiceError`, or `AddressError` for a host that is no address.
    func validate() throws {
        if let token {
            guard !token.isEmpty, token.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) else {
                throw ServiceError.badToken
            }
            return
        }
        guard try SocketAddress(host: host, port: port).isLoopback else {
            throw ServiceError.tokenNeeded(host: host)
        }
    }
}

/// Why a service cannot be set up as asked.
package enum ServiceError: Error, Equatable, Sendable, CustomStringConvertible {
    case tokenNeeded(host: String)
    case badToken

    /// What is wrong and what to do, in a sentence.
    package var description: String {
        switch self {
        case .tokenNeeded(let host):
            "host = \(host) is reachable from other machines, which needs a token; set "
                + "ISOLOSS_TOKEN, or listen on 127.0.0.1."
        case .badToken:
            "the token in ISOLOSS_TOKEN must be of visible ASCII characters without blanks, and "
                + "not empty."
        }
    }
}
