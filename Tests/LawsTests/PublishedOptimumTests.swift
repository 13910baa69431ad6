import Foundation
import Laws
import Testing

/// Every published optimum beside a number of its paper.
struct PublishedOptimumTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let flops: Double
        /// N*, or M* of a study that counts FLOP per token.
        var size: Double?
        var tokens: Double?
        let exponent: Double
        /// Relative: half a unit of the last digit given.
        var tolerance = 1e-9

        var testDescription: String { name }
    }

    static let cases = [
        // 402 billion parameters and 16.55 trillion tokens are printed, of a fit with more digits.
        Case(
            name: "llama-3-2024", flops: 3.8e25, tokens: 1.629e13, exponent: 0.463,
            tolerance: 4e-4),
        Case(
            name: "deepseek-2024", flops: 1e20, size: 5.25127e9, tokens: 1.90453e10,
            exponent: 0.5243, tolerance: 1e-6),
        // A PF-day, the unit of the paper's coefficient, and a thousand of them.
        Case(name: "kaplan-2020-optimum", flops: 8.64e19, size: 1.3e9, exponent: 0.73),
        Case(
            name: "kaplan-2020-optimum", flops: 8.64e22, size: 2.01346e11, exponent: 0.73,
            tolerance: 3e-5),
        Case(name: "deepseek-2024-early", flops: 1e20, exponent: 0.450),
        Case(name: "deepseek-2024-openwebtext2", flops: 1e20, exponent: 0.578),
        Case(name: "hoffmann-2022-approach-1", flops: 1e20, exponent: 0.50),
        Case(name: "hoffmann-2022-approach-2", flops: 1e20, exponent: 0.49),
        Case(name: "hoffmann-2022-approach-3", flops: 1e20, exponent: 0.46),
        Case(name: "henighan-2020", flops: 1e20, exponent: 0.7),
        Case(name: "porian-2024-kaplan", flops: 1e19, exponent: 0.835),
        Case(name: "porian-2024-last-layer", flops: 1e19, exponent: 0.706),
        Case(name: "porian-2024-warmup", flops: 1e19, exponent: 0.602),
        Case(name: "porian-2024-cosine", flops: 1e19, exponent: 0.571),
        Case(name: "porian-2024", flops: 1e19, exponent: 0.497),
    ]

    @Test(arguments: cases)
    func `an optimum reproduces its number`(test: Case) throws {
        let optimum = try #require(PublishedOptimum.named(test.name))
        let pairs = [
            (optimum.size?.value(flops: test.flops), test.size),
            (optimum.tokens?.value(flops: test.flops), test.tokens),
        ]
        for (value, printed) in pairs {
            #expect((value == nil) == (printed == nil))
            guard let value, let printed else { continue }
            #expect(abs(value / printed - 1) <= test.tolerance, "\(value)")
        }
        #expect(abs(optimum.sizeExponent - test.exponent) < 1e-12)
        #expect(optimum.needsReference == (test.size == nil && test.tokens == nil))
    }

    @Test func `every optimum has a number, a source, and a name that no fit has`() {
        let names = PublishedOptimum.all.map(\.name)
        #expect(Set(names) == Set(Self.cases.map(\.name)) && Set(names).count == names.count)
        for optimum in PublishedOptimum.all {
            #expect(!PublishedFit.isFit(optimum.name))
            #expect(optimum.source.contains("arXiv:"))
            #expect(!optimum.parameterConvention.isEmpty && !optimum.fittedOn.isEmpty)
        }
    }

    @Test(arguments: [
        ("llama-3-2024", "D* = 0.299·C^0.537"),
        ("deepseek-2024", "M* = 0.1715·C^0.5243, D* = 5.8316·C^0.4757"),
        (
            "kaplan-2020-optimum",
            "N* = 1.3e9·(C/8.64e19)^0.73, L* = (C/2.6784e28)^-0.05"
        ),
        ("porian-2024", "N* ∝ C^0.497"),
    ])
    func `a formula says its numbers as printed`(name: String, formula: String) throws {
        #expect(try #require(PublishedOptimum.named(name)).formula == formula)
    }

    /// L(C_min) = (3.1e8 PF-days/C)^0.050, summed in Python.
    @Test func `Kaplan's optimum has a loss, the others none`() throws {
        for optimum in PublishedOptimum.all {
            let loss = optimum.loss?.value(flops: 8.64e19)
            #expect((loss == nil) == (optimum.name != "kaplan-2020-optimum"))
            #expect(loss.map { abs($0 / 2.6580802262 - 1) < 1e-9 } ?? true)
        }
    }

    @Test func `asked for a loss, an optimum names the plan that it answers`() {
        #expect {
            try PublishedFit.named("llama-3-2024", law: "chinchilla")
        } throws: { error in
            let refused = error as? LawError
            return refused?.pointer == "/published"
                && refused?.message.contains("compute-optimal") == true
        }
    }
}
