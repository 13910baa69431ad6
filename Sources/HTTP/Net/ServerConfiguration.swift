import Foundation

/// The address that a server listens on, and its limits.
package struct ServerConfiguration: Sendable {
    /// An IPv4 or IPv6 address, or `localhost`.
    package var host: String
    /// 0 takes a free port.
    package var port: Int
    package var limits: ParserLimits
    package var timeouts: Timeouts
    /// Beyond this many, new connections are answered 503 and closed.
    package var maximumConnections: Int
    /// The same for each address but this machine's own.
    package var maximumPerAddress: Int
    /// Threads of the quick lane, and as many of the read lane.
    package var workers: Int
    /// Requests that may wait for the quick lane, and for the read lane; beyond it 503.
    package var maximumWaiting: Int
    /// Threads of the heavy lane, of low priority.
    package var heavyWorkers: Int
    /// Requests that may wait for the heavy lane; beyond it 503.
    package var maximumHeavyWaiting: Int
    /// A request with a larger body goes to the heavy lane.
    package var quickBodyBytes: Int
    /// Bytes that bodies, work and unsent answers may take together; beyond it 503.
    package var memoryBytes: Int
    /// Connections that the kernel holds until they are accepted.
    package var backlog: Int
    /// The time that `stop` allows for requests in flight.
    package var shutdownGrace: Duration

    package init(
        host: String = "127.0.0.1", port: Int = 8_080, limits: ParserLimits = ParserLimits(),
        timeouts: Timeouts = Timeouts(), maximumConnections: Int = 10_000,
        maximumPerAddress: Int = 1_024, workers: Int = 4, maximumWaiting: Int = 512,
        heavyWorkers: Int = max(2, ProcessInfo.processInfo.activeProcessorCount),
        maximumHeavyWaiting: Int = 64, quickBodyBytes: Int = 256 << 10,
        memoryBytes: Int = 768 << 20, backlog: Int = 4_096, shutdownGrace: Duration = .seconds(10)
    ) {
        self.host = host
        self.port = port
        self.limits = limits
        self.timeouts = timeouts
        self.maximumConnections = maximumConnections
        self.maximumPerAddress = maximumPerAddress
        self.workers = workers
        self.maximumWaiting = maximumWaiting
        self.heavyWorkers = heavyWorkers
        self.maximumHeavyWaiting = maximumHeavyWaiting
        self.quickBodyBytes = quickBodyBytes
        self.memoryBytes = memoryBytes
        self.backlog = backlog
        self.shutdownGrace = shutdownGrace
    }

    /// The time that a peer may take.
    ///
    /// A handler may take as long as it needs.
    package struct Timeouts: Sendable, Equatable {
        /// From a request's first byte to the end of its header section; 408 after it.
        ///
        /// Also from connecting to the first byte.
        package var header: Duration
        /// For the body, and one second more per `slowestBytesPerSecond` received; 408 after it.
        package var body: Duration
        /// Between two requests.
        package var idle: Duration
        /// For sending a response, and one second more per `slowestBytesPerSecond` taken.
        package var write: Duration
        /// After the last response, for the peer to close too.
        package var linger: Duration
        /// The rate below which a transfer counts as stuck; a constant trickle must not hold a
        /// connection for ever, a large upload over a slow line must get through.
        package var slowestBytesPerSecond: Int

        package init(
            header: Duration = .seconds(10), body: Duration = .seconds(20),
            idle: Duration = .seconds(60), write: Duration = .seconds(20),
            linger: Duration = .seconds(2), slowestBytesPerSecond: Int = 4_096
        ) {
            self.header = header
            self.body = body
            self.idle = idle
            self.write = write
            self.linger = linger
            self.slowestBytesPerSecond = slowestBytesPerSecond
        }
    }
}
