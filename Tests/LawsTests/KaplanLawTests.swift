import Foundation
import LawTestSupport
import Laws
import Records
import Testing

/// Kaplan's form at its published parameters.
@Suite struct KaplanLawTests {
    private static let sizes = [1e3, 1e6, 1.5e9, 1e12]
    private static let steps = [1.0, 1e3, 1e5, 1e8]
    private static let batches = [1.0, 1e4, 1e6, 1e9]
    private let form = KaplanForm.published

    @Test(arguments: sizes, steps)
    func `the loss solves its equation`(size: Double, steps: Double) {
        for batch in Self.batches {
            let loss = form.loss(parameterCount: size, stepCount: steps, batchTokens: batch)
            let slowdown = 1 + form.criticalBatch(atLoss: loss) / batch
            let right = pow(6.5e13 / size, 0.077) + pow(2.1e3 * slowdown / steps, 0.76)
            #expect(abs(loss / right - 1) < 1e-12, "batch \(batch)")
        }
    }

    @Test(arguments: sizes, steps)
    func `an endless batch gives the explicit form`(size: Double, steps: Double) {
        let explicit = pow(6.5e13 / size, 0.077) + pow(2.1e3 / steps, 0.76)
        let endless = form.loss(parameterCount: size, stepCount: steps, batchTokens: .infinity)
        #expect(abs(endless / explicit - 1) < 1e-13)
        let huge = form.loss(parameterCount: size, stepCount: steps, batchTokens: 1e30)
        #expect(abs(huge / explicit - 1) < 1e-13)
    }

    /// Section 5.1 of the paper: it doubles for about every 13 % by which the loss falls.
    @Test func `the critical batch doubles for every 13 % of loss`() {
        let ratio = form.criticalBatch(atLoss: 0.87 * 3) / form.criticalBatch(atLoss: 3)
        #expect(abs(ratio - 2) < 0.07)
    }

    /// Section 6 of the paper has α_C ≈ 0.054 and N ∝ C^0.71, from rounded exponents.
    @Test func `compute exponents are near the published ones`() throws {
        let law = try LawCatalog.standard.law("kaplan").law
        let derived = law.derivedQuantities([6.5e13, 0.077, 2.1e3, 0.76, 2e8, 0.21])
        let values = Dictionary(uniqueKeysWithValues: derived.map { ($0.name, $0.value) })
        #expect(try abs(#require(values["optimal_loss_exponent"]) - 0.054) < 0.002)
        #expect(try abs(#require(values["optimal_parameter_exponent"]) - 0.71) < 0.03)
        // C = 6·N·B·S, so that the three shares are the whole.
        let sum = ["parameter", "batch", "step"].compactMap { values["optimal_\($0)_exponent"] }
            .reduce(0, +)
        #expect(abs(sum - 1) < 1e-14)
    }

    @Test func `steps and tokens trade off along the hyperbola`() throws {
        let (loss, size) = (2.9, 1e9)
        let fewest = try #require(form.minimumSteps(toLoss: loss, parameterCount: size))
        let tokens = try #require(form.minimumTokens(toLoss: loss, parameterCount: size))
        for batch in Self.batches {
            let steps = try #require(
                form.steps(toLoss: loss, parameterCount: size, batchTokens: batch))
            #expect(abs((steps / fewest - 1) * (steps * batch / tokens - 1) - 1) < 1e-6)
        }
        let critical = form.criticalBatch(atLoss: loss)
        let even = try #require(
            form.steps(toLoss: loss, parameterCount: size, batchTokens: critical))
        #expect(abs(even / fewest - 2) < 1e-12)
    }

    @Test(arguments: batches)
    func `the steps to a loss lead to that loss`(batch: Double) throws {
        let steps = try #require(
            form.steps(toLoss: 3.1, parameterCount: 1e8, batchTokens: batch))
        let loss = form.loss(parameterCount: 1e8, stepCount: steps, batchTokens: batch)
        #expect(abs(loss - 3.1) < 1e-12)
    }

    @Test func `no steps lead below the minimum loss`() {
        let minimum = form.minimumLoss(parameterCount: 1e8)
        #expect(form.minimumSteps(toLoss: minimum, parameterCount: 1e8) == nil)
        #expect(form.steps(toLoss: 0.9 * minimum, parameterCount: 1e8, batchTokens: 1e6) == nil)
        #expect(form.minimumTokens(toLoss: 0.9 * minimum, parameterCount: 1e8) == nil)
    }

    @Test func `a trajectory falls towards the minimum loss`() throws {
        let steps = (0...14).map { pow(10, Double($0)) }
        let losses = form.trajectory(parameterCount: 1e8, batchTokens: 1e5, steps: steps)
        #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 })
        #expect(try abs(#require(losses.last) - form.minimumLoss(parameterCount: 1e8)) < 1e-6)
    }

    @Test func `steps follow from tokens and batch`() throws {
        let law = try LawCatalog.standard.law("kaplan").law
        let run = Run(id: "r", features: [.tokenCount: 1e10, .batchTokens: 5e5])
        #expect(try law.features(of: run)[.stepCount] == 2e4)
        let stated = Run(
            id: "r", features: [.tokenCount: 1e10, .batchTokens: 5e5, .stepCount: 3])
        #expect(try law.features(of: stated)[.stepCount] == 3)
        let tokens = Run(id: "r", features: [.tokenCount: 1e10])
        #expect(try law.features(of: tokens)[.stepCount] == nil)
    }

    @Test func `N is the count without embeddings, where a run has both, and the fit says so`()
        throws
    {
        let law = try LawCatalog.standard.law("kaplan").law
        let both: [Feature: Double] = [
            .parameterCount: 1.2e8, .nonEmbeddingParameterCount: 8e7, .stepCount: 1e4,
            .batchTokens: 5e5,
        ]
        let features = try law.features(of: Run(id: "r", features: both))
        #expect(features[.parameterCount] == 8e7)
        var plain = both
        plain[.nonEmbeddingParameterCount] = nil
        #expect(try law.features(of: Run(id: "r", features: plain))[.parameterCount] == 1.2e8)
        func cautions(_ runs: [[Feature: Double]]) -> [String] {
            law.cautions(for: runs.map { LawInput(features: $0) }, free: [])
        }
        #expect(cautions([plain]).isEmpty)
        #expect(cautions([both]) == ["N is non_embedding_parameter_count"])
        #expect(cautions([both, plain])[0].contains("1 of 2 runs, parameter_count in the others"))
        // Hoffmann's N has embeddings.
        let chinchilla = try LawCatalog.standard.law("chinchilla").law
        #expect(try chinchilla.features(of: Run(id: "r", features: both))[.parameterCount] == 1.2e8)
    }
}
