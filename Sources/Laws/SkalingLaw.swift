import Foundation
package import Records

/// The loss of a finished run where size and data help each other.
///
///     L(N, D) = E + u^k,      u = A·N^−α + B·D^−β
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | N | `parameter_count` | parameters | > 0 |
/// | D | `token_count` | tokens | > 0 |
/// | E | `irreducible_loss` | nats per token | ≥ 0 |
/// | A | `parameter_coefficient` | nats^(1/k) · parameters^α | > 0 |
/// | B | `token_coefficient` | nats^(1/k) · tokens^β | > 0 |
/// | α | `parameter_exponent` | – | 0.01 … 2 |
/// | β | `token_exponent` | – | 0.01 … 2 |
/// | k | `coupling_exponent` | – | 0.01 … 2 |
///
/// k = 1 is the law `chinchilla`. Below 1 more data help a larger model more, ∂²L/∂N∂D < 0; without
/// end of data the size counts by the exponent k·α alone. The compute-optimal N and D are
/// Chinchilla's, k drops out.
///
///     isoloss fit --law skaling table.csv
///
/// Source: Videau et al. 2026, arXiv 2608.07222; its objective is Huber with δ = 0.05 on log L.
///
/// k and E trade off: an E near 0 does not say that there is no floor. Their intervals are those of
/// the profile by every method but the bootstrap.
package struct SkalingLaw: ScalingLaw {
    package static let about = LawDescription(
        id: "skaling", title: "Skaling: loss from size and tokens, coupled",
        kind: .table, formula: "L(N, D) = E + (A·N^−α + B·D^−β)^k",
        reference: "Videau et al. 2026, arXiv:2608.07222",
        limits: "As chinchilla; k and E trade off, and need a grid of sizes and tokens.")

    package let parameters = [
        ParameterSpec(
            "irreducible_loss", symbol: "E",
            meaning: "loss of an unlimited model on unlimited data",
            bounds: 0...100, start: .projected),
        ParameterSpec(
            "parameter_coefficient", symbol: "A", meaning: "size of the model-size term in u",
            bounds: 1e-6...1e12, scale: .log, start: .searched(30...3e4)),
        ParameterSpec(
            "token_coefficient", symbol: "B", meaning: "size of the data term in u",
            bounds: 1e-6...1e14, scale: .log, start: .searched(30...3e5)),
        ParameterSpec(
            "parameter_exponent", symbol: "α", meaning: "how fast u falls with model size",
            bounds: 0.01...2, start: .searched(0.15...0.8)),
        ParameterSpec(
            "token_exponent", symbol: "β", meaning: "how fast u falls with data",
            bounds: 0.01...2, start: .searched(0.15...0.8)),
        ParameterSpec(
            "coupling_exponent", symbol: "k",
            meaning: "1 where size and data add, below 1 where they help each other",
            bounds: 0.01...2, start: .searched(0.25...1.2)),
    ]
    package let requiredFeatures: [Feature] = [.parameterCount, .tokenCount]
    package let profiled: Set = ["irreducible_loss", "coupling_exponent"]

    private let additive: ChinchillaLaw

    package init(options: LawOptions) {
        additive = ChinchillaLaw(options: options)
    }

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        let points = inputs.map {
            (size: log($0.required(.parameterCount)), tokens: log($0.required(.tokenCount)))
        }
        return PointwiseEvaluator(points: points) { point, parameters, slopes in
            let (sizeCoefficient, tokenCoefficient) = (parameters[1], parameters[2])
            let (alpha, beta, coupling) = (parameters[3], parameters[4], parameters[5])
            // In logs: u^(k − 1) overflows where u is tiny.
            let sizeTerm = log(sizeCoefficient) - alpha * point.size
            let tokenTerm = log(tokenCoefficient) - beta * point.tokens
            let logSum =
                max(sizeTerm, tokenTerm) + log1p(exp(-abs(sizeTerm - tokenTerm)))
            let power = exp(coupling * logSum)
            let bySize = coupling * power * exp(sizeTerm - logSum)
            let byTokens = coupling * power * exp(tokenTerm - logSum)
            slopes[0] = 1
            slopes[1] = bySize / sizeCoefficient
            slopes[2] = byTokens / tokenCoefficient
            slopes[3] = -bySize * point.size
            slopes[4] = -byTokens * point.tokens
            slopes[5] = power * logSum
            return parameters[0] + power
        }
    }

    /// With one term of u much larger than the other, u^k is nearly the sum of their powers.
    package func startModel(at values: [Double], inputs: [LawInput], losses: [Double])
        -> StartModel?
    {
        let (alpha, beta, coupling) = (values[3], values[4], values[5])
        let terms = [
            inputs.map { _ in 1.0 },
            inputs.map { exp(-coupling * alpha * log($0.required(.parameterCount))) },
            inputs.map { exp(-coupling * beta * log($0.required(.tokenCount))) },
        ]
        return StartModel(terms: terms) { coefficients in
            [coefficients[0]] + coefficients.dropFirst().map { pow($0, 1 / coupling) }
                + [alpha, beta, coupling]
        }
    }

    /// Chinchilla's, of E + u: u^k falls and rises with u.
    package func optimalParameterCount(
        _ parameters: [Double], product: Double, held: [Feature: Double]
    ) -> Double? { ChinchillaLaw.optimalParameterCount(parameters, product: product) }

    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] {
        additive.derivedQuantities(Array(parameters.prefix(5))) + [
            DerivedQuantity(
                "visible_parameter_exponent",
                meaning: "k·α: how fast loss falls with size where data never end",
                value: parameters[5] * parameters[3]),
            DerivedQuantity(
                "visible_token_exponent",
                meaning: "k·β: how fast loss falls with data for an unlimited model",
                value: parameters[5] * parameters[4]),
        ]
    }
}
