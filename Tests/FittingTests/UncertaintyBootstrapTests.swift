import Fitting
import Foundation
import LawTestSupport
import Laws
import Records
import Testing

/// The bootstrap: the same from the same seed, at its optima, and as wide as theory says.
@Suite struct UncertaintyBootstrapTests {
    private func fit(
        _ runs: [Run], law: String = "chinchilla", _ method: UncertaintyMethod, seed: UInt64 = 0,
        fixed: [String: Double] = [:]
    ) throws -> FitReport {
        try Fitter().fit(
            FitRequest(law: law, fixed: fixed, seed: seed, uncertainty: method), runs: runs)
    }

    private func errors(_ report: FitReport) throws -> [Double] {
        try report.parameters.map { try #require($0.standardError, "\($0.name)") }
    }

    @Test func `the same seed gives the same answer, another seed another`() throws {
        let runs = try SyntheticStudy.table(noise: 0.003, seed: 3)
        let method = UncertaintyMethod.bootstrap(resamples: 150)
        let first = try fit(runs, method, seed: 5)
        let second = try fit(runs, method, seed: 5)
        let third = try fit(runs, method, seed: 6)
        #expect(first.covariance == second.covariance)
        #expect(first.parameters == second.parameters)
        #expect(first.covariance != third.covariance)
    }

    /// The published check on made-up rows: errors from 4,000 exact refits stay within a few
    /// percent from seed to seed, which refits that stop short do not.
    @Test func `errors are stable from seed to seed and near the delta method's`() throws {
        let runs = try SyntheticStudy.table(noise: 0.003, seed: 4)
        let delta = try errors(fit(runs, .delta))
        let reports = try [UInt64(1), 2].map {
            try fit(runs, .bootstrap(resamples: 1_500), seed: $0)
        }
        for report in reports { #expect(report.uncertainty?.failed == 0) }
        let (left, right) = (try errors(reports[0]), try errors(reports[1]))
        for index in delta.indices {
            #expect(abs(left[index] / right[index] - 1) < 0.12, "\(index)")
            #expect(abs(left[index] / delta[index] - 1) < 0.35, "\(index)")
        }
    }

    @Test func `intervals of refits contain the value and follow the parameter's sign`() throws {
        let runs = try SyntheticStudy.table(noise: 0.01, seed: 5)
        let report = try fit(runs, .bootstrap(resamples: 400))
        for parameter in report.parameters {
            let interval = try #require(parameter.interval)
            #expect(interval[0] < parameter.value && parameter.value < interval[1])
            #expect(interval[0] >= 0, "\(parameter.name)")
        }
    }

    @Test func `a fixed parameter stays out of refits`() throws {
        let runs = try SyntheticStudy.table(noise: 0.003, seed: 6)
        let report = try fit(
            runs, .bootstrap(resamples: 100), fixed: ["irreducible_loss": 1.8])
        #expect(report.parameters[0].value == 1.8)
        #expect(report.parameters[0].standardError == nil)
        #expect(report.covariance?[0] == [0, 0, 0, 0, 0])
        #expect(try #require(report.parameters[1].standardError) > 0)
    }

    @Test func `curves lend single residuals when they are independent, blocks when not`() throws {
        let fixed = ["annealing_decay": 0.995]
        let independent = try fit(
            SyntheticStudy.curves(noise: 0.002, seed: 7), law: "lr-annealing",
            .bootstrap(resamples: 100), fixed: fixed)
        #expect(independent.uncertainty?.resampled == "blocks")
        #expect(try #require(independent.uncertainty?.blockLength) <= 3)
        let correlated = try fit(
            CorrelatedCurves.runs(noise: 0.002, correlation: 0.9, seed: 7), law: "lr-annealing",
            .bootstrap(resamples: 100), fixed: fixed)
        let length = try #require(correlated.uncertainty?.blockLength)
        #expect(15...60 ~= length)
        #expect(correlated.uncertainty?.failed == 0)
        // Noise of the same size, but worth a fifteenth of the points.
        let ratio =
            try #require(correlated.parameters[0].standardError)
            / #require(independent.parameters[0].standardError)
        #expect(2...8 ~= ratio)
    }

    @Test(arguments: [UncertaintyMethod.CurveUnit.runs, .blocks])
    func `what curves lend can be chosen`(unit: UncertaintyMethod.CurveUnit) throws {
        let report = try fit(
            SyntheticStudy.curves(noise: 0.002, seed: 7), law: "lr-annealing",
            .bootstrap(resamples: 100, drawing: unit), fixed: ["annealing_decay": 0.995])
        #expect(report.uncertainty?.resampled == unit.rawValue)
    }

    @Test func `many curves are drawn whole`() throws {
        let runs = try (0..<6).flatMap { copy in
            try CorrelatedCurves.runs(noise: 0.002, correlation: 0.9, seed: UInt64(copy)).map {
                var run = $0
                run.id += "-\(copy)"
                return run
            }
        }
        let report = try fit(
            runs, law: "lr-annealing", .bootstrap(resamples: 100),
            fixed: ["annealing_decay": 0.995])
        #expect(report.uncertainty?.resampled == "runs")
        #expect(report.uncertainty?.blockLength == nil)
    }
}
