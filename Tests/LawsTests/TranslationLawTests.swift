import Foundation
import LawTestSupport
import Laws
import Records
import Testing

/// The law of encoder and decoder sizes, at made-up parameters.
@Suite struct TranslationLawTests {
    private static let parameters = [1.1, 0.18, 0.31, 0.9]

    private func loss(encoder: Double, decoder: Double) throws -> Double {
        let input = LawInput(features: [
            .encoderParameterCount: encoder, .decoderParameterCount: decoder,
        ])
        return LawEvaluation(
            law: try LawCatalog.standard.law("nmt-bivariate"), inputs: [input],
            parameters: Self.parameters
        ).losses[0]
    }

    private func derived(_ parameters: [Double] = parameters) throws -> [String: Double] {
        let law = try LawCatalog.standard.law("nmt-bivariate").law
        return Dictionary(
            uniqueKeysWithValues: law.derivedQuantities(parameters).map { ($0.name, $0.value) })
    }

    @Test func `the coefficient is the reducible loss at the reference sizes`() throws {
        #expect(try abs(loss(encoder: 5e7, decoder: 5e7) - (1.1 + 0.9)) < 1e-14)
    }

    @Test func `doubling one half divides the reducible loss by two to its exponent`() throws {
        let (small, large) = try (
            loss(encoder: 1e8, decoder: 3e8), loss(encoder: 2e8, decoder: 3e8)
        )
        #expect(abs((small - 0.9) / (large - 0.9) - pow(2, 0.18)) < 1e-12)
    }

    @Test(arguments: [1e7, 1e8, 1e9])
    func `the optimal split beats every other of the same budget`(budget: Double) throws {
        let derived = try derived()
        let share = try #require(derived["optimal_encoder_share"])
        #expect(abs(share - 0.18 / 0.49) < 1e-15)
        #expect(try abs(#require(derived["optimal_decoder_share"]) + share - 1) < 1e-15)
        let best = try loss(encoder: budget * share, decoder: budget * (1 - share))
        for other in stride(from: 0.02, to: 1, by: 0.02) {
            #expect(try loss(encoder: budget * other, decoder: budget * (1 - other)) >= best)
        }
    }

    @Test(arguments: [1e7, 1e8, 1e9])
    func `the budget's own law is the loss of the optimal split`(budget: Double) throws {
        let derived = try derived()
        let share = try #require(derived["optimal_encoder_share"])
        let coefficient = try #require(derived["budget_coefficient"])
        let exponent = try #require(derived["budget_exponent"])
        let split = try loss(encoder: budget * share, decoder: budget * (1 - share))
        #expect(abs(coefficient * pow(budget, -exponent) + 0.9 - split) < 1e-12)
    }

    @Test func `an encoder that does not matter gets nothing`() throws {
        let derived = try derived([1.1, 0, 0.31, 0.9])
        #expect(derived["optimal_encoder_share"] == 0)
        let coefficient = try #require(derived["budget_coefficient"])
        #expect(abs(coefficient / (1.1 * pow(5e7, 0.31)) - 1) < 1e-12)
    }
}
