import Dispatch
import HTTP
import Logging
import Store
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

/// The fits on their way, on a bounded number of threads beside those that answer requests.
final class FitQueue: Sendable {
    /// Fits that may wait or run; beyond it a client has to try again.
    static let maximumCount = 256

    private let pool: WorkerPool
    private let jobs = Mutex<[String: FitJob]>([:])
    /// Signalled for good once the queue stops.
    private let stopping = DispatchSemaphore(value: 0)

    /// A queue with nothing in it.
    ///
    /// - Parameter threads: Fits that run at a time.
    init(threads: Int) {
        // Of the lowest priority but one: requests go first, and a fit's client waits anyway.
        pool = WorkerPool(
            name: "fits", threads: threads, capacity: Self.maximumCount, niceness: 15)
    }

    /// Takes a fit, or answers false when there are too many.
    func submit(_ job: FitJob) -> Bool {
        let isTaken = jobs.withLock { jobs in
            guard jobs.count < Self.maximumCount else { return false }
            jobs[job.id] = job
            return true
        }
        guard isTaken else { return false }
        return pool.submit(force: true) { [self] in
            job.run()
            jobs.withLock { $0[job.id] = nil }
        }
    }

    /// A fit that has not ended.
    subscript(id: String) -> FitJob? { jobs.withLock { $0[id] } }

    /// Waits on a fit's thread.
    ///
    /// - Parameter duration: How long, unless the queue stops.
    /// - Returns: False once it stops.
    func pause(_ duration: Duration) -> Bool {
        let nanoseconds = Int(duration / .nanoseconds(1))
        guard case .success = stopping.wait(timeout: .now() + .nanoseconds(nanoseconds)) else {
            return true
        }
        stopping.signal()
        return false
    }

    /// Cancels what has not ended, and returns when all work has.
    func stop() {
        stopping.signal()
        for job in jobs.withLock({ Array($0.values) }) { job.cancel() }
        // Those that wait are run, too, to note that they were cancelled.
        pool.close(runsWaiting: true)
        pool.waitUntilEnded()
    }
}

/// Keeps how a fit ended for which no client waits any more.
struct FitEnd {
    /// Between two attempts, doubled up to the longest.
    private static let shortestPause = Duration.milliseconds(200)
    private static let longestPause = Duration.seconds(5)

    let id: String
    let ending: FitJob.Ending
    let logger: Logger

    /// Stores the end, again and again until it is stored: a fit that nobody works on must not be
    /// shown as running for ever.
    ///
    /// - Parameters:
    ///   - store: Stores it once.
    ///   - pause: Waits; false when the server stops, whose next start ends the fit.
    func keep(
        store: (FitRecord.Outcome) throws(StoreError) -> Void, pause: (Duration) -> Bool
    ) {
        let outcome = outcome
        var interval = Self.shortestPause
        while true {
            do throws(StoreError) {
                return try store(outcome)
            } catch .fitNotFound {
                // Deleted while it ran: nobody waits for it.
                return
            } catch {
                logger.error(
                    "a fit's end was not stored", metadata: ["fit": "\(id)", "error": "\(error)"])
            }
            guard pause(interval) else { return }
            interval = min(interval * 2, Self.longestPause)
        }
    }

    private var outcome: FitRecord.Outcome {
        switch ending {
        case .done(let report): return .done(report: String(decoding: report, as: UTF8.self))
        case .failed(let error):
            let failure = FitFailure(error: error)
            if failure.fault == nil {
                logger.error("a fit failed", metadata: ["fit": "\(id)", "error": "\(error)"])
            }
            return .failed(failure: failure.json)
        // A client's cancelling has ended the fit in the store before; this is the server's.
        case .cancelled: return .failed(failure: FitRecord.interruptedFailure)
        }
    }
}
