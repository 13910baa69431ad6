import Foundation
import HTTP
package import Store

/// The data, the address, the guard and the limits of a service.
package struct ServiceConfiguration: Sendable {
    /// The database file; nil keeps everything in memory.
    package var databasePath: String?
    /// The faults that an acknowledged write survives.
    package var durability = RunStore.Durability.full
    /// An IPv4 or IPv6 address, or `localhost`.
    package var host: String
    /// 0 takes a free port.
    package var port: Int
    /// The bearer token that clients must send; without one only loopback hosts are allowed.
    package var token: String?
    package var version: String
    /// The most that one request may cost.
    package var budget: WorkBudget
    /// The most memory that the process is to take, in bytes.
    ///
    /// A part for the process itself is kept apart; the rest is for requests, and over it they are
    /// answered 503.
    package var memoryBytes: Int
    /// Runs that `/metrics` shows, those that changed last.
    package var metricsRuns = 200
    /// Fits that run at a time.
    package var fitThreads: Int
    /// The time that a client waits for a fit before it is told to come back.
    package var fitPatience: Duration

    package init(
        databasePath: String? = nil, host: String = "127.0.0.1", port: Int = 8_080,
        token: String? = nil, version: String,
        budget: WorkBudget = WorkBudget(), memoryBytes: Int = 1 << 30,
        fitThreads: Int = max(2, ProcessInfo.processInfo.activeProcessorCount),
        fitPatience: Duration = .seconds(1)
    ) {
        self.databasePath = databasePath
        self.host = host
        self.port = port
        self.token = token
        self.version = version
        self.budget = budget
        self.memoryBytes = memoryBytes
        self.fitThreads = fitThreads
        self.fitPatience = fitPatience
    }

    /// The process with its database cache, code and threads.
    private static let ownBytes = 192 << 20

    /// The part of the memory that is for requests.
    var requestBytes: Int { max(64 << 20, memoryBytes - Self.ownBytes) }

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

/// A reason not to start a service.
package enum ServiceError: Error, Equatable, Sendable, CustomStringConvertible {
    case tokenNeeded(host: String)
    case badToken

    /// A sentence with the fault and the remedy.
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
