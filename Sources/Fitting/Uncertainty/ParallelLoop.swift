import Foundation
import Synchronization

/// Independent pieces of work over several threads, the caller's own among them.
enum ParallelLoop {
    /// Pieces taken at a time: enough to make the lock rare, few enough to end together.
    private static let chunk = 16

    /// The state that the threads share.
    private final class Board<Output: Sendable>: Sendable {
        struct State {
            var next = 0
            var done = 0
            var isCancelled = false
            var outputs: [Output?]
        }

        let state: Mutex<State>
        private let count: Int

        init(count: Int) {
            self.count = count
            state = Mutex(State(outputs: Array(repeating: nil, count: count)))
        }

        /// The next pieces to do, nil when there are none.
        func take() -> Range<Int>? {
            state.withLock { state in
                guard !state.isCancelled, state.next < count else { return nil }
                let end = min(count, state.next + ParallelLoop.chunk)
                defer { state.next = end }
                return state.next..<end
            }
        }

        func put(_ outputs: [Output], at range: Range<Int>) {
            state.withLock { state in
                for (index, output) in zip(range, outputs) { state.outputs[index] = output }
                state.done += range.count
            }
        }
    }

    /// Does every piece once; what comes out does not depend on the number of threads.
    ///
    /// - Parameters:
    ///   - count: How many pieces there are.
    ///   - threads: How many threads work, the caller's included.
    ///   - makeWorker: Called once on each thread; what it returns does the piece of an index.
    ///   - progress: Told the share done, on the caller's thread.
    ///   - isCancelled: Asked on the caller's thread.
    /// - Returns: One output per piece in order, or nil when cancelled.
    static func map<Output: Sendable>(
        count: Int, threads: Int, makeWorker: @escaping @Sendable () -> (Int) -> Output,
        progress: (Double) -> Void, isCancelled: () -> Bool
    ) -> [Output]? {
        let board = Board<Output>(count: count)
        let others = DispatchGroup()
        let wanted = min(threads, (count + chunk - 1) / chunk)
        for _ in 1..<max(1, wanted) {
            others.enter()
            Thread.detachNewThread {
                let work = makeWorker()
                while let range = board.take() { board.put(range.map(work), at: range) }
                others.leave()
            }
        }
        let work = makeWorker()
        while let range = board.take() {
            board.put(range.map(work), at: range)
            let done = board.state.withLock { $0.done }
            progress(Double(done) / Double(count))
            if isCancelled() { board.state.withLock { $0.isCancelled = true } }
        }
        others.wait()
        return board.state.withLock { state in
            let outputs = state.outputs.compactMap { $0 }
            return outputs.count == count ? outputs : nil
        }
    }
}
