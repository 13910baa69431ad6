import Fitting
import Foundation
import Laws
import Records
import Testing

@testable import Plans

/// Plans at the limits of what their fits know: warnings, bound quantities, loose parameters.
struct PlanLimitsTests {
    private static func plan<Kind: PlanKind>(
        _ kind: Kind.Type, _ options: [String: String], _ predictor: LawPredictor,
        features: [Feature: Double] = [:]
    ) throws -> PlanDocument where Kind.Result == PlanDocument {
        try PlanCatalog.plan(
            kind, options: options,
            context: PlanContext(
                predictor: predictor, features: features, interval: .init(target: .mean)))
    }

    private static func published(_ name: String) throws -> LawPredictor {
        let fit = try PublishedFit.named(name)
        var report = try Fits.predictor(fit.law, fit.parameters, options: fit.options).report
        report.warnings = [PublishedFit.noInterval]
        return try LawPredictor(report: report)
    }

    private static func chinchilla() throws -> LawPredictor {
        try Fits.predictor(
            "chinchilla", [1.8172, 482.01, 2085.43, 0.3478, 0.3658], relativeError: 0.01)
    }

    @Test func `a published fit's traps stand in every plan, its reach where it is left`() throws {
        let fit = try PublishedFit.named("hoffmann-2022")
        func warnings(_ flops: String) throws -> [String] {
            try Self.plan(
                ComputeOptimalPlan.self, ["training_flops": flops], Self.published(fit.name)
            ).warnings
        }
        let (inside, beyond) = (try warnings("1e21"), try warnings("5.76e23"))
        for trap in fit.warnings {
            #expect(inside.count { $0 == trap } == 1 && beyond.contains(trap))
        }
        #expect(!inside.contains { $0.contains("nothing fitted says") })
        #expect(
            beyond.contains {
                $0.hasPrefix("hoffmann-2022 was fitted on 70M to 16B parameters")
                    && $0.contains("parameter_count = 4.03e10 is 2.52 times their largest")
            }, "\(beyond)")
    }

    @Test func `a plan passes the fit's own warnings on`() throws {
        var report = try Self.chinchilla().report
        report.warnings = ["token_exponent is loose"]
        let answer = try Self.plan(
            ComputeOptimalPlan.self, ["training_flops": "1e21"], LawPredictor(report: report))
        #expect(answer.warnings.contains("token_exponent is loose"))
    }

    @Test func `what a limit binds has no interval, and says one number`() throws {
        let answer = try Self.plan(
            ComputeOptimalPlan.self,
            ["training_flops": "1e21", "maximum_parameter_count": "1e9"], Self.chinchilla())
        let size = try #require(answer.quantity("parameter_count"))
        #expect(size.lower == nil && size.upper == nil)
        #expect(answer.advice.hasPrefix("Train 1 billion parameters on 167 billion tokens"))
        #expect(answer.quantity("loss")?.lower != nil)
    }

    @Test(arguments: [
        (ComputeOptimalPlan.about.id, Feature.uniqueTokenCount, "is read by neither the plan"),
        (ComputeOptimalPlan.about.id, .batchTokens, "nor the law chinchilla"),
        (ComputeOptimalPlan.about.id, .parameterCount, "is for the plan compute-optimal to choose"),
    ])
    func `a size that changes nothing is refused by name`(
        kind: String, feature: Feature, sentence: String
    ) throws {
        #expect {
            _ = try Self.plan(
                ComputeOptimalPlan.self, ["training_flops": "1e21"], Self.chinchilla(),
                features: [feature: 1e9])
        } throws: { error in
            let refused = error as? PlanError
            return refused?.pointer == "/\(feature.rawValue)"
                && refused?.message.contains(sentence) == true
        }
    }

    /// A standard error of a hundred times the value, all but independent of the answer.
    @Test func `a loose parameter that hardly matters leaves the answer its interval`() throws {
        let published = try PublishedFit.named("ludziejewski-2025")
        var report = try Fits.predictor(
            "mixture-of-experts", published.parameters, relativeError: 0.001
        ).report
        let last = published.parameters.count - 1
        report.parameters[last].value = 31_384
        report.covariance?[last][last] = 4.7e6 * 4.7e6
        let answer = try Self.plan(
            ComputeOptimalPlan.self, ["training_flops": "1e21"], LawPredictor(report: report),
            features: [.expertCount: 8])
        let size = try #require(answer.quantity("parameter_count"))
        let (lower, upper) = (try #require(size.lower), try #require(size.upper))
        #expect(upper / lower < 2 && upper > size.value)
    }

    /// Within 0.0008 of E the size is absurd, and finite.
    @Test func `a target close to the irreducible loss is answered, below it refused with E`()
        throws
    {
        let predictor = try Self.published("besiroglu-2024")
        let options = ["inference_tokens": "1e12"]
        let near = try Self.plan(
            InferenceAwarePlan.self, options.merging(["target_loss": "1.818"]) { $1 }, predictor)
        #expect(try #require(near.quantity("parameter_count")).value > 1e16)
        #expect(near.warnings.contains { $0.contains("tokenizer") })
        #expect {
            _ = try Self.plan(
                InferenceAwarePlan.self, options.merging(["target_loss": "1.81"]) { $1 }, predictor)
        } throws: { ($0 as? PlanError)?.message.contains("stays above 1.8172, 0.0072") == true }
        #expect {
            _ = try Self.plan(
                InferenceAwarePlan.self,
                options.merging(["target_loss": "2", "total_flops": "1e24"]) { $1 }, predictor)
        } throws: { ($0 as? PlanError)?.message.contains("give one of the two") == true }
    }

    @Test func `repeats that overfit are planned, by their own formula`() throws {
        let predictor = try Fits.predictor(
            "data-constrained", [1.87, 521, 1_488, 0.353, 0.353, 0.02, 0.7, 0.5],
            options: ["repeats": "overfitting"], relativeError: 0.001)
        let answer = try Self.plan(
            RepeatsPlan.self, ["unique_token_count": "1e9", "training_flops": "1e21"], predictor)
        #expect(answer["epochs_at_half_worth"] == nil)
        #expect(
            answer["formula"] == .text("L = E + A·N^−α + B·D^−β + P·R^δ·(N/U)^κ, R = D/U − 1"))
        // No other number of epochs that is tried is better.
        let losses = answer.rows("curve").compactMap { $0["excess_loss"]?.number }
        #expect(losses.count > 4 && losses.allSatisfy { $0 > -1e-9 }, "\(losses)")
    }

    @Test func `next-run leads with the most per FLOP, and warns far outside the data`() throws {
        var report = try Self.chinchilla().report
        var range = FittedRange()
        range.features = [.parameterCount: 1e8...1e9, .tokenCount: 2e9...2e10]
        report.fittedRange = range
        let answer = try Self.plan(
            NextRunPlan.self,
            [
                "training_flops": "1e21", "parameter_count": "2e9", "token_count": "4e10",
                "sizes": "1e7,1e9", "token_counts": "1e9,1e10",
            ], LawPredictor(report: report))
        let rates = answer.rows("choices").compactMap { $0["reduction_per_flop"]?.number }
        #expect(rates.count == 4 && rates == rates.sorted(by: >))
        #expect(answer["parameter_count"] == answer.rows("choices")[0]["parameter_count"])
        #expect(answer.advice.contains("most per FLOP"))
        #expect(answer.warnings.contains { $0.contains("times below the smallest") })
    }
}
