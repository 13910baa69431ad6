import Foundation
package import Records

/// The loss where data run out: repeated tokens, and parameters beyond what the data can use.
///
///     L = E + A·N'^−α + B·D'^−β
///     D' = U_D·(1 + R*_D·(1 − exp(−R_D/R*_D))),      R_D = D/U_D − 1
///     N' = U_N·(1 + R*_N·(1 − exp(−R_N/R*_N))),      R_N = N/U_N − 1
///
/// or, with `repeats=overfitting`, whose loss rises again after too many repeats,
///
///     L = E + A·N^−α + B·D^−β + P·R^δ·(N/U)^κ,       R = D/U − 1
///
/// U_D = min(U, D) is the number of distinct tokens, U_N = min(N, N_opt(U_D)) the parameters that
/// they can use: N_opt(D) is Chinchilla's compute-optimal size for D tokens, where
/// α·A·N^−α = β·B·D^−β.
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | N | `parameter_count` | parameters | > 0 |
/// | D | `token_count` | tokens seen | > 0 |
/// | U | `unique_token_count` | tokens; without it all of D | > 0 |
/// | E | `irreducible_loss` | nats per token | ≥ 0 |
/// | A | `parameter_coefficient` | nats · parameters^α | > 0 |
/// | B | `token_coefficient` | nats · tokens^β | > 0 |
/// | α | `parameter_exponent` | – | 0.01 … 3 |
/// | β | `token_exponent` | – | 0.01 … 3 |
/// | R*_D | `token_repeat_scale` | repeats | 0.01 … 10⁶ |
/// | R*_N | `parameter_repeat_scale` | multiples of U_N | 0.01 … 10⁶ |
/// | P | `overfitting_coefficient` | nats · (tokens/parameter)^κ | ≥ 0 |
/// | δ | `repeat_exponent` | – | 0.01 … 2 |
/// | κ | `excess_exponent` | – | 0.01 … 2 |
///
///     isoloss fit --law data-constrained --option repeats=overfitting table.csv
///
/// Source: Muennighoff et al. 2023, arXiv 2305.16264 (α = β = 0.353, A 521, B 1488, E 1.87, R*_D 15.39,
/// R*_N 5.31). N_opt(D) = G·(D·G)^{β/α} there, with G = (αA/(βB))^{1/(α+β)}, is the same number.
/// The penalty: Lovelace et al. 2026, arXiv 2605.01640; strong weight decay lowers P.
///
/// R*_D needs runs that repeat their data several times, R*_N runs far larger than their distinct
/// data can use. Not for loss on the training data, which repeats go on lowering.
package struct DataConstrainedLaw: ScalingLaw {
    private static let repeats = LawOption(
        "repeats", values: ["decaying", "overfitting"],
        meaning: "decaying lets a repeated token count for less and less; overfitting adds "
            + "P·R^δ·(N/U)^κ, which rises with repeats")

    package static let about = LawDescription(
        id: "data-constrained", title: "Data-constrained: loss where tokens repeat",
        kind: .table,
        formula: "L = E + A·N'^−α + B·D'^−β, D' = U_D·(1 + R*_D·(1 − exp(−R_D/R*_D))), N' likewise",
        reference: "Muennighoff et al. 2023, arXiv:2305.16264; Lovelace et al. 2026, "
            + "arXiv:2605.01640",
        options: [repeats],
        limits: "Validation loss of finished runs; the scales need runs that repeat their data.")

    package var formula: String {
        isOverfitting
            ? "L = E + A·N^−α + B·D^−β + P·R^δ·(N/U)^κ, R = D/U − 1" : Self.about.formula
    }

    package let parameters: [ParameterSpec]
    package let requiredFeatures: [Feature] = [.parameterCount, .tokenCount]
    package let optionalFeatures: [Feature] = [.uniqueTokenCount]

    private let unconstrained: ChinchillaLaw
    private let isOverfitting: Bool

    package init(options: LawOptions) {
        unconstrained = ChinchillaLaw(options: options)
        isOverfitting = options.has(Self.repeats, "overfitting")
        parameters =
            isOverfitting
            ? unconstrained.parameters + Self.penaltyParameters : Self.decayingParameters
    }

    private static let decayingParameters = [
        ParameterSpec(
            "irreducible_loss", symbol: "E",
            meaning: "loss of an unlimited model on unlimited data",
            bounds: 0...100, start: .projected),
        ParameterSpec(
            "parameter_coefficient", symbol: "A", meaning: "size of the model-size term",
            bounds: 1e-6...1e40, scale: .log, start: .searched(30...3e4)),
        ParameterSpec(
            "token_coefficient", symbol: "B", meaning: "size of the data term",
            bounds: 1e-6...1e40, scale: .log, start: .searched(30...3e4)),
        ParameterSpec(
            "parameter_exponent", symbol: "α", meaning: "how fast loss falls with model size",
            bounds: 0.01...3, start: .searched(0.15...0.8)),
        ParameterSpec(
            "token_exponent", symbol: "β", meaning: "how fast loss falls with data",
            bounds: 0.01...3, start: .searched(0.15...0.8)),
        ParameterSpec(
            "token_repeat_scale", symbol: "R*_D",
            meaning: "repeats after which a token's worth has fallen to 1/e",
            bounds: 0.01...1e6, scale: .log, start: .searched(1...100)),
        ParameterSpec(
            "parameter_repeat_scale", symbol: "R*_N",
            meaning: "excess over the usable size after which a parameter's worth is down to 1/e",
            bounds: 0.01...1e6, scale: .log, start: .searched(1...100)),
    ]

    private static let penaltyParameters = [
        ParameterSpec(
            "overfitting_coefficient", symbol: "P", meaning: "size of the penalty for repeats",
            bounds: 0...1e6, start: .projected),
        ParameterSpec(
            "repeat_exponent", symbol: "δ", meaning: "how fast the penalty rises with repeats",
            bounds: 0.01...2, start: .searched(0.2...1.2)),
        ParameterSpec(
            "excess_exponent", symbol: "κ",
            meaning: "how fast the penalty rises with parameters per distinct token",
            bounds: 0.01...2, start: .searched(0.2...1.2)),
    ]

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        let points = inputs.map(Point.init)
        guard isOverfitting else { return Evaluator(points: points) }
        return PointwiseEvaluator(points: points, formula: Self.overfittingLoss)
    }

    private static func overfittingLoss(
        _ point: Point, _ parameters: UnsafeBufferPointer<Double>,
        _ slopes: PointwiseEvaluator<Point>.Slopes
    ) -> Double {
        let sizePower = exp(-parameters[3] * point.logSize)
        let tokenPower = exp(-parameters[4] * point.logTokens)
        let (penalty, repeatExponent, excessExponent) = (
            parameters[5], parameters[6], parameters[7]
        )
        // Without repeats there is no penalty, however small its exponent.
        let logRepeats = point.repeats > 0 ? log(point.repeats) : 0
        let logExcess = point.logSize - point.logDistinct
        let power =
            point.repeats > 0 ? exp(repeatExponent * logRepeats + excessExponent * logExcess) : 0
        slopes[0] = 1
        slopes[1] = sizePower
        slopes[2] = tokenPower
        slopes[3] = -parameters[1] * sizePower * point.logSize
        slopes[4] = -parameters[2] * tokenPower * point.logTokens
        slopes[5] = power
        slopes[6] = penalty * power * logRepeats
        slopes[7] = penalty * power * logExcess
        return parameters[0] + parameters[1] * sizePower + parameters[2] * tokenPower
            + penalty * power
    }

    private struct Point {
        let logSize: Double
        let logDistinct: Double
        let logTokens: Double
        /// R_D = D/U_D − 1, at least 0.
        let repeats: Double

        init(_ input: LawInput) {
            let tokens = input.required(.tokenCount)
            let distinct = min(input.features[.uniqueTokenCount] ?? tokens, tokens)
            logSize = log(input.required(.parameterCount))
            logDistinct = log(distinct)
            logTokens = log(tokens)
            repeats = tokens / distinct - 1
        }

        func logTokens(scale: Double) -> (value: Double, slope: Double) {
            let worth = RepeatWorth(excess: repeats, scale: scale)
            return (logDistinct + log(worth.factor), worth.byScale / worth.factor)
        }
    }

    private struct Evaluator: LawEvaluator {
        let points: [Point]

        var pointCount: Int { points.count }

        func evaluate(
            _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
            jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            let (sizeCoefficient, tokenCoefficient) = (parameters[1], parameters[2])
            let (alpha, beta) = (parameters[3], parameters[4])
            let logRatio = log(alpha * sizeCoefficient / (beta * tokenCoefficient))
            let count = points.count
            for (index, point) in points.enumerated() {
                let tokens = point.logTokens(scale: parameters[5])
                let logUsable = (logRatio + beta * point.logDistinct) / alpha
                let size = EffectiveSize(
                    logSize: point.logSize, logUsable: logUsable, scale: parameters[6])
                let sizePower = exp(-alpha * size.logValue)
                let tokenPower = exp(-beta * tokens.value)
                let sizeTerm = sizeCoefficient * sizePower
                let tokenTerm = tokenCoefficient * tokenPower
                losses[index] = parameters[0] + sizeTerm + tokenTerm
                guard let jacobian else { continue }
                // What moves N_opt moves the size term with it. With n = log N_opt: ∂n/∂log A = 1/α,
                // ∂n/∂log B = −1/α, ∂n/∂α = (1/α − n)/α, ∂n/∂β = (log U_D − 1/β)/α.
                let byUsable = -sizeTerm * size.byUsable
                jacobian[index] = 1
                jacobian[count + index] = sizePower + byUsable / sizeCoefficient
                jacobian[2 * count + index] = tokenPower - byUsable / tokenCoefficient
                jacobian[3 * count + index] =
                    -sizeTerm * size.logValue + byUsable * (1 / alpha - logUsable)
                jacobian[4 * count + index] =
                    -tokenTerm * tokens.value + byUsable * (point.logDistinct - 1 / beta)
                jacobian[5 * count + index] = -beta * tokenTerm * tokens.slope
                jacobian[6 * count + index] = -alpha * sizeTerm * size.byScale
            }
        }
    }

    /// Given the exponents and scales, N' and D' are known but for N_opt, which takes A and B from
    /// the round before: what is left is linear.
    package func startModel(at values: [Double], inputs: [LawInput], losses: [Double])
        -> StartModel?
    {
        guard !isOverfitting else { return nil }
        let logRatio = log(values[3] * values[1] / (values[4] * values[2]))
        var terms = Array(repeating: [Double](), count: 3)
        for point in inputs.map(Point.init) {
            let size = EffectiveSize(
                logSize: point.logSize,
                logUsable: (logRatio + values[4] * point.logDistinct) / values[3],
                scale: values[6])
            terms[0].append(1)
            terms[1].append(exp(-values[3] * size.logValue))
            terms[2].append(exp(-values[4] * point.logTokens(scale: values[5]).value))
        }
        return StartModel(terms: terms) { $0 + values.dropFirst(3) }
    }

    package func cautions(for inputs: [LawInput], free: Set<String>) -> [String] {
        let parameter = isOverfitting ? "overfitting_coefficient" : "token_repeat_scale"
        guard free.contains(parameter), inputs.allSatisfy({ Point($0).repeats == 0 })
        else { return [] }
        return [
            "no run repeats its data: nothing determines \(parameter); add runs whose "
                + "unique_token_count is below token_count, or fix it"
        ]
    }

    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] {
        let optimum = unconstrained.derivedQuantities(Array(parameters.prefix(5)))
        guard !isOverfitting else { return optimum }
        return optimum + [
            DerivedQuantity(
                "effective_token_limit",
                meaning: "worth of a distinct token after endless repeats, 1 + R*_D",
                value: 1 + parameters[5])
        ]
    }
}
