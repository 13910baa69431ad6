import Foundation
import Laws
package import Records
package import Schedules

/// The learning rates of a run: its exact schedule where it has one, else what it logged.
package enum RunSchedule {
    /// The rates of a run and what to tell about them.
    package struct Resolved: Sendable {
        package var schedule: LearningRateSchedule
        package var warnings: [String]

        package init(schedule: LearningRateSchedule, warnings: [String]) {
            self.schedule = schedule
            self.warnings = warnings
        }
    }

    /// True when a run carries a schedule or logged rates.
    package static func isKnown(for run: Run) -> Bool {
        run.schedule != nil || run.points.contains { $0.learningRate != nil }
    }

    /// The schedule to use for a run.
    ///
    /// - Parameter run: A run for which `isKnown(for:)` holds.
    /// - Returns: The schedule, with a warning when logged rates disagree with it.
    /// - Throws: `FittingError.badSchedule` when logged rates make no schedule.
    package static func resolve(_ run: Run) throws(FittingError) -> Resolved {
        let logged = loggedRates(of: run)
        if let schedule = run.schedule {
            return Resolved(
                schedule: schedule,
                warnings: disagreement(of: run.id, schedule: schedule, logged: logged))
        }
        return Resolved(
            schedule: try recorded(logged, of: run, totalSteps: run.lastStep.map { $0 + 1 }),
            warnings: [assumption(of: run, firstStep: logged.first?.step ?? 0)])
    }

    /// The rates of a run to its end, where the end is known.
    ///
    /// Of a run without a schedule they are the logged ones and, from there to its stated length, the
    /// rest of the curve that these follow; where they follow none, the last is held.
    ///
    /// - Parameter run: Any run.
    /// - Returns: The rates, with a warning that says what is assumed; nil for a run without a
    ///   schedule that has no length or has logged no rates.
    /// - Throws: `FittingError.badSchedule` when logged rates make no schedule.
    package static func throughEnd(of run: Run) throws(FittingError) -> Resolved? {
        guard isKnown(for: run), let total = run.totalSteps else { return nil }
        guard run.schedule == nil else { return try resolve(run) }
        let logged = loggedRates(of: run)
        guard total > (run.lastStep ?? 0) + 1 else { return try resolve(run) }
        let recognized = RecognizedSchedule.of(
            steps: logged.map(\.step), learningRates: logged.map(\.rate), totalSteps: total,
            warmupSteps: run.statedWarmupSteps)
        if let recognized, let text = recognized.segmentText {
            return Resolved(
                schedule: recognized,
                warnings: [
                    "run \(run.id): no schedule given; its logged learning rates follow \(text), "
                        + "which is used to its end"
                ])
        }
        return Resolved(
            schedule: try recorded(logged, of: run, totalSteps: total),
            warnings: [
                "run \(run.id): no schedule given; the last logged learning rate, "
                    + "\(logged.last?.rate ?? 0), is held to step \(total)"
            ])
    }

    /// The schedule that logged rates make by themselves, the last held to the end.
    private static func recorded(
        _ logged: [(step: Int, rate: Double)], of run: Run, totalSteps: Int?
    ) throws(FittingError) -> LearningRateSchedule {
        do throws(ScheduleError) {
            return try LearningRateSchedule.recorded(
                steps: logged.map(\.step), learningRates: logged.map(\.rate),
                totalSteps: totalSteps, warmupSteps: run.statedWarmupSteps)
        } catch {
            throw .badSchedule(run: run.id, error.message)
        }
    }

    /// True where nothing that a run logged before a step, or else its own schedule, speaks against rates.
    package static func follows(
        _ run: Run, _ schedule: LearningRateSchedule, before end: Int
    ) -> Bool {
        var rates = loggedRates(of: run)
        if rates.isEmpty, let own = run.schedule {
            rates = run.points.map { ($0.step, own.learningRate(at: $0.step)) }
        }
        let logged = rates.filter { $0.step < end }
        return disagreement(of: run.id, schedule: schedule, logged: logged).isEmpty
    }

    private static func loggedRates(of run: Run) -> [(step: Int, rate: Double)] {
        run.points.compactMap { point in point.learningRate.map { (point.step, $0) } }
    }

    private static func assumption(of run: Run, firstStep: Int) -> String {
        let before =
            run.statedWarmupSteps.map { "a warm-up of \($0) steps" }
            ?? "the first logged rate held from step 0"
        let start = firstStep == 0 ? "" : ", before step \(firstStep) \(before)"
        return "run \(run.id): no schedule given; logged learning rates are used, linear between "
            + "logged steps\(start)"
    }

    /// Trainers log the rate of the update before or after the point's own, so a logged rate is
    /// only called wrong when it is away from its neighbours' too, by 1 % of the peak.
    private static func disagreement(
        of id: String, schedule: LearningRateSchedule, logged: [(step: Int, rate: Double)]
    ) -> [String] {
        let tolerance = 0.01 * schedule.peakLearningRate
        let total = schedule.totalSteps
        let wrong = logged.filter { step, rate in
            guard step <= total else { return false }
            let near = (max(0, step - 1)...min(total, step + 1)).map {
                schedule.learningRate(at: $0)
            }
            let lowest = near.min() ?? rate
            let highest = near.max() ?? rate
            return rate < lowest - tolerance || rate > highest + tolerance
        }
        guard let first = wrong.first else { return [] }
        return [
            "run \(id): \(wrong.count) of \(logged.count) logged learning rates disagree with its "
                + "schedule, first at step \(first.step) (logged \(first.rate), schedule "
                + "\(schedule.learningRate(at: first.step))); the schedule is used"
        ]
    }
}

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
