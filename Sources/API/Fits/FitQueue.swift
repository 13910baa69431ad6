import Dispatch
import HTTP
import Synchronization

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
