import Fitting
import Foundation
import LawTestSupport
import Laws
import Records
import Schedules
import Testing

/// Optima away from where searches usually start.
@Suite struct HiddenOptimumTests {
    /// Losses that rise after a steep beginning: the area term wants an exponent above every start's,
    /// and from all of those a coefficient of 0 looks best.
    @Test func `losses that rise are fitted as well as with the best exponent given`() throws {
        let runs = try [
            "warmup:60@3e-3,hold:540", "warmup:60@3e-3,cosine:540@3e-4",
            "warmup:60@3e-3,hold:240,step@9e-4,hold:300",
        ].map { text in
            let schedule = try LearningRateSchedule(parsing: text)
            let steps = Array(stride(from: 60, to: 600, by: 15))
            return Run(
                id: text, schedule: schedule,
                curve: LossCurve(
                    steps: steps,
                    losses: steps.map { step in
                        let early = 60 / Double(step)
                        return 4 + 0.8 * Double(step) / 600 + 0.5 * pow(early, 6)
                    }))
        }
        let free = try Fitter().fit(FitRequest(law: "lr-annealing"), runs: runs)
        let best = try Fitter().fit(
            FitRequest(law: "lr-annealing", fixed: ["area_exponent": 5]), runs: runs)
        let (found, known) = (try #require(free.cost), try #require(best.cost))
        #expect(found <= known * (1 + 1e-6))
        #expect(free.parameters[1].value > 0)
    }

    /// A·N^−2.3 of 0.6 nats at ten million parameters needs an A of 10¹⁶.
    @Test func `a steep law's coefficient is not cut off by its bound`() throws {
        let truth = [2.0, 8e15, 900, 2.3, 0.4]
        let report = try Fitter().fit(
            FitRequest(law: "chinchilla"),
            runs: SyntheticStudy.table(noise: 0, seed: 0, parameters: truth))
        let isBounded = report.parameters.contains { $0.atBound }
        #expect(!isBounded)
        #expect(abs(report.parameters[3].value / truth[3] - 1) < 1e-4)
        #expect(try #require(report.cost) < 1e-14)
    }
}
