import Fitting
import Foundation
import Plots
import Records
import TestSupport
import Testing

@testable import Plans

/// The speed-up of stacking from two series of runs whose power laws are known.
struct GrowthTests {
    /// L = 36·C^−0.055 stacked and 37·C^−0.055 from scratch: the same ratio of compute at every loss.
    private static let truth = pow(37 / 36, 1 / 0.055)

    private static func runs(
        noise: Double = 0, seed: UInt64 = 3, budgets: [Double] = [1, 2, 4, 8, 16, 32],
        scratchExponent: Double = -0.055
    ) -> [Run] {
        var generator = NormalGenerator(seed: seed)
        return [("stacked", 36.0, -0.055), ("scratch", 37, scratchExponent)].flatMap {
            name, factor, exponent in
            budgets.map { budget in
                let flops = budget * 1e20
                return Run(
                    id: "\(name)-\(budget)",
                    features: [
                        .parameterCount: 1e9, .tokenCount: flops / 6e9, .trainingFLOPs: flops,
                    ], loss: factor * pow(flops, exponent) * exp(noise * generator.next()),
                    tags: ["growth": name])
            }
        }
    }

    private static func plan(_ runs: [Run]) throws -> PlanDocument {
        try PlanCatalog.plan(
            GrowthPlan.self, options: ["parameter_count": "1e9", "token_count": "1.5e11"],
            context: PlanContext(predictor: nil, interval: LawPredictor.Interval(), runs: runs))
    }

    @Test func `the speed-up of known power laws is found`() throws {
        let answer = try Self.plan(Self.runs())
        let found = try #require(answer.quantity("speed_up")).value
        #expect(abs(found - (Self.truth - 1)) < 1e-9)
        #expect(abs(try #require(answer["published_speed_up"]?.number) - 0.546) < 1e-3)
        #expect(answer.page.chart?.panels[0].series.count == 3)
        #expect(answer.advice.contains("a speed-up of 64.6 %"), "\(answer.advice)")
        // Without runs there is the rule alone.
        #expect(try Self.plan([])["speed_up"] == nil)
    }

    /// Nine in ten intervals are to hold the truth; of forty fewer than 31 do once in a hundred times.
    @Test func `intervals hold the truth as often as they say`() throws {
        var held = 0
        for seed in 1...40 {
            let answer = try Self.plan(Self.runs(noise: 0.003, seed: UInt64(seed)))
            let range = try #require(answer["speed_up"]?.bounds)
            held += range.contains(Self.truth - 1) ? 1 : 0
        }
        #expect(held >= 31, "\(held)")
    }

    @Test func `what shows no gain or lies beyond the runs is said`() throws {
        let doubtful = try Self.plan(Self.runs(noise: 0.05))
        #expect(doubtful.warnings.contains { $0.contains("do not show that stacking pays") })
        let short = try Self.plan(Self.runs(budgets: [1, 2, 4]))
        #expect(
            short.warnings.filter { $0.contains("the speed-up there is extrapolated") }.count == 2)
    }

    @Test func `runs that tell nothing are refused in a sentence`() {
        var untagged = Self.runs()
        for index in untagged.indices { untagged[index].tags = [:] }
        let cases: [([Run], String)] = [
            (
                untagged,
                "not-identified: growth needs finished runs of three budgets with the tag "
                    + "growth=stacked"
            ),
            (
                Self.runs().filter { $0.tags["growth"] == "stacked" },
                "not-identified: growth needs finished runs of three budgets with the tag "
                    + "growth=scratch"
            ),
            (
                Self.runs(scratchExponent: 0.01),
                "not-identified: the losses of the scratch runs do not fall with their compute"
            ),
        ]
        for (runs, sentence) in cases {
            #expect {
                _ = try Self.plan(runs)
            } throws: { ($0 as? PlanError)?.message.hasPrefix(sentence) == true }
        }
    }
}
