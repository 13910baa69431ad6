import Dispatch
import Foundation
package import Logging
import Synchronization

/// An HTTP/1.1 server: one thread for all sockets, a bounded pool of threads for the handlers.
///
/// Signals are the program's business; it calls `stop`. A server that is started must be stopped.
package final class HTTPServer: Sendable {
    private enum State {
        case fresh
        case running(Mailbox)
        case stopped
    }

    private let configuration: ServerConfiguration
    private let logger: Logger
    private let handler: any RequestHandler
    private let ledger: MemoryLedger
    private let state = Mutex(State.fresh)
    private let cutOffCount = Mutex(0)
    /// Entered while the event loop runs.
    private let running = DispatchGroup()

    /// A server that does not listen yet.
    ///
    /// - Parameters:
    ///   - configuration: Where to listen and what to allow.
    ///   - logger: Told of starts, stops and what the kernel refuses.
    ///   - ledger: The memory that requests may take; nil makes one as the configuration says.
    ///   - handler: Judges and answers requests.
    package init(
        configuration: ServerConfiguration, logger: Logger, ledger: MemoryLedger? = nil,
        handler: any RequestHandler
    ) {
        self.configuration = configuration
        self.logger = logger
        self.ledger = ledger ?? MemoryLedger(limit: configuration.memoryBytes)
        self.handler = handler
    }

    /// Starts listening and serving.
    ///
    /// - Returns: The address bound to, with the port that was chosen where 0 was asked for.
    /// - Throws: `AddressError` for a host that is no address, `SystemError` when the kernel
    ///   refuses, `ServerError.startedTwice`.
    package func start() throws -> SocketAddress {
        try state.withLock { state in
            guard case .fresh = state else { throw ServerError.startedTwice }
            let address = try SocketAddress(host: configuration.host, port: configuration.port)
            let mailbox = try Mailbox()
            let listener = try Socket.listening(at: address, backlog: configuration.backlog)
            let bound: SocketAddress
            do {
                bound = try listener.boundAddress()
                try run(listener, mailbox)
            } catch {
                listener.close()
                throw error
            }
            state = .running(mailbox)
            logger.info("listening", metadata: ["address": "\(bound)"])
            return bound
        }
    }

    /// Stops gracefully: accepts nothing more, closes idle connections, finishes what is in
    /// flight; returns when that is done or the grace has passed.
    ///
    /// It may be called from any thread but a handler's, and more than once.
    @discardableResult
    package func stop() -> ShutdownOutcome {
        let mailbox = state.withLock { state -> Mailbox? in
            guard case .running(let mailbox) = state else { return nil }
            state = .stopped
            return mailbox
        }
        mailbox?.stop(by: .now + configuration.shutdownGrace)
        running.wait()
        let count = cutOffCount.withLock { $0 }
        return count == 0 ? .drained : .cutOff(connections: count)
    }

    /// Returns once the server has stopped; at once if it does not run.
    package func waitUntilStopped() {
        running.wait()
    }

    /// Starts the event loop on a thread of its own.
    private func run(_ listener: Socket, _ mailbox: Mailbox) throws(SystemError) {
        let lanes = Lanes(configuration)
        let loop: EventLoop
        do throws(SystemError) {
            loop = try EventLoop(
                configuration: configuration, listener: listener, mailbox: mailbox,
                lanes: lanes, ledger: ledger, logger: logger, handler: handler)
        } catch {
            lanes.close()
            throw error
        }
        running.enter()
        let handover = Handover(loop: loop)
        let thread = Thread { [self] in
            let count = handover.loop.run()
            lanes.close()
            cutOffCount.withLock { $0 = count }
            logger.info("stopped", metadata: ["cut_off": "\(count)"])
            running.leave()
        }
        thread.name = "http-loop"
        thread.start()
    }

    /// Carries the loop to its thread.
    private struct Handover: @unchecked Sendable {
        // The starting thread lets go of the loop before the new one touches it.
        let loop: EventLoop
    }
}

/// The outcome of a stop.
package enum ShutdownOutcome: Sendable, Equatable {
    /// Everything in flight was answered.
    case drained
    /// The grace passed with so many connections still open.
    case cutOff(connections: Int)
}

/// A misuse of the server by the program.
package enum ServerError: Error, Sendable, Equatable, CustomStringConvertible {
    case startedTwice

    package var description: String {
        "the server has been started already; make a new one to start again"
    }
}
