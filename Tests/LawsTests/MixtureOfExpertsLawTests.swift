import Foundation
import LawTestSupport
import Laws
import Records
import Testing

/// The laws of mixtures of experts beyond the losses in `PublishedFitTests`.
struct MixtureOfExpertsLawTests {
    /// "1.7B and 9.7B" dense, "990M and 17B" with 8 experts, "12.2B and 136.9B" with 32.
    @Test(arguments: [
        (1e20, 1.0, 1.73e9, 9.65e9), (1e20, 8, 0.99e9, 16.84e9), (1e22, 32, 12.3e9, 135.7e9),
    ])
    func `the best sizes are the printed ones`(
        flops: Double, experts: Double, size: Double, tokens: Double
    ) throws {
        let fit = try PublishedFit.named("ludziejewski-2025")
        let law = try fit.configuredLaw()
        func loss(_ logSize: Double) -> Double {
            let features: [Feature: Double] = [
                .parameterCount: exp(logSize), .tokenCount: flops / 6 / exp(logSize),
                .expertCount: experts,
            ]
            return LawEvaluation(
                law: law, inputs: [LawInput(features: features)], parameters: fit.parameters
            ).losses[0]
        }
        let grid = stride(from: log(size) - 1, through: log(size) + 1, by: 1e-3)
        let best = exp(try #require(grid.min { loss($0) < loss($1) }))
        #expect(abs(best / size - 1) < 0.006)
        #expect(abs(flops / 6 / best / tokens - 1) < 0.006)
    }

    @Test func `the size without gain of the routing law follows from its digits`() throws {
        let fit = try PublishedFit.named("clark-2022-s-base")
        let derived = try fit.configuredLaw().law.derivedQuantities(fit.parameters)
        // Printed as 937B from unrounded values: three digits of c say 1e12.
        #expect(abs(try #require(derived.first).value / 1e12 - 1) < 1e-9)
    }

    @Test func `few numbers of experts are said to determine little`() throws {
        let law = try LawCatalog.standard.law("mixture-of-experts")
        func warnings(_ counts: [Double]) -> [String] {
            let inputs = counts.map {
                LawInput(features: [.parameterCount: 1e8, .tokenCount: 1e10, .expertCount: $0])
            }
            return law.law.cautions(for: inputs, free: Set(law.parameters.map(\.name)))
        }
        #expect(warnings([8, 8]).first?.hasPrefix("runs have 1 number of experts") == true)
        #expect(warnings([1, 2, 8, 32]).isEmpty)
    }
}
