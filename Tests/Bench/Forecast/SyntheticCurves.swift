import Foundation
import Laws
import Records
import Schedules
import TestSupport

/// Curves by the multi-power law of a 25-million-parameter model, with independent noise of 0.1 %.
enum SyntheticCurves {
    private static let parameters = [2.95, 0.55, 0.48, 500, 1.5, 0.35, 0.65]

    static func runs(_ schedules: [String], every: Int, seed: UInt64) throws -> [Run] {
        let law = try LawCatalog.standard.law("multi-power")
        var normal = NormalGenerator(seed: seed)
        return try schedules.map { text in
            let schedule = try LearningRateSchedule(parsing: text)
            let steps = Array(
                stride(from: schedule.warmupSteps, to: schedule.totalSteps, by: every))
            let input = LawInput(features: [:], areas: ScheduleAreas(schedule), steps: steps)
            var evaluator = law.law.evaluator(for: [input])
            let losses = evaluator.losses(at: parameters).map { $0 * exp(1e-3 * normal.next()) }
            return Run(
                id: text, schedule: schedule, curve: LossCurve(steps: steps, losses: losses))
        }
    }
}
