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

/// A first-in, first-out queue that holds only so many: a ring over one array.
struct BoundedQueue<Element> {
    private var slots: [Element?]
    private var head = 0
    private(set) var count = 0

    init(capacity: Int) {
        slots = Array(repeating: nil, count: max(1, capacity))
    }

    /// Adds at the end, or answers false when the queue is full.
    mutating func append(_ element: Element) -> Bool {
        guard count < slots.count else { return false }
        slots[(head + count) % slots.count] = element
        count += 1
        return true
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        defer {
            slots[head] = nil
            head = (head + 1) % slots.count
            count -= 1
        }
        return slots[head]
    }
}
