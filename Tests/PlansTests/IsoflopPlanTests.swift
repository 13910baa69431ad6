import Fitting
import Foundation
import Laws
import Plots
import Records
import TestSupport
import Testing

@testable import Plans

/// The three approaches from runs of equal compute, side by side, and the contours of loss.
struct IsoflopPlanTests {
    /// Losses of the fitted law at sizes around its own best, over four budgets, with seeded noise.
    private static func budgets(noise: Double, seed: UInt64 = 4) throws -> [Run] {
        let surface = try LossSurface(PlanContext(predictor: SizePlanTests.chinchilla()))
        let optimum = ComputeOptimum(surface: surface, cost: ComputeCost())
        var generator = NormalGenerator(seed: seed)
        return try [1e19, 3e19, 1e20, 3e20].flatMap { flops in
            let best = try optimum.best(flops: flops).parameterCount
            return try [0.25, 0.5, 0.8, 1.2, 2, 4].map { factor in
                let size = factor * best
                let loss = try surface.loss(
                    parameterCount: size, tokenCount: flops / (6 * size))
                return Run(
                    id: "\(flops)-\(factor)",
                    features: [
                        .parameterCount: size, .tokenCount: flops / (6 * size),
                        .trainingFLOPs: flops,
                    ], loss: loss + noise * generator.next())
            }
        }
    }

    private static func isoflop(_ runs: [Run], _ options: [String: String] = [:]) throws
        -> PlanDocument
    {
        try PlanCatalog.plan(
            IsoflopPlan.self, options: options,
            context: PlanContext(
                predictor: SizePlanTests.chinchilla(errors: true), interval: .init(), runs: runs))
    }

    /// Of a valley that is nearly a parabola nine intervals in ten hold the law's own best size; of thirty
    /// fewer than 22 do once in a hundred times.
    @Test func `the approaches stand side by side with intervals`() throws {
        var held = 0
        for seed in 1...30 as ClosedRange<UInt64> {
            let answer = try Self.isoflop(
                Self.budgets(noise: 0.01, seed: seed), ["training_flops": "3e20"])
            let rows = answer.rows("approaches")
            let names = ["parameter_count", "token_count", "tokens_per_parameter"]
            for row in rows {
                let (size, tokens) = (row[names[0]], row[names[1]])
                let product = (size?.number ?? 0) * (tokens?.number ?? 0)
                #expect(abs(6 * product / 3e20 - 1) < 1e-9)
                for name in names + ["loss", "parameter_exponent"] {
                    let range = try #require(row[name]?.bounds, "\(name) of \(row)")
                    #expect(range.contains(row[name]?.number ?? .nan))
                }
            }
            // The parabola's bias is known and said: intervals are about what it finds.
            let bias = try #require(rows[1]["parabola_bias"]?.number)
            let best = try #require(rows[2]["parameter_count"]?.number) * (1 + bias)
            held += rows[1]["parameter_count"]?.bounds?.contains(best) == true ? 1 : 0
        }
        #expect(held >= 22, "\(held)")
    }

    /// Two parabolas of six sizes each leave three degrees of freedom each, a line through them none.
    @Test func `two budgets have the parabolas' own uncertainty`() throws {
        let runs = Array(try Self.budgets(noise: 0.01).prefix(12))
        let row = try Self.isoflop(runs).rows("approaches")[1]
        let range = try #require(row["parameter_exponent"]?.bounds)
        #expect(range.lowerBound < range.upperBound)
        let exact = Array(try Self.budgets(noise: 0).prefix(12))
        let narrow = try #require(
            Self.isoflop(exact).rows("approaches")[1]["parameter_exponent"]?.bounds)
        #expect(narrow.upperBound - narrow.lowerBound < range.upperBound - range.lowerBound)
    }

    @Test func `contours beyond the runs are dashed, and another compute than 6ND is said`() throws
    {
        var runs = try Self.budgets(noise: 0)
        let answer = try Self.isoflop(runs)
        let places = answer.rows("contours").map { $0["range"] }
        #expect(places.contains(.text("measured")) && places.contains(.text("beyond")))
        #expect(answer.warnings.contains { $0.contains("beyond the sizes and tokens measured") })
        let panel = try #require(answer.page.chart?.panels[1])
        #expect(panel.series.contains { $0.isBeyond.contains(true) && $0.isBeyond.contains(false) })
        #expect(!answer.warnings.contains { $0.contains("times 6·N·D") })
        for index in runs.indices {
            runs[index].features[.trainingFLOPs] =
                (runs[index].features[.trainingFLOPs] ?? 0) * (index % 2 == 0 ? 1.1 : 1.15)
        }
        #expect(
            try Self.isoflop(runs).warnings.contains {
                $0.hasPrefix("the runs' own compute is 1.1 to 1.15 times 6·N·D")
            })
    }

    /// The exponent of a frontier has the interval that was asked for, by Student's t.
    @Test func `approaches have the interval of the level asked`() throws {
        var runs: [Run] = []
        for (index, size) in [1e7, 2e7, 4e7, 8e7, 1.6e8].enumerated() {
            let features: [Feature: Double] = [.parameterCount: size, .tokenCount: 2e10]
            runs.append(
                Run(id: "\(index)", features: features, loss: 4 - 0.2 * Double(index)))
        }
        runs[2].features[.trainingFLOPs] = 6e18
        func width(_ level: Double) throws -> Double {
            let answer = try PlanCatalog.plan(
                IsoflopPlan.self, options: ["budgets": "1e19"],
                context: PlanContext(
                    predictor: SizePlanTests.chinchilla(), interval: .init(level: level), runs: runs
                ))
            guard case .quantity(let exponent) = answer.rows("approaches")[0]["parameter_exponent"]
            else { return .nan }
            return try #require(exponent.upper) - (try #require(exponent.lower))
        }
        func quantile(_ level: Double) -> Double {
            Quantiles.studentT(0.5 + 0.5 * level, degreesOfFreedom: 3)
        }
        #expect(
            abs(try width(0.99) / width(0.5) / (quantile(0.99) / quantile(0.5)) - 1) < 1e-9)
    }
}
