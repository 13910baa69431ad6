import Fitting
import Synchronization

/// Fits ready to predict, so that a forecast reads no database and decodes no report.
final class PredictorCache: Sendable {
    private struct Entry {
        let predictor: LawPredictor
        var lastUse: UInt64
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var clock: UInt64 = 0
        /// The count of those removed so far.
        var removals = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int = 256) {
        self.capacity = max(1, capacity)
    }

    /// The fit's predictor, made by `load` where it is not kept.
    ///
    /// - Parameters:
    ///   - id: The fit.
    ///   - load: Reads the fit; it runs outside the lock.
    /// - Returns: The predictor.
    /// - Throws: What `load` throws.
    func predictor(_ id: String, load: () throws -> LawPredictor) rethrows -> LawPredictor {
        let (kept, removals) = state.withLock { state in
            state.clock += 1
            state.entries[id]?.lastUse = state.clock
            return (state.entries[id]?.predictor, state.removals)
        }
        if let kept { return kept }
        let predictor = try load()
        state.withLock { state in
            // A fit that was deleted while it was read must not come back.
            guard state.removals == removals else { return }
            if state.entries.count >= capacity,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.entries[oldest.key] = nil
            }
            state.entries[id] = Entry(predictor: predictor, lastUse: state.clock)
        }
        return predictor
    }

    func remove(_ id: String) {
        state.withLock { state in
            state.entries[id] = nil
            state.removals += 1
        }
    }
}
