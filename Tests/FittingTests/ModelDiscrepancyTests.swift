import Fitting
import Foundation
import JSONText
import LawTestSupport
import Laws
import Records
import Schedules
import TestSupport
import Testing

/// How far intervals of observations reach where the law is true, and where it is not.
@Suite struct ModelDiscrepancyTests {
    private static let multiPower = [3.0, 0.55, 0.5, 120, 2.0, 0.4, 0.6]
    private static let fitted = [
        "warmup:200@2e-3,hold:3800", "warmup:200@2e-3,cosine:3800@2e-4",
        "warmup:200@2e-3,hold:1800,step@6e-4,hold:2000",
    ]

    /// Runs of a law under schedules, every 20 steps.
    private func runs(
        _ law: String, _ parameters: [Double], _ schedules: [String], noise: Double, seed: UInt64
    ) throws -> [Run] {
        let law = try LawCatalog.standard.law(law)
        var normal = NormalGenerator(seed: seed)
        return try schedules.map { text in
            let schedule = try LearningRateSchedule(parsing: text)
            let steps = Array(stride(from: 200, to: schedule.totalSteps, by: 20))
            let input = LawInput(features: [:], areas: ScheduleAreas(schedule), steps: steps)
            let losses = LawEvaluation(law: law, inputs: [input], parameters: parameters).losses
            return Run(
                id: text, schedule: schedule,
                curve: LossCurve(
                    steps: steps, losses: losses.map { $0 * exp(noise * normal.next()) }))
        }
    }

    private func predictor(_ law: String, _ runs: [Run]) throws -> LawPredictor {
        try LawPredictor(report: Fitter().fit(FitRequest(law: law), runs: runs))
    }

    /// The band along a run, and the share of its points inside.
    private func band(
        _ predictor: LawPredictor, _ run: Run, _ target: LawPredictor.Interval.Target = .observation
    ) throws -> (inside: Double, halfWidths: [Double]) {
        let (curve, schedule) = (try #require(run.curve), try #require(run.schedule))
        let band = try predictor.curve(
            schedule: schedule, features: [:], steps: curve.steps,
            interval: .init(level: 0.9, target: target))
        let (lower, upper) = (try #require(band.lower), try #require(band.upper))
        let inside = curve.losses.indices.count {
            lower[$0] <= curve.losses[$0] && curve.losses[$0] <= upper[$0]
        }
        return (
            Double(inside) / Double(curve.losses.count),
            band.losses.indices.map { 0.5 * (upper[$0] - lower[$0]) / band.losses[$0] }
        )
    }

    @Test func `where the law is true an interval is little wider than the noise`() throws {
        let truth = [3.0, 0.6, 0.5, 0.4, 0.995]
        let predictor = try predictor(
            "lr-annealing", runs("lr-annealing", truth, Self.fitted, noise: 0.002, seed: 1))
        let unseen = try runs(
            "lr-annealing", truth, ["warmup:200@2e-3,hold:2800,linear:1000@2e-4"], noise: 0.002,
            seed: 2)[0]
        let found = try band(predictor, unseen)
        // Right after the warm-up the loss falls so fast that the parameters count as well.
        for half in found.halfWidths.dropFirst(5) { #expect(0.9...1.15 ~= half / (1.645 * 0.002)) }
        #expect(0.82...0.97 ~= found.inside)
    }

    @Test func `where the law is not true an interval holds most of an unseen schedule`() throws {
        let seen = try runs("multi-power", Self.multiPower, Self.fitted, noise: 1e-4, seed: 3)
        let predictor = try predictor("lr-annealing", seen)
        let noise = try #require(predictor.report.noise)
        #expect(noise.effectivePoints < 60)
        let unseen = try runs(
            "multi-power", Self.multiPower,
            ["warmup:200@2e-3,cosine:7800@2e-4", "warmup:200@2e-3,hold:2800,linear:1000@2e-4"],
            noise: 1e-4, seed: 4)
        for run in unseen {
            let found = try band(predictor, run)
            #expect(found.inside > 0.7, "\(run.id)")
            // The points' own noise alone would hold next to nothing, 3 % anything.
            #expect(found.halfWidths.allSatisfy { 5e-4...0.03 ~= $0 })
        }
    }

    @Test func `the misspecified term widens annealed stretches`() throws {
        let seen = try runs("multi-power", Self.multiPower, Self.fitted, noise: 1e-4, seed: 5)
        let predictor = try predictor("lr-annealing", seen)
        let held = try band(predictor, seen[0])
        let annealed = try band(predictor, seen[1])
        #expect(try #require(annealed.halfWidths.last) > 1.2 * #require(held.halfWidths.last))
    }

    @Test(arguments: ["lr-annealing", "multi-power"])
    func `an observation is never surer than the law's own loss`(law: String) throws {
        let seen = try runs("multi-power", Self.multiPower, Self.fitted, noise: 1e-3, seed: 6)
        let predictor = try predictor(law, seen)
        let far = try runs(
            "multi-power", Self.multiPower, ["warmup:200@2e-3,hold:39800"], noise: 0, seed: 7)[0]
        let observation = try band(predictor, far).halfWidths
        let mean = try band(predictor, far, .mean).halfWidths
        for (wide, narrow) in zip(observation, mean) { #expect(wide > narrow) }
    }

    @Test func `losses without noise leave intervals that JSON can hold`() throws {
        let truth = [3.0, 0.6, 0.5, 0.4, 0.995]
        let predictor = try predictor(
            "lr-annealing",
            runs("lr-annealing", truth, [Self.fitted[0]], noise: 0, seed: 1))
        #expect(try JSONEncoding(predictor.report).notFinite == [])
    }

    @Test func `rows of a table have no curves to lie off a law`() throws {
        let report = try Fitter().fit(
            FitRequest(law: "chinchilla"), runs: SyntheticStudy.table(noise: 0.003, seed: 3))
        let noise = try #require(report.noise)
        #expect(noise.pointScale == nil && noise.curveCovariance == nil)
    }

    @Test func `a fit saved without its discrepancy still has intervals`() throws {
        let seen = try runs("multi-power", Self.multiPower, Self.fitted, noise: 1e-3, seed: 8)
        var report = try Fitter().fit(FitRequest(law: "lr-annealing"), runs: seen)
        report.noise?.pointScale = nil
        report.noise?.curveCovariance = nil
        let copy = try JSONDecoding.value(
            FitReport.self, from: JSONEncoding.bytes(of: report))
        let found = try band(LawPredictor(report: copy), seen[1])
        #expect(found.halfWidths.allSatisfy { $0 > 0 && $0.isFinite })
    }
}
