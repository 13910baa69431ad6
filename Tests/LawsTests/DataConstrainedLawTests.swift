import Foundation
import LawTestSupport
import Laws
import Records
import Testing

/// The law of repeated data at the parameters that its paper published.
@Suite struct DataConstrainedLawTests {
    private static let parameters = [1.87, 521, 1488, 0.353, 0.353, 15.39, 5.31]

    private func loss(
        size: Double, tokens: Double, unique: Double? = nil, parameters: [Double] = parameters
    ) throws -> Double {
        var features: [Feature: Double] = [.parameterCount: size, .tokenCount: tokens]
        features[.uniqueTokenCount] = unique
        return LawEvaluation(
            law: try LawCatalog.standard.law("data-constrained"),
            inputs: [LawInput(features: features)], parameters: parameters
        ).losses[0]
    }

    private func chinchilla(size: Double, tokens: Double) -> Double {
        1.87 + 521 * pow(size, -0.353) + 1488 * pow(tokens, -0.353)
    }

    /// G·(U·G)^{β/α} with α = β.
    private func usableSize(tokens: Double) -> Double {
        let scale = pow(521.0 / 1488, 1 / 0.706)
        return scale * tokens * scale
    }

    @Test(arguments: [1e9, 1e10, 1e11])
    func `distinct data and a usable size are Chinchilla's case`(tokens: Double) throws {
        for share in [0.01, 0.5, 1.0] {
            let size = share * usableSize(tokens: tokens)
            let expected = chinchilla(size: size, tokens: tokens)
            #expect(try abs(loss(size: size, tokens: tokens) - expected) < 1e-12)
            #expect(
                try abs(loss(size: size, tokens: tokens, unique: 2 * tokens) - expected) < 1e-12)
        }
    }

    @Test func `a size beyond the usable one is worth less than its count`() throws {
        let usable = usableSize(tokens: 1e10)
        let excess = 3 * (1 - exp(-2 / 3.0))
        let effective = usable * (1 + excess)
        let tripled = Self.parameters.dropLast() + [3.0]
        let loss = try loss(size: 3 * usable, tokens: 1e10, parameters: Array(tripled))
        #expect(abs(loss - chinchilla(size: effective, tokens: 1e10)) < 1e-12)
    }

    /// The paper's abstract: up to 4 epochs of repeats change the loss hardly against unique data.
    @Test func `four epochs are nearly as good as distinct data`() throws {
        for tokens in [1e10, 1e11, 1e12] {
            let size = usableSize(tokens: tokens / 4)
            let fresh = try loss(size: size, tokens: tokens)
            let four = try loss(size: size, tokens: tokens, unique: tokens / 4)
            #expect(four > fresh)
            #expect(four / fresh - 1 < 0.005)
            // And at 40 epochs the repeats have lost most of their worth.
            let forty = try loss(size: size, tokens: tokens, unique: tokens / 40)
            #expect(forty - fresh > 10 * (four - fresh))
        }
    }

    @Test func `repeats lose their worth at the published rate`() throws {
        // After R*_D repeats of U tokens, D' = U·(1 + R*_D·(1 − 1/e)).
        let tokens = 1e9 * (1 + 15.39)
        let effective = 1e9 * (1 + 15.39 * (1 - exp(-1)))
        let expected = chinchilla(size: 1e6, tokens: effective)
        #expect(try abs(loss(size: 1e6, tokens: tokens, unique: 1e9) - expected) < 1e-12)
    }

    @Test func `endless repeats reach a limit`() throws {
        let law = try LawCatalog.standard.law("data-constrained").law
        let limit = try #require(
            law.derivedQuantities(Self.parameters).first { $0.name == "effective_token_limit" })
        #expect(abs(limit.value - 16.39) < 1e-12)
        let expected = chinchilla(size: 1e6, tokens: 1e9 * limit.value)
        #expect(try abs(loss(size: 1e6, tokens: 1e15, unique: 1e9) - expected) < 1e-12)
    }

    @Test func `loss and slope run through the joins without a jump`() throws {
        let usable = usableSize(tokens: 1e10)
        func slopes(_ loss: (Double) throws -> Double, at join: Double) throws -> (Double, Double) {
            let width = 1e-5 * join
            let (low, center, high) = try (loss(join - width), loss(join), loss(join + width))
            return ((center - low) / width, (high - center) / width)
        }
        let size = try slopes({ try loss(size: $0, tokens: 1e10) }, at: usable)
        #expect(abs(size.0 / size.1 - 1) < 1e-4)
        let tokens = try slopes({ try loss(size: 1e6, tokens: $0, unique: 1e10) }, at: 1e10)
        #expect(abs(tokens.0 / tokens.1 - 1) < 1e-4)
    }

    @Test func `sizes far beyond any use stay finite`() throws {
        var parameters = Self.parameters
        parameters[3] = 0.01
        parameters[4] = 3
        for size in [1.0, 1e13] {
            let input = LawInput(features: [.parameterCount: size, .tokenCount: 1e13])
            for swapped in [parameters, [1.87, 521, 1488, 3, 0.01, 0.01, 0.01]] {
                let evaluation = LawEvaluation(
                    law: try LawCatalog.standard.law("data-constrained"), inputs: [input],
                    parameters: swapped)
                #expect((evaluation.losses + evaluation.jacobian).allSatisfy { $0.isFinite })
            }
        }
    }

    /// The form of arXiv 2605.01640 at values that fit the public runs.
    @Test func `repeats can cost loss, and then a best number of epochs is finite`() throws {
        let law = try LawCatalog.standard.law(
            "data-constrained", options: ["repeats": "overfitting"])
        let parameters = [2.083, 644, 21_900, 0.357, 0.467, 0.0551, 0.416, 0.798]
        func loss(_ epochs: Double, size: Double = 1e9) -> Double {
            LawEvaluation(
                law: law,
                inputs: [
                    LawInput(features: [
                        .parameterCount: size, .tokenCount: epochs * 1e8, .uniqueTokenCount: 1e8,
                    ])
                ], parameters: parameters
            ).losses[0]
        }
        // One epoch has no penalty; after it P·R^δ·(N/U)^κ is added.
        let once = 2.083 + 644 * pow(1e9, -0.357) + 21_900 * pow(1e8, -0.467)
        #expect(abs(loss(1) - once) < 1e-12)
        let thrice =
            2.083 + 644 * pow(1e9, -0.357) + 21_900 * pow(3e8, -0.467)
            + 0.0551 * pow(2, 0.416) * pow(10, 0.798)
        #expect(abs(loss(3) - thrice) < 1e-12)
        let losses = (1...64).map { loss(Double($0)) }
        let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
        #expect(best > 0 && best < 63)
        // A larger model overfits sooner.
        let large = (1...64).map { loss(Double($0), size: 4e9) }
        #expect(try #require(large.indices.min { large[$0] < large[$1] }) < best)
    }
}
