import Foundation
import Synchronization

/// The fits on their way, on a bounded number of threads beside those that answer requests.
final class FitQueue: Sendable {
    /// Fits that may wait or run; beyond it a client has to try again.
    static let maximumCount = 256

    private let operations = OperationQueue()
    private let jobs = Mutex<[String: FitJob]>([:])

    /// A queue with nothing in it.
    ///
    /// - Parameter threads: Fits that run at a time.
    init(threads: Int) {
        operations.name = "fits"
        operations.maxConcurrentOperationCount = max(1, threads)
        operations.qualityOfService = .utility
    }

    /// Takes a fit, or answers false when there are too many.
    func submit(_ job: FitJob) -> Bool {
        let isTaken = jobs.withLock { jobs in
            guard jobs.count < Self.maximumCount else { return false }
            jobs[job.id] = job
            return true
        }
        guard isTaken else { return false }
        operations.addOperation { [self] in
            job.run()
            jobs.withLock { $0[job.id] = nil }
        }
        return true
    }

    /// A fit that has not ended.
    subscript(id: String) -> FitJob? { jobs.withLock { $0[id] } }

    /// Cancels what has not ended, and returns when all work has.
    func stop() {
        for job in jobs.withLock({ Array($0.values) }) { job.cancel() }
        operations.waitUntilAllOperationsAreFinished()
    }
}
