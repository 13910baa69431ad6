import Foundation
import LawTestSupport
import Laws
import Records
import Testing

/// The law of steps and batch at round values, and what follows from it.
struct StepsBatchLawTests {
    private static let parameters = [1.6, 400, 30, 40, 0.34, 0.33, 0.43]
    private let form = StepsBatchForm(parameters)

    @Test(arguments: [
        (1e9, 59_766.2830056, 3.3551966772), (1e10, 219_910.3757700, 2.8636050180),
        (1e11, 809_161.469298, 2.5437935892),
    ])
    func `has the known best batch and loss`(tokens: Double, batch: Double, loss: Double) throws {
        #expect(abs(form.optimalBatch(tokens: tokens) / batch - 1) < 1e-10)
        #expect(abs(form.loss(parameterCount: 1e9, tokens: tokens) - loss) < 1e-9)
        let features: [Feature: Double] = [
            .parameterCount: 1e9, .batchTokens: batch, .stepCount: tokens / batch,
        ]
        let evaluation = LawEvaluation(
            law: try LawCatalog.standard.law("steps-batch"),
            inputs: [LawInput(features: features)], parameters: Self.parameters)
        #expect(abs(evaluation.losses[0] - loss) < 1e-9)
    }

    @Test func `has the known excess`() {
        let batch = form.optimalBatch(tokens: 1e10)
        #expect(abs(1e10 / batch - 45_473.0704042) < 1e-4)
        #expect(abs(form.excess(tokens: 1e10, batch: batch) - 0.9152195818) < 1e-9)
    }

    @Test(arguments: [1e-4, 0.01, 0.3])
    func `batches within a tolerance end where it is used up`(tolerance: Double) {
        let best = form.optimalBatch(tokens: 1e10)
        let least = form.excess(tokens: 1e10, batch: best)
        let range = form.batches(tokens: 1e10, within: tolerance)
        #expect(range.lowerBound < best && best < range.upperBound)
        for end in [range.lowerBound, range.upperBound] {
            #expect(abs(form.excess(tokens: 1e10, batch: end) - least - tolerance) < 1e-9)
        }
    }

    @Test func `batch or steps follow from the tokens`() throws {
        let law = try LawCatalog.standard.law("steps-batch").law
        let byBatch = try law.features(
            of: Run(id: "a", features: [.tokenCount: 1e9, .batchTokens: 1e5]))
        #expect(byBatch[.stepCount] == 1e4)
        let bySteps = try law.features(
            of: Run(id: "b", features: [.tokenCount: 1e9, .stepCount: 1e4]))
        #expect(bySteps[.batchTokens] == 1e5)
    }

    @Test func `the best batch is filled in where neither batch nor steps are given`() throws {
        let law = try LawCatalog.standard.law("steps-batch").law
        let values = [1.6, 400, 30, 40, 0.34, 0.33, 0.43]
        let batch = law.optimalFeatures(values, given: [.tokenCount: 1e10])[.batchTokens]
        #expect(abs(try #require(batch) / 219_910.37577 - 1) < 1e-9)
        for given: [Feature: Double] in [
            [:], [.tokenCount: 1e10, .batchTokens: 1e5], [.tokenCount: 1e10, .stepCount: 1e4],
        ] {
            #expect(law.optimalFeatures(values, given: given).isEmpty)
        }
    }

    @Test func `one batch size is said to determine nothing`() throws {
        let law = try LawCatalog.standard.law("steps-batch")
        func warnings(_ batches: [Double]) -> [String] {
            let inputs = batches.map {
                LawInput(features: [.parameterCount: 1e8, .batchTokens: $0, .stepCount: 1e4])
            }
            return law.law.cautions(for: inputs, free: Set(law.parameters.map(\.name)))
        }
        func refusal(_ free: [String]) -> String? {
            let inputs = [1e4, 2e4].map {
                LawInput(features: [.parameterCount: 1e8, .batchTokens: 1e5, .stepCount: $0])
            }
            return law.law.refusal(for: inputs, free: Set(free))
        }
        let batch = ["irreducible_loss", "batch_coefficient", "batch_exponent"]
        #expect(refusal(batch)?.contains("all runs have one batch size") == true)
        #expect(refusal(["irreducible_loss", "step_exponent"]) == nil)
        #expect(warnings([1e5, 2e5]).first?.contains("third batch size") == true)
        #expect(warnings([1e5, 2e5, 4e5]).isEmpty)
    }
}
