import Fitting
import Foundation
import LawTestSupport
import Laws
import Records
import Schedules
import TestSupport
import Testing

/// Curves of the annealing law with noise that neighbours share.
enum CorrelatedCurves {
    static let truth = [3.0, 0.6, 0.5, 0.4, 0.995]

    /// - Parameters:
    ///   - noise: Standard deviation of log loss.
    ///   - correlation: Between neighbouring points.
    ///   - seed: Seed of the noise.
    /// - Returns: The four runs of `SyntheticStudy.curves`, of 190 points each.
    /// - Throws: Nothing that correct schedules allow.
    static func runs(noise: Double, correlation: Double, seed: UInt64) throws -> [Run] {
        var normal = NormalGenerator(seed: seed)
        let fresh = (1 - correlation * correlation).squareRoot()
        return try SyntheticStudy.curves(noise: 0, seed: 0, parameters: truth).map { run in
            var run = run
            guard let curve = run.curve else { return run }
            var deviation = normal.next()
            let losses = curve.losses.map { loss in
                defer { deviation = correlation * deviation + fresh * normal.next() }
                return loss * exp(noise * deviation)
            }
            run.curve = LossCurve(steps: curve.steps, losses: losses)
            return run
        }
    }
}

/// Nominal 90 % intervals contain the truth about that often; `isoloss-bench coverage` is the
/// long version.
@Suite struct UncertaintyCoverageTests {
    /// How often each parameter's interval contains the truth.
    private func coverage(
        studies: Int, truth: [Double], _ request: FitRequest, _ runs: (UInt64) throws -> [Run]
    ) throws -> [Double] {
        var hits = truth.map { _ in 0.0 }
        for study in 0..<studies {
            let report = try Fitter().fit(request, runs: runs(UInt64(1_000 + study)))
            for (index, parameter) in report.parameters.enumerated() {
                guard let interval = parameter.interval else { continue }
                if interval[0] <= truth[index], truth[index] <= interval[1] { hits[index] += 1 }
            }
        }
        return hits.map { $0 / Double(studies) }
    }

    /// Three standard errors of a count of 200 around 90 %: 84 to 96 %.
    @Test func `a table's intervals cover`() throws {
        let shares = try coverage(
            studies: 200, truth: [1.8, 480, 2100, 0.35, 0.37], FitRequest(law: "chinchilla")
        ) { try SyntheticStudy.table(noise: 0.005, seed: $0) }
        for share in shares { #expect(0.84...0.965 ~= share) }
    }

    @Test func `intervals cover when neighbours on a curve share their noise`() throws {
        let request = FitRequest(law: "lr-annealing", fixed: ["annealing_decay": 0.995])
        let shares = try coverage(studies: 100, truth: CorrelatedCurves.truth, request) {
            try CorrelatedCurves.runs(noise: 0.002, correlation: 0.9, seed: $0)
        }
        // Three standard errors of a count of 100; an estimate blind to correlation covers 40 %.
        for share in shares.prefix(4) { #expect(0.81...0.99 ~= share) }
    }

    @Test func `a prediction's interval covers what a run would log`() throws {
        let target = try LearningRateSchedule(parsing: "warmup:200@2e-3,hold:2800,linear:1000@2e-4")
        let law = try LawCatalog.standard.law("lr-annealing")
        let exact = LawEvaluation(
            law: law,
            inputs: [LawInput(features: [:], areas: ScheduleAreas(target), steps: [3_900])],
            parameters: CorrelatedCurves.truth
        ).losses[0]
        var normal = NormalGenerator(seed: 9)
        var hits = 0
        for seed in 1...100 as ClosedRange<UInt64> {
            let report = try Fitter().fit(
                FitRequest(law: "lr-annealing", fixed: ["annealing_decay": 0.995]),
                runs: CorrelatedCurves.runs(noise: 0.002, correlation: 0.9, seed: seed))
            let band = try LawPredictor(report: report).curve(
                schedule: target, features: [:], steps: [3_900], interval: .init(level: 0.9))
            let logged = exact * exp(0.002 * normal.next())
            let (lower, upper) = (try #require(band.lower)[0], try #require(band.upper)[0])
            if lower <= logged, logged <= upper { hits += 1 }
        }
        #expect(81...99 ~= hits)
    }
}
