import Dispatch
import Synchronization

/// One fit on its way, first in memory only, then, when it takes long, with a row in the store.
///
/// A fit that ends within the client's patience is answered at once, and one that is refused
/// leaves nothing behind. Which of the two happens is decided once, under the lock.
final class FitJob: Sendable {
    /// The end of a fit.
    enum Ending: Sendable {
        /// The report's JSON.
        case done([UInt8])
        case failed(any Error)
        case cancelled
    }

    /// The line between a fit's work and its caller while it runs.
    struct Control: Sendable {
        fileprivate let job: FitJob

        var isCancelled: Bool { job.state.withLock { $0.isCancelled } }

        /// Notes how much is done, 0 to 1.
        func report(progress: Double) {
            job.state.withLock { $0.progress = min(max(progress, 0), 1) }
        }
    }

    typealias Work = @Sendable (Control) throws -> [UInt8]

    private struct State {
        var isRunning = false
        var isCancelled = false
        var progress = 0.0
        var ending: Ending?
        /// Called with the end, or with nil when the client's patience is over.
        var waiting: (@Sendable (Ending?) -> Void)?
        /// Called at the end; set once the client has been told to come back.
        var onEnd: (@Sendable (Ending) -> Void)?
    }

    let id: String
    private let work: Work
    private let state = Mutex(State())

    init(id: String, work: @escaping Work) {
        self.id = id
        self.work = work
    }

    /// The state of the work: running or waiting, and the part done, 0 to 1.
    var activity: (isRunning: Bool, progress: Double) {
        state.withLock { ($0.isRunning, $0.progress) }
    }

    /// Asks the work to stop; it does at its next look.
    func cancel() {
        state.withLock { $0.isCancelled = true }
    }

    /// Does the work; returns when it has ended and its end is noted.
    func run() {
        let isCancelled = state.withLock { state in
            state.isRunning = true
            return state.isCancelled
        }
        let ending = isCancelled ? .cancelled : perform()
        // The end is noted under the lock: `detach` either sees it, or its `onEnd` is called.
        let (onEnd, waiting) = state.withLock { state in
            state.ending = ending
            defer { state.waiting = nil }
            return (state.onEnd, state.waiting)
        }
        onEnd?(ending)
        waiting?(ending)
    }

    private func perform() -> Ending {
        do {
            return .done(try work(Control(job: self)))
        } catch {
            return state.withLock { $0.isCancelled } ? .cancelled : .failed(error)
        }
    }

    /// Waits for the end without a thread.
    ///
    /// - Parameters:
    ///   - patience: The longest wait.
    ///   - answer: Called once, with the ending, or with nil when the wait is over.
    func whenEnded(within patience: Duration, _ answer: @escaping @Sendable (Ending?) -> Void) {
        let ending = state.withLock { state in
            if state.ending == nil { state.waiting = answer }
            return state.ending
        }
        if let ending { return answer(ending) }
        let nanoseconds = Int(patience / .nanoseconds(1))
        let deadline = DispatchTime.now() + .nanoseconds(nanoseconds)
        DispatchQueue.global(qos: .userInitiated).asyncAfter(deadline: deadline) { [self] in
            let waiting = state.withLock { state in
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?(nil)
        }
    }

    /// Lets the fit go on without its client.
    ///
    /// - Parameters:
    ///   - prepare: Called if it has not ended, before its end can be noted.
    ///   - onEnd: Called with its end.
    /// - Returns: How it ended, if it has meanwhile; then neither is called.
    /// - Throws: What `prepare` throws; then the fit is cancelled.
    func detach(
        prepare: (_ isRunning: Bool) throws -> Void, onEnd: @escaping @Sendable (Ending) -> Void
    ) throws -> Ending? {
        try state.withLock { state in
            if let ending = state.ending { return ending }
            do {
                try prepare(state.isRunning)
            } catch {
                state.isCancelled = true
                throw error
            }
            state.onEnd = onEnd
            return nil
        }
    }
}
