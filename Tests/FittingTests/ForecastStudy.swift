import Foundation
import LawTestSupport
import Laws
import Records
import Schedules
import TestSupport

/// Curves by a law of schedules with noise that neighbours share, as real curves have it.
struct ForecastStudy {
    var law = "multi-power"
    var options: [String: String] = [:]
    /// L0, A, α, B, C, β, γ of the multi-power law, near those of a 25-million-parameter model.
    var parameters = [2.95, 0.55, 0.48, 500, 1.5, 0.35, 0.65]
    /// Standard deviation of log loss, and the correlation of neighbours in it.
    var noise = 1e-3
    var correlation = 0.8
    /// What the first point after the warm-up lies above the law by, as a fraction of the loss; it
    /// falls with the square of the step.
    var transient = 0.0
    var parameterCount: Double?
    var prefix = ""

    /// Drops whose gain fades, as in the sample runs.
    static let fading = ForecastStudy(
        options: ["annealing_gain": "fading", "annealing_from": "end_of_warmup"],
        parameters: [3.1, 0.55, 0.48, 500, 1.5, 0.35, 0.65, 0.15])

    static let training = [
        ("constant", "warmup:500@3e-4,hold:11500"), ("cosine", "warmup:500@3e-4,cosine:11500@3e-5"),
        ("two-stage", "warmup:500@3e-4,hold:3500,step@9e-5,hold:4000"),
    ]
    static let unseen = [
        ("long-cosine", "warmup:500@3e-4,cosine:35500@3e-5"),
        ("wsd", "warmup:500@3e-4,hold:9500,linear:2000@3e-5"),
    ]

    func runs(_ schedules: [(String, String)], seed: UInt64, noise: Double? = nil) throws -> [Run] {
        var normal = NormalGenerator(seed: seed)
        let named = try LawCatalog.standard.law(law, options: options)
        return try schedules.map { name, specification in
            let schedule = try LearningRateSchedule(parsing: specification)
            let steps = Array(stride(from: 500, to: schedule.totalSteps, by: 100))
            let input = LawInput(features: [:], areas: ScheduleAreas(schedule), steps: steps)
            let exact = LawEvaluation(law: named, inputs: [input], parameters: parameters).losses
            var state = normal.next()
            let losses = zip(steps, exact).map { step, loss in
                state =
                    correlation * state
                    + (1 - correlation * correlation).squareRoot() * normal.next()
                let early = 500 / Double(step)
                return loss * exp((noise ?? self.noise) * state + transient * early * early)
            }
            var run = Run(
                id: prefix + name, schedule: schedule,
                curve: LossCurve(steps: steps, losses: losses))
            run.features[.parameterCount] = parameterCount
            return run
        }
    }

    func training(seed: UInt64) throws -> [Run] { try runs(Self.training, seed: seed) }

    /// Exact curves under schedules and a horizon that no training run has.
    func unseen() throws -> [Run] { try runs(Self.unseen, seed: 1, noise: 0) }
}
