import Foundation
package import Laws
package import Records
import Schedules
import TestSupport

/// Runs made from a law at known parameters, with seeded noise.
package enum SyntheticStudy {
    /// Rows of a table: sizes and tokens on a grid, losses by Chinchilla's law.
    ///
    /// - Parameters:
    ///   - noise: Standard deviation of log loss.
    ///   - seed: Seed of the noise.
    ///   - parameters: E, A, B, α, β.
    /// - Returns: 60 runs named `row-0` ….
    /// - Throws: Nothing that a correct catalogue allows.
    package static func table(
        noise: Double, seed: UInt64, parameters: [Double] = [1.8, 480, 2100, 0.35, 0.37]
    ) throws -> [Run] {
        let law = try LawCatalog.standard.law("chinchilla")
        var runs: [Run] = []
        for size in 0..<10 {
            for tokens in 0..<6 {
                let features: [Feature: Double] = [
                    .parameterCount: 1e7 * pow(2, Double(size)),
                    .tokenCount: 1e9 * pow(3, Double(tokens)),
                ]
                runs.append(Run(id: "row-\(runs.count)", features: features))
            }
        }
        let inputs = runs.map { LawInput(features: $0.features) }
        let losses = LawEvaluation(law: law, inputs: inputs, parameters: parameters).losses
        var normal = NormalGenerator(seed: seed)
        for index in runs.indices { runs[index].loss = losses[index] * exp(noise * normal.next()) }
        return runs
    }

    /// Finished runs by any law of tables.
    ///
    /// - Parameters:
    ///   - law: The law.
    ///   - parameters: Its parameters.
    ///   - features: What each run carries.
    ///   - noise: Standard deviation of an observation, in its own unit.
    ///   - seed: Seed of the noise.
    /// - Returns: A run per entry of `features`; what a law of metrics predicts is their series
    ///   `metric`, and their loss what it predicts from.
    /// - Throws: What the law says of features that it cannot read.
    package static func rows(
        law: ConfiguredLaw, parameters: [Double], features: [[Feature: Double]], noise: Double,
        seed: UInt64
    ) throws -> [Run] {
        var runs = features.enumerated().map { Run(id: "row-\($0)", features: $1) }
        let inputs = try runs.map { LawInput(features: try law.law.features(of: $0)) }
        let exact = LawEvaluation(law: law, inputs: inputs, parameters: parameters).losses
        var normal = NormalGenerator(seed: seed)
        for index in runs.indices {
            let observed = exact[index] + noise * normal.next()
            switch law.about.observes {
            case .loss: runs[index].loss = observed
            case .metric:
                runs[index].loss = runs[index].features.removeValue(forKey: .loss)
                runs[index].series["metric"] = LossCurve(steps: [0], losses: [observed])
            }
        }
        return runs
    }

    /// The schedules of a small study, by run name.
    package static let schedules = [
        ("constant", "warmup:200@2e-3,hold:3800"),
        ("cosine", "warmup:200@2e-3,cosine:3800@2e-4"),
        ("two-stage", "warmup:200@2e-3,hold:1800,step@6e-4,hold:2000"),
        ("wsd-linear", "warmup:200@2e-3,hold:2800,linear:1000@2e-4"),
    ]

    /// Curves by the LR-annealing law under those schedules.
    ///
    /// - Parameters:
    ///   - noise: Standard deviation of log loss at each point.
    ///   - seed: Seed of the noise.
    ///   - parameters: L0, A, α, C, λ.
    /// - Returns: One run per schedule, the last with role test.
    /// - Throws: Nothing that correct schedules allow.
    package static func curves(
        noise: Double, seed: UInt64, parameters: [Double] = [3.0, 0.6, 0.5, 0.4, 0.995]
    ) throws -> [Run] {
        let law = try LawCatalog.standard.law("lr-annealing")
        var normal = NormalGenerator(seed: seed)
        return try schedules.enumerated().map { position, named in
            let schedule = try LearningRateSchedule(parsing: named.1)
            let steps = Array(stride(from: 200, to: schedule.totalSteps, by: 20))
            let input = LawInput(
                features: [:], areas: ScheduleAreas(schedule), steps: steps)
            let losses = LawEvaluation(law: law, inputs: [input], parameters: parameters).losses
            return Run(
                id: named.0, role: position == schedules.count - 1 ? .test : .train,
                schedule: schedule,
                curve: LossCurve(
                    steps: steps, losses: losses.map { $0 * exp(noise * normal.next()) }))
        }
    }
}
