import Fitting
import Foundation
import LawTestSupport
import Laws
import Records
import TestSupport
import Testing

/// The noise's size and correlation, with the parameters' share given back.
@Suite struct UncertaintyNoiseTests {
    private func noises(
        _ seeds: ClosedRange<UInt64>, _ runs: (UInt64) throws -> [Run]
    ) throws -> [FitReport.Noise] {
        try seeds.map { seed in
            let report = try Fitter().fit(
                FitRequest(law: "lr-annealing", fixed: ["annealing_decay": 0.995]),
                runs: runs(seed))
            return try #require(report.noise)
        }
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    @Test func `an autoregression's correlation and scale are found without bias`() throws {
        let found = try noises(1...30) {
            try CorrelatedCurves.runs(noise: 0.002, correlation: 0.9, seed: $0)
        }
        #expect(0.885...0.915 ~= median(found.map(\.autocorrelation)))
        #expect(0.0018...0.0022 ~= median(found.map(\.scale)))
        // 760 points at ρ = 0.9 are worth 40.
        #expect(30...50 ~= median(found.map(\.effectivePoints)))
        for noise in found { #expect(noise.degreesOfFreedom <= noise.effectivePoints) }
    }

    @Test func `independent noise keeps its points`() throws {
        let found = try noises(1...20) { try SyntheticStudy.curves(noise: 0.002, seed: $0) }
        #expect(median(found.map(\.effectivePoints)) == 760)
        #expect(abs(median(found.map(\.scale)) / 0.002 - 1) < 0.05)
    }

    @Test func `slow noise is seen through independent noise of the same size`() throws {
        let found = try noises(1...20) { seed in
            var normal = NormalGenerator(seed: seed &+ 500)
            return try CorrelatedCurves.runs(noise: 0.002, correlation: 0.95, seed: seed).map {
                var run = $0
                run.curve = $0.curve.map { curve in
                    LossCurve(
                        steps: curve.steps,
                        losses: curve.losses.map { $0 * exp(0.002 * normal.next()) })
                }
                return run
            }
        }
        // Half the variance at 39 points per independent one: neighbours correlate 0.475, yet the
        // points are worth 38, not the 270 that a plain autoregression at 0.475 would leave.
        #expect(0.38...0.57 ~= median(found.map(\.autocorrelation)))
        #expect(20...80 ~= median(found.map(\.effectivePoints)))
    }

    @Test func `a few points that the law misses do not decide the noise of all others`() throws {
        let found = try noises(1...10) { seed in
            try CorrelatedCurves.runs(noise: 0.001, correlation: 0.7, seed: seed).map {
                var run = $0
                run.curve = $0.curve.map { curve in
                    // 2 % too high at first, halved at each point.
                    let losses = curve.losses.enumerated().map { index, loss in
                        loss * exp(0.02 * pow(0.5, Double(index)))
                    }
                    return LossCurve(steps: curve.steps, losses: losses)
                }
                return run
            }
        }
        #expect(median(found.map(\.scale)) < 0.003)
        #expect(median(found.map(\.effectivePoints)) > 40)
    }

    @Test func `rows of a table are independent whatever their order`() throws {
        let report = try Fitter().fit(
            FitRequest(law: "chinchilla"), runs: SyntheticStudy.table(noise: 0.003, seed: 3))
        let noise = try #require(report.noise)
        #expect(noise.autocorrelation == 0)
        #expect(noise.effectivePoints == 60)
        #expect(noise.degreesOfFreedom == 55)
    }

    @Test func `a mean has the textbook's error and interval by every method`() throws {
        // Everything but E fixed: E is a mean, its error s/√n and its interval Student's.
        let runs = try SyntheticStudy.table(noise: 0.003, seed: 8)
        let fixed = [
            "parameter_coefficient": 480, "token_coefficient": 2100, "parameter_exponent": 0.35,
            "token_exponent": 0.37,
        ]
        func fit(_ method: UncertaintyMethod) throws -> FitReport {
            try Fitter().fit(
                FitRequest(
                    law: "chinchilla", objective: try Objective(parsing: "squares"), fixed: fixed,
                    uncertainty: method), runs: runs)
        }
        let delta = try fit(.delta)
        let scale = try #require(delta.noise).scale
        let error = try #require(delta.parameters[0].standardError)
        #expect(abs(error / (scale / 60.0.squareRoot()) - 1) < 1e-9)
        let half = Quantiles.studentT(0.95, degreesOfFreedom: 59) * error
        let value = delta.parameters[0].value
        let profile = try #require(try fit(.profile).parameters[0].interval)
        #expect(abs((value - profile[0]) / half - 1) < 1e-3)
        #expect(abs((profile[1] - value) / half - 1) < 1e-3)
        let drawn = try fit(.bootstrap(resamples: 2_000)).parameters[0]
        #expect(abs(try #require(drawn.standardError) / error - 1) < 0.06)
        let interval = try #require(drawn.interval)
        #expect(abs((interval[1] - interval[0]) / (2 * half) - 1) < 0.12)
    }

    @Test func `a profile's ends are no farther apart than the data allow and hold the value`()
        throws
    {
        let runs = try SyntheticStudy.table(noise: 0.01, seed: 9)
        let delta = try Fitter().fit(FitRequest(law: "chinchilla"), runs: runs)
        let report = try Fitter().fit(
            FitRequest(law: "chinchilla", uncertainty: .profile), runs: runs)
        #expect(report.uncertainty?.failed == 0)
        for (profile, plain) in zip(report.parameters, delta.parameters) {
            let ends = try #require(profile.interval)
            let plainEnds = try #require(plain.interval)
            #expect(ends[0] < profile.value && profile.value < ends[1])
            #expect(profile.standardError == plain.standardError)
            let ratio = (ends[1] - ends[0]) / (plainEnds[1] - plainEnds[0])
            #expect(0.4...2.5 ~= ratio, "\(profile.name)")
        }
    }

    /// k and E of the coupled law trade off along a valley that bends.
    @Test func `a law has the profile of the parameters that it asks it for`() throws {
        let runs = try SyntheticStudy.rows(
            law: LawCatalog.standard.law("skaling"),
            parameters: [1.3, 3355, 18186, 0.408, 0.431, 0.45],
            features: SyntheticStudy.table(noise: 0, seed: 1).map(\.features), noise: 0.003, seed: 5
        )
        let report = try Fitter().fit(FitRequest(law: "skaling"), runs: runs)
        let profile = try Fitter().fit(
            FitRequest(law: "skaling", uncertainty: .profile), runs: runs)
        let asked = ["irreducible_loss", "coupling_exponent"]
        #expect(report.uncertainty?.method == "delta" && report.uncertainty?.profiled == asked)
        #expect(profile.uncertainty?.profiled == nil)
        for (found, whole) in zip(report.parameters, profile.parameters) {
            let isAsked = asked.contains(found.name)
            #expect((found.interval == whole.interval) == isAsked, "\(found.name)")
        }
    }
}
