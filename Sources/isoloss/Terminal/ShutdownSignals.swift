import Dispatch
import Foundation
import Synchronization

/// The signals that ask a server to stop: SIGTERM and SIGINT.
///
/// Make it before the server starts, so that no signal is lost in between.
final class ShutdownSignals {
    /// What a shell reports for a program ended by SIGINT.
    private static let interruptedCode: Int32 = 130

    private let arrived: DispatchSemaphore
    private let sources: [any DispatchSourceSignal]

    /// Begins to listen for signals, and lets a closed pipe be an error in place of the end.
    init() {
        signal(SIGPIPE, SIG_IGN)
        let arrived = DispatchSemaphore(value: 0)
        self.arrived = arrived
        let queue = DispatchQueue(label: "shutdown-signals")
        let stop = StopOnce(arrived: arrived)
        sources = [SIGTERM, SIGINT].map { number in
            // Dispatch sees a signal only where its own action is not taken.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { stop.receive() }
            source.activate()
            return source
        }
    }

    /// Returns after the first signal; a second one ends the program at once.
    func wait() {
        arrived.wait()
    }

    private final class StopOnce: Sendable {
        private let arrived: DispatchSemaphore
        private let isStopping = Atomic(false)

        init(arrived: DispatchSemaphore) {
            self.arrived = arrived
        }

        func receive() {
            let wasStopping = isStopping.exchange(true, ordering: .relaxed)
            // Whoever asks twice gives up what is in flight.
            guard !wasStopping else { _exit(ShutdownSignals.interruptedCode) }
            arrived.signal()
        }
    }
}
