package import Laws
package import Schedules

extension ScheduledRuns {
    /// Runs at hand: the exact schedule of one that has it, else the rates that it logged.
    ///
    /// - Parameter runs: The runs; an id that two of them share means the first.
    package init(_ runs: [Run]) {
        self.init { id throws(Fault) in
            guard let run = runs.first(where: { $0.id == id }) else {
                throw .unknown(known: Array(runs.prefix(10).map(\.id)))
            }
            return try Self.found(run)
        }
    }

    /// The learning rates of a run, with what `RunSchedule` warns of.
    ///
    /// - Parameter run: Any run.
    /// - Returns: The rates.
    /// - Throws: `Fault` for a run without rates, or with rates that make no schedule.
    package static func found(_ run: Run) throws(Fault) -> Found {
        guard RunSchedule.isKnown(for: run) else { throw .withoutRates }
        do throws(FittingError) {
            let resolved = try RunSchedule.resolve(run)
            return Found(resolved.schedule, warnings: resolved.warnings)
        } catch {
            throw .unusable(error.message)
        }
    }
}
