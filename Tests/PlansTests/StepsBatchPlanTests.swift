import Fitting
import Foundation
import Laws
import Records
import Testing

@testable import Plans

/// Plans of the law of steps and batch, against its own closed forms.
struct StepsBatchPlanTests {
    private static let values = [1.6, 400, 30, 40, 0.34, 0.33, 0.43]
    private let form = StepsBatchForm(values)

    private func plan<Kind: PlanKind>(
        _ kind: Kind.Type, _ options: [String: String], features: [Feature: Double] = [:]
    ) throws -> PlanDocument where Kind.Result == PlanDocument {
        try PlanCatalog.plan(
            kind, options: options,
            context: PlanContext(
                predictor: Fits.predictor("steps-batch", Self.values, relativeError: 0.001),
                features: features, interval: .init(target: .mean)))
    }

    /// At D = 1e10 the law's best batch is 219,910 tokens, and the loss of 1e9 parameters 2.8636.
    @Test func `the best batch to a loss is the closed form's, with those that cost little`() throws
    {
        let answer = try plan(
            BatchPlan.self, ["target_loss": "2.863605018", "parameter_count": "1e9"])
        func value(_ name: String) throws -> Double { try #require(answer[name]?.number) }
        #expect(abs(try value("minimum_token_count") / 1e10 - 1) < 1e-7)
        #expect(abs(try value("best_batch_tokens") / 219_910.375_77 - 1) < 1e-7)
        #expect(abs(try value("step_count") / 45_473.0704042 - 1) < 1e-7)
        let tokens = try value("minimum_token_count")
        let range = form.batches(tokens: tokens, within: 0.01)
        #expect(abs(try value("minimum_batch_tokens") / range.lowerBound - 1) < 1e-9)
        #expect(abs(try value("maximum_batch_tokens") / range.upperBound - 1) < 1e-9)
        #expect(answer.quantity("best_batch_tokens")?.lower != nil)
        let least = answer.rows("choices").compactMap { $0["relative_compute"]?.number }.min() ?? 0
        #expect(abs(least - 1) < 1e-12)
        #expect {
            _ = try plan(
                BatchPlan.self,
                ["target_loss": "2.8636", "parameter_count": "1e9", "batch_tokens": "100"])
        } throws: { ($0 as? PlanError)?.refusal == .unreachableLoss }
    }

    @Test func `the way to a loss begins where a model begins, not above`() throws {
        for (kind, values) in [
            ("kaplan", [6.5e13, 0.077, 2.1e3, 0.76, 2e8, 0.21]), ("steps-batch", Self.values),
        ] {
            let answer = try PlanCatalog.plan(
                BatchPlan.self, options: ["target_loss": "3.2", "parameter_count": "1e8"],
                context: PlanContext(predictor: Fits.predictor(kind, values)))
            let losses = answer.rows("trajectory").compactMap { $0["loss"]?.number }
            #expect(losses.allSatisfy { $0 < log(50_257) } && losses.count > 3, "\(kind)")
        }
    }

    @Test func `a budget's best size comes with its best batch, by search as in closed form`()
        throws
    {
        let answer = try plan(ComputeOptimalPlan.self, ["training_flops": "6e19"])
        let tokens = try #require(answer.quantity("token_count")).value
        let batch = try #require(answer.quantity("batch_tokens"))
        #expect(abs(batch.value / form.optimalBatch(tokens: tokens) - 1) < 1e-9)
        #expect(batch.lower != nil && answer["method"] == .text("closed form"))
        for features: [Feature: Double] in [[:], [.batchTokens: 5e5]] {
            let surface = try LossSurface(
                PlanContext(
                    predictor: Fits.predictor("steps-batch", Self.values), features: features))
            let optimum = ComputeOptimum(surface: surface, cost: ComputeCost())
            let closed = try optimum.best(flops: 6e19)
            let numeric = try optimum.searched(flops: 6e19, surface.values)
            #expect(closed.isClosedForm)
            #expect(abs(numeric.parameterCount / closed.parameterCount - 1) < 1e-9)
        }
    }
}
