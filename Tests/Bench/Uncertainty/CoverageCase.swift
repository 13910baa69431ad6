import Fitting
import Foundation
import Laws
import Records
import Schedules
import TestSupport

/// A kind of study to simulate: a law at known parameters, where it is measured, and the noise.
struct CoverageCase: Sendable {
    var title: String
    var law: String
    var objective = Objective.standard
    /// The law's parameters, in its order.
    var truth: [Double]
    /// Runs without losses.
    var runs: [Run]
    /// Where the fitted law is asked to predict.
    var targets: [LawInput]
    /// Standard deviation of log loss.
    var noise: Double
    /// Correlation of neighbours on a curve.
    var correlation = 0.0

    /// What the share of covering intervals has to be.
    var wanted: ClosedRange<Double> { correlation > 0 ? 0.85...0.95 : 0.87...0.93 }

    /// The runs of one study, its losses drawn anew.
    func study(_ generator: inout NormalGenerator) throws -> [Run] {
        let law = try LawCatalog.standard.law(law)
        return runs.map { run in
            var run = run
            guard let curve = run.curve, let schedule = run.schedule else {
                let loss = Self.losses(law, [LawInput(features: run.features)], truth)[0]
                run.loss = loss * exp(noise * generator.next())
                return run
            }
            let input = LawInput(
                features: run.features, areas: ScheduleAreas(schedule), steps: curve.steps)
            var deviation = generator.next()
            let fresh = (1 - correlation * correlation).squareRoot()
            run.curve = LossCurve(
                steps: curve.steps,
                losses: Self.losses(law, [input], truth).map { loss in
                    defer { deviation = correlation * deviation + fresh * generator.next() }
                    return loss * exp(noise * deviation)
                })
            return run
        }
    }

    /// The law's losses, without noise.
    static func losses(_ law: ConfiguredLaw, _ inputs: [LawInput], _ parameters: [Double])
        -> [Double]
    {
        var evaluator = law.law.evaluator(for: inputs)
        return evaluator.losses(at: parameters)
    }
}

extension CoverageCase {
    /// The cases of `isoloss-bench coverage`.
    static func all() throws -> [CoverageCase] {
        let short = try curves(shortSchedules, every: 60)
        let long = try curves(shortSchedules, every: 20)
        let squares = try Objective(parsing: "log-squares")
        return [
            table("table, 60 rows, noise 0.3 %", rows: gridRows, noise: 0.003),
            table("table, 60 rows, noise 1 %", rows: gridRows, noise: 0.01),
            table("table, 245 rows, noise 0.3 %", rows: spreadRows(245), noise: 0.003),
            table("table, 245 rows, noise 1 %", rows: spreadRows(245), noise: 0.01),
            table("table, 60 rows, squares", rows: gridRows, noise: 0.01, squares),
            try curve("3 curves of 64 points", short, noise: 0.002),
            try curve("3 curves of 190 points", long, noise: 0.002),
            try curve("3 curves of 64 points, rho 0.9", short, noise: 0.002, correlation: 0.9),
            try curve("3 curves of 190 points, rho 0.9", long, noise: 0.002, correlation: 0.9),
            try curve(
                "3 curves of 190 points, 0.5 %, rho 0.9", long, noise: 0.005, correlation: 0.9),
            try curve("the same, squares", long, noise: 0.005, correlation: 0.9, squares),
        ]
    }

    private static let shortSchedules = [
        ("constant", "warmup:200@2e-3,hold:3800"),
        ("cosine", "warmup:200@2e-3,cosine:3800@2e-4"),
        ("two-stage", "warmup:200@2e-3,hold:1800,step@6e-4,hold:2000"),
    ]

    private static func table(
        _ title: String, rows: [[Feature: Double]], noise: Double,
        _ objective: Objective = .standard
    ) -> CoverageCase {
        CoverageCase(
            title: title, law: "chinchilla", objective: objective,
            truth: [1.8, 480, 2100, 0.35, 0.37],
            runs: rows.enumerated().map { Run(id: "row-\($0)", features: $1) },
            targets: [(1e9, 2e10), (7e9, 1.4e11), (7e10, 1.4e12)].map {
                LawInput(features: [.parameterCount: $0.0, .tokenCount: $0.1])
            }, noise: noise)
    }

    private static var gridRows: [[Feature: Double]] {
        (0..<60).map { row in
            [
                .parameterCount: 1e7 * pow(2, Double(row / 6)),
                .tokenCount: 1e9 * pow(3, Double(row % 6)),
            ]
        }
    }

    /// Sizes around the compute-optimal one, over three decades of compute and a half.
    private static func spreadRows(_ count: Int) -> [[Feature: Double]] {
        var generator = SplitMix64(seed: 5)
        return (0..<count).map { _ in
            let compute = pow(10, 18 + 3.5 * generator.nextUnit())
            let size = (compute / 120).squareRoot() * pow(10, 2.4 * generator.nextUnit() - 1.2)
            return [.parameterCount: size, .tokenCount: compute / 6 / size]
        }
    }

    private static func curve(
        _ title: String, _ runs: [Run], noise: Double, correlation: Double = 0,
        _ objective: Objective = .standard
    ) throws -> CoverageCase {
        let schedule = try LearningRateSchedule(
            parsing: "warmup:200@2e-3,hold:2800,linear:1000@2e-4")
        let target = LawInput(
            features: [:], areas: ScheduleAreas(schedule),
            steps: Array(stride(from: 400, through: 3_900, by: 700)))
        return CoverageCase(
            title: title, law: "lr-annealing", objective: objective,
            truth: [3.0, 0.6, 0.5, 0.4, 0.995], runs: runs, targets: [target], noise: noise,
            correlation: correlation)
    }

    private static func curves(_ schedules: [(String, String)], every: Int) throws -> [Run] {
        try schedules.map { id, text in
            let schedule = try LearningRateSchedule(parsing: text)
            let steps = Array(stride(from: 200, to: schedule.totalSteps, by: every))
            return Run(
                id: id, schedule: schedule,
                curve: LossCurve(steps: steps, losses: steps.map { _ in 1 }))
        }
    }
}
