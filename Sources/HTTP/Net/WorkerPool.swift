import Dispatch
import Foundation
import Synchronization

/// A fixed number of threads for work that may block, and a queue of bounded length before them.
final class WorkerPool: Sendable {
    typealias Job = @Sendable () -> Void

    private struct State {
        var jobs: BoundedQueue<Job>
        var isClosed = false
    }

    private let state: Mutex<State>
    /// Counts what there is to find: one per job, and one per worker when the pool closes.
    private let signal = DispatchSemaphore(value: 0)
    private let threadCount: Int

    init(threads: Int, capacity: Int) {
        threadCount = max(1, threads)
        state = Mutex(State(jobs: BoundedQueue(capacity: capacity)))
        for index in 1...threadCount {
            let thread = Thread { [self] in work() }
            thread.name = "http-worker-\(index)"
            thread.start()
        }
    }

    /// Takes a job, or answers false when the queue is full or the pool closed.
    func submit(_ job: @escaping Job) -> Bool {
        let isTaken = state.withLock { !$0.isClosed && $0.jobs.append(job) }
        if isTaken { signal.signal() }
        return isTaken
    }

    /// Takes no more jobs and forgets those that wait; each thread ends after the job it is at.
    func close() {
        state.withLock {
            $0.isClosed = true
            while $0.jobs.popFirst() != nil {}
        }
        for _ in 1...threadCount { signal.signal() }
    }

    private func work() {
        while true {
            signal.wait()
            // Nothing to find means that the pool is closed.
            guard let job = state.withLock({ $0.jobs.popFirst() }) else { return }
            job()
        }
    }
}
