import Dispatch
import Foundation
import Glibc

/// A fixed number of threads for work that may block or last, and a bounded queue before them.
///
///     let pool = WorkerPool(name: "fits", threads: 2, capacity: 256, niceness: 15)
///     guard pool.submit(weight: 3, { fit() }) else { throw HTTPError.overload }
///
/// Short work goes first: a job waits as if it had come `weight` seconds later than it did, so a
/// long one is overtaken by short ones, but not for ever.
///
/// The lock is an `NSCondition`, not a `Mutex`. A `Mutex` that is contended is taken within the
/// standard library, where the thread sanitizer sees nothing, so it reports every variable under
/// the lock as raced for: also that of `counter.withLock { $0 += 1 }` on two threads, whose sum is
/// right. It knows the C library's mutexes.
package final class WorkerPool: Sendable {
    package typealias Job = @Sendable () -> Void

    private struct Entry {
        let key: Double
        let job: Job
    }

    private let capacity: Int
    private let condition = NSCondition()
    /// Waiting jobs by key; touched with `condition` locked only, as is `isClosed`.
    private nonisolated(unsafe) var queue: [Entry] = []
    private nonisolated(unsafe) var isClosed = false
    private let running = DispatchGroup()
    private let start = ContinuousClock.now

    /// A pool whose threads wait for work until it is closed.
    ///
    /// - Parameters:
    ///   - name: The threads' name, for debuggers.
    ///   - threads: Jobs that run at a time.
    ///   - capacity: Jobs that may wait.
    ///   - niceness: 0, or up to 19 for threads that leave the processor to others.
    package init(name: String, threads: Int, capacity: Int, niceness: Int32 = 0) {
        self.capacity = max(1, capacity)
        for index in 1...max(1, threads) {
            running.enter()
            let thread = Thread { [self] in
                // On Linux a process id of 0 means the calling thread alone.
                if niceness > 0 {
                    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
                }
                work()
                running.leave()
            }
            thread.name = "\(name)-\(index)"
            thread.start()
        }
    }

    /// Takes a job, or answers false when too many wait or the pool is closed.
    ///
    /// - Parameters:
    ///   - weight: The seconds by which later jobs may overtake this one.
    ///   - force: Takes the job however many wait; for the rest of work that has begun.
    ///   - job: The work.
    /// - Returns: True if the job will run.
    package func submit(weight: Double = 0, force: Bool = false, _ job: @escaping Job) -> Bool {
        let key = (ContinuousClock.now - start) / .seconds(1) + weight
        condition.lock()
        defer { condition.unlock() }
        guard !isClosed, force || queue.count < capacity else { return false }
        let place = queue.lastIndex { $0.key <= key }.map { $0 + 1 } ?? 0
        queue.insert(Entry(key: key, job: job), at: place)
        condition.signal()
        return true
    }

    /// The number of jobs that wait.
    package var waitingCount: Int {
        condition.lock()
        defer { condition.unlock() }
        return queue.count
    }

    /// Takes no more jobs; each thread ends after the last that it runs.
    ///
    /// - Parameter runsWaiting: True to run the jobs that wait, false to forget them.
    package func close(runsWaiting: Bool = false) {
        condition.lock()
        isClosed = true
        let forgotten = runsWaiting ? [] : queue
        if !runsWaiting { queue.removeAll() }
        condition.broadcast()
        condition.unlock()
        // Jobs may own things whose end takes locks of its own.
        _ = consume forgotten
    }

    /// Returns once all threads of a closed pool have ended.
    package func waitUntilEnded() {
        running.wait()
    }

    private func work() {
        while let job = next() { job() }
    }

    private func next() -> Job? {
        condition.lock()
        defer { condition.unlock() }
        while queue.isEmpty, !isClosed { condition.wait() }
        return queue.isEmpty ? nil : queue.removeFirst().job
    }
}
