import Fitting
import Laws
import Schedules
import Store
import Synchronization

/// The runs of a store as schedules that a request may continue (`from:RUN@s`).
final class StoredSchedules: Sendable {
    private let store: RunStore
    /// What kept the store from answering; no fault of the request.
    private let failure = Mutex<StoreError?>(nil)

    init(_ store: RunStore) {
        self.store = store
    }

    /// Reads something that may name runs.
    ///
    /// - Parameter read: Reads it, given the runs.
    /// - Returns: What was read.
    /// - Throws: What `read` throws, or the `StoreError` behind it.
    func reading<Value>(_ read: (ScheduledRuns) throws -> Value) throws -> Value {
        do {
            return try read(ScheduledRuns(find))
        } catch {
            throw failure.withLock { $0 } ?? error
        }
    }

    private func find(_ id: String) throws(ScheduledRuns.Fault) -> ScheduledRuns.Found {
        let run: Run
        do {
            run = try Run(store.run(id), points: store.points(id))
        } catch StoreError.runNotFound {
            throw .unknown(known: [])
        } catch {
            failure.withLock { $0 = error as? StoreError }
            throw .unusable("\(error)")
        }
        return try ScheduledRuns.found(run)
    }
}
