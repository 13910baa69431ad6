import Foundation
import LawTestSupport
import Laws
import Records
import Testing

/// The coupled law at the values that the distillation paper published.
struct SkalingLawTests {
    private static let parameters = [1.220, 3355, 18186, 0.408, 0.431, 0.452]

    private func evaluate(
        _ places: [(Double, Double)], parameters: [Double] = parameters
    ) throws -> LawEvaluation {
        LawEvaluation(
            law: try LawCatalog.standard.law("skaling"),
            inputs: places.map {
                LawInput(features: [.parameterCount: $0.0, .tokenCount: $0.1])
            }, parameters: parameters)
    }

    @Test(arguments: [
        (1e9, 2e10, 2.3746922483534956), (1.43e8, 2.86e9, 2.8891876226377136),
        (7e9, 2e12, 1.8909200148228027),
    ])
    func `has the known losses`(size: Double, tokens: Double, loss: Double) throws {
        let value = try evaluate([(size, tokens)]).losses[0]
        #expect(abs(value - loss) < 1e-12 * loss)
    }

    @Test func `pairs of runs differ by the known amount`() throws {
        let losses = try evaluate([(1e9, 2e10), (4e9, 1e11)]).losses
        #expect(abs(losses[0] - losses[1] - 0.28421806268) < 1e-11)
    }

    @Test(arguments: [
        (1e19, 286_678_919.5, 20.2795, 2.6811358782), (1e21, 3_053_580_310, 17.8743, 2.1645372735),
        (1e23, 32_525_421_563, 15.7544, 1.8305870607),
    ])
    func `has the known compute-optimal size, whatever k`(
        flops: Double, size: Double, ratio: Double, loss: Double
    ) throws {
        let law = try LawCatalog.standard.law("skaling").law
        let derived = law.derivedQuantities(Self.parameters)
        let scale = try #require(derived.first { $0.name == "optimal_scale" }).value
        let exponent = try #require(
            derived.first { $0.name == "optimal_parameter_exponent" }
        ).value
        let best = scale * pow(flops / 6, exponent)
        #expect(abs(best / size - 1) < 1e-9)
        let tokens = flops / (6 * best)
        #expect(abs(tokens / best - ratio) < 1e-4)
        #expect(try abs(evaluate([(best, tokens)]).losses[0] - loss) < 1e-10)
    }

    @Test func `is Chinchilla's law at k of 1`() throws {
        let coupled = try evaluate([(3e8, 5e9)], parameters: [1.8, 480, 2100, 0.35, 0.37, 1])
        let additive = LawEvaluation(
            law: try LawCatalog.standard.law("chinchilla"),
            inputs: [LawInput(features: [.parameterCount: 3e8, .tokenCount: 5e9])],
            parameters: [1.8, 480, 2100, 0.35, 0.37])
        #expect(abs(coupled.losses[0] - additive.losses[0]) < 1e-13)
    }
}
