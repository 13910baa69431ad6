import Fitting
import Foundation
import LawTestSupport
import Laws
import Records
import Schedules
import TestSupport
import Testing

/// Fits across a change of data, and what they say of a shift that they determine only in part.
@Suite struct ContinualFitTests {
    /// Schedules of three runs, and the steps at which their data change.
    private static let plans = [
        ("step@2e-3,hold:2000,linear:2000@0", 1_000.0), ("step@2e-3,hold:4000", 2_000),
        ("step@2e-3,cosine:3000@2e-4", 3_000),
    ]

    private static func inputs() throws -> [LawInput] {
        try plans.map { text, phaseStep in
            let schedule = try LearningRateSchedule(parsing: text)
            return LawInput(
                features: [.phaseStep: phaseStep], areas: ScheduleAreas(schedule),
                steps: Array(stride(from: 100, to: schedule.totalSteps, by: 20)))
        }
    }

    /// A fit of runs that follow the law but for noise, with λ known.
    private static func fit(_ truth: [Double], fixed: [String: Double] = [:]) throws -> FitReport {
        let law = try LawCatalog.standard.law("continual")
        var normal = NormalGenerator(seed: 5)
        let runs = try inputs().enumerated().map { index, input in
            let losses = LawEvaluation(law: law, inputs: [input], parameters: truth).losses
            return Run(
                id: "run-\(index)", features: input.features, schedule: input.areas?.schedule,
                curve: LossCurve(
                    steps: input.steps, losses: losses.map { $0 * exp(1e-4 * normal.next()) }))
        }
        var request = FitRequest(law: "continual")
        request.fixed = fixed.merging(["annealing_decay": 0.99]) { $1 }
        return try Fitter().fit(request, runs: runs)
    }

    private static func notIdentified(_ report: FitReport) -> String? {
        report.warnings.first { $0.hasPrefix("not-identified: ") }
    }

    @Test func `of a slow shift what the runs determine is said, and it is right`() throws {
        // B·β = 0.04 over 1 + E·S1cpt to 121: a logarithm, in which B and β are one.
        let truth = [3.0, 0.5, 0.5, 0.3, 0.4, 0.99, 40, 20, 0.001]
        let report = try Self.fit(truth)
        let warning = try #require(Self.notIdentified(report))
        #expect(warning.contains(" by themselves, only "), "\(warning)")
        let quantity = try #require(
            report.derived.first { warning.contains("only \($0.name) = ") })
        let law = try LawCatalog.standard.law("continual").law
        let exact = try law.derivedQuantities(truth, over: Self.inputs())
            .first { $0.name == quantity.name }
        let error = try #require(quantity.standardError)
        #expect(abs(quantity.value - (try #require(exact)).value) < 4 * error, "\(warning)")
        #expect(error < 0.1 * abs(quantity.value))
    }

    @Test func `a shift that bends is told apart, and fixed parameters are no matter`() throws {
        let truth = [3.0, 0.5, 0.5, 0.3, 0.4, 0.99, 0.5, 2, 1.2]
        let report = try Self.fit(truth)
        #expect(Self.notIdentified(report) == nil, "\(report.warnings)")
        let held = try Self.fit(
            [3.0, 0.5, 0.5, 0.3, 0.4, 0.99, 40, 20, 0.001],
            fixed: ["shift_rate": 20, "shift_exponent": 0.001])
        #expect(Self.notIdentified(held) == nil, "\(held.warnings)")
    }
}
