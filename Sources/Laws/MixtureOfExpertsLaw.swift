import Foundation
package import Records

/// The loss of a mixture of experts from its active parameters, its experts and its tokens.
///
///     L = a·Ê^δ·N^(α + γ·ln Ê) + b·Ê^ω·D^(β + ζ·ln Ê) + c                        form=joint
///     log10 L = a·log10 N + b·log10 Ê + c·log10 N·log10 Ê + d                    form=routing
///
///     1/Ê = 1/(E − 1 + (1/E_start − 1/E_max)^−1) + 1/E_max
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | N | `parameter_count`: joint, active with embeddings; routing, of the dense base | parameters | > 0 |
/// | D | `token_count` (joint) | tokens | > 0 |
/// | E | `expert_count`; 1 is a dense model | experts | ≥ 1 |
/// | a, b | `parameter_coefficient`, `token_coefficient` | nats · parameters^−α, nats · tokens^−β | > 0 |
/// | α, β | `parameter_exponent`, `token_exponent` | – | −2 … 0 |
/// | δ, ω | `parameter_expert_exponent`, `token_expert_exponent` | – | −3 … 3 |
/// | γ, ζ | `parameter_coupling`, `token_coupling` | – | −0.5 … 0.5 |
/// | c | `irreducible_loss` | nats per token | ≥ 0 |
/// | E_start, E_max | `expert_start`, `expert_limit` | experts | 1 … 50, 60 … 10⁶ |
///
/// Exponents carry the papers' own signs: they are negative. Mind the bases: `joint` is in natural
/// logarithms, `routing` in decimal ones, on which its coefficients depend. One expert has
/// Ê = E_start, not 1. For a fixed E the joint law is Chinchilla's with the coefficients a·Ê^δ and
/// b·Ê^ω and the exponents α + γ·ln Ê and β + ζ·ln Ê.
///
///     isoloss fit --law mixture-of-experts table.csv
///
/// Sources: joint, Ludziejewski et al. 2025, arXiv 2502.05172; routing, Clark et al. 2022,
/// arXiv 2202.01169, where the tokens are the same for all runs.
///
/// Needs runs at several numbers of experts, one dense among them. Not for a change of granularity
/// or of the share of experts that a token passes.
package struct MixtureOfExpertsLaw: ScalingLaw {
    private static let form = LawOption(
        "form", values: ["joint", "routing"],
        meaning: "joint is in N, D and E; routing is Clark's law in N and E at one number of tokens"
    )

    package static let about = LawDescription(
        id: "mixture-of-experts",
        title: "Mixture of experts: loss from active parameters, experts and tokens", kind: .table,
        formula: "L = a·Ê^δ·N^(α + γ·ln Ê) + b·Ê^ω·D^(β + ζ·ln Ê) + c",
        reference: "Ludziejewski et al. 2025, arXiv:2502.05172; Clark et al. 2022, "
            + "arXiv:2202.01169",
        options: [form],
        limits: "Several numbers of experts; one granularity and one share of active experts.")

    package var formula: String {
        isJoint
            ? Self.about.formula : "log10 L = a·log10 N + b·log10 Ê + c·log10 N·log10 Ê + d"
    }

    package let parameters: [ParameterSpec]
    package let requiredFeatures: [Feature]
    private let isJoint: Bool

    package init(options: LawOptions) {
        isJoint = options.has(Self.form, "joint")
        parameters = (isJoint ? Self.jointParameters : Self.routingParameters) + Self.saturation
        requiredFeatures =
            isJoint
            ? [.parameterCount, .tokenCount, .expertCount] : [.parameterCount, .expertCount]
    }

    private static let jointParameters = [
        ParameterSpec(
            "irreducible_loss", symbol: "c",
            meaning: "loss of an unlimited model on unlimited data",
            bounds: 0...100, start: .projected),
        ParameterSpec(
            "parameter_coefficient", symbol: "a", meaning: "size of the model-size term",
            bounds: 1e-6...1e12, scale: .log, start: .projected),
        ParameterSpec(
            "token_coefficient", symbol: "b", meaning: "size of the data term",
            bounds: 1e-6...1e12, scale: .log, start: .projected),
        ParameterSpec(
            "parameter_exponent", symbol: "α", meaning: "how the loss changes with active size",
            bounds: -2...0, start: .searched(-0.6 ... -0.1)),
        ParameterSpec(
            "token_exponent", symbol: "β", meaning: "how the loss changes with data",
            bounds: -2...0, start: .searched(-0.6 ... -0.1)),
        ParameterSpec(
            "parameter_expert_exponent", symbol: "δ",
            meaning: "how experts change the model-size term",
            bounds: -3...3, start: .searched(-0.6...0.2)),
        ParameterSpec(
            "token_expert_exponent", symbol: "ω", meaning: "how experts change the data term",
            bounds: -3...3, start: .searched(-0.2...0.8)),
        ParameterSpec(
            "parameter_coupling", symbol: "γ", meaning: "how experts change the exponent of size",
            bounds: -0.5...0.5, start: .searched(-0.03...0.03)),
        ParameterSpec(
            "token_coupling", symbol: "ζ", meaning: "how experts change the exponent of data",
            bounds: -0.5...0.5, start: .searched(-0.03...0.03)),
    ]

    private static let routingParameters = [
        ParameterSpec(
            "log_loss", symbol: "d", meaning: "log10 of the loss extrapolated to one parameter",
            bounds: -10...10, start: .searched(0.8...1.4)),
        ParameterSpec(
            "parameter_exponent", symbol: "a", meaning: "how the loss changes with dense size",
            bounds: -2...0, start: .searched(-0.15 ... -0.04)),
        ParameterSpec(
            "expert_exponent", symbol: "b", meaning: "how the loss changes with experts",
            bounds: -2...1, start: .searched(-0.2 ... -0.05)),
        ParameterSpec(
            "coupling", symbol: "c", meaning: "how the gain from experts fades with size",
            bounds: -1...1, start: .searched(0...0.02)),
    ]

    private static let saturation = [
        ParameterSpec(
            "expert_start", symbol: "E_start", meaning: "experts that a dense model counts as",
            bounds: 1...50, scale: .log, start: .searched(1.2...5)),
        ParameterSpec(
            "expert_limit", symbol: "E_max", meaning: "experts that endless experts count as",
            bounds: 60...1e6, scale: .log, start: .searched(150...1e3)),
    ]

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        let isJoint = isJoint
        let points = inputs.map {
            (
                size: log($0.required(.parameterCount)),
                tokens: isJoint ? log($0.required(.tokenCount)) : 0,
                experts: $0.required(.expertCount)
            )
        }
        return PointwiseEvaluator(points: points) { point, parameters, slopes in
            isJoint
                ? Self.jointLoss(point, parameters, slopes)
                : Self.routingLoss(point, parameters, slopes)
        }
    }

    private typealias Point = (size: Double, tokens: Double, experts: Double)

    private static func jointLoss(
        _ point: Point, _ parameters: UnsafeBufferPointer<Double>,
        _ slopes: PointwiseEvaluator<Point>.Slopes
    ) -> Double {
        let experts = EffectiveExperts(
            point.experts, start: parameters[9], limit: parameters[10])
        var loss = parameters[0]
        slopes[0] = 1
        var byExperts = 0.0
        for (term, logFeature) in [point.size, point.tokens].enumerated() {
            let coefficient = parameters[1 + term]
            let (exponent, shift) = (parameters[3 + term], parameters[5 + term])
            let coupling = parameters[7 + term]
            let power = exp(
                shift * experts.log + (exponent + coupling * experts.log) * logFeature)
            let value = coefficient * power
            slopes[1 + term] = power
            slopes[3 + term] = value * logFeature
            slopes[5 + term] = value * experts.log
            slopes[7 + term] = value * experts.log * logFeature
            byExperts += value * (shift + coupling * logFeature)
            loss += value
        }
        slopes[9] = byExperts * experts.byStart
        slopes[10] = byExperts * experts.byLimit
        return loss
    }

    private static func routingLoss(
        _ point: Point, _ parameters: UnsafeBufferPointer<Double>,
        _ slopes: PointwiseEvaluator<Point>.Slopes
    ) -> Double {
        let experts = EffectiveExperts(point.experts, start: parameters[4], limit: parameters[5])
        // The paper's logarithms are decimal.
        let ten = log(10.0)
        let (size, log10Experts) = (point.size / ten, experts.log / ten)
        let loss = exp(
            ten
                * (parameters[0] + parameters[1] * size + parameters[2] * log10Experts
                    + parameters[3] * size * log10Experts))
        let byExperts = loss * (parameters[2] + parameters[3] * size)
        slopes[0] = loss * ten
        slopes[1] = loss * ten * size
        slopes[2] = loss * ten * log10Experts
        slopes[3] = loss * ten * size * log10Experts
        slopes[4] = byExperts * experts.byStart
        slopes[5] = byExperts * experts.byLimit
        return loss
    }

    package func cautions(for inputs: [LawInput], free: Set<String>) -> [String] {
        let counts = Set(inputs.map { $0.required(.expertCount) })
        guard counts.count < 4, free.contains("expert_limit") else { return [] }
        return [
            "runs have \(counts.count) number\(counts.count == 1 ? "" : "s") of experts: "
                + "expert_start and expert_limit need four or more, one of them 1; fix both, or "
                + "add runs"
        ]
    }

    /// Chinchilla's optimum: at a fixed E the joint law is Chinchilla's.
    package func optimalParameterCount(
        _ parameters: [Double], product: Double, held: [Feature: Double]
    ) -> Double? {
        guard isJoint, let count = held[.expertCount] else { return nil }
        let experts = EffectiveExperts(count, start: parameters[9], limit: parameters[10]).log
        func term(_ index: Int) -> (coefficient: Double, exponent: Double) {
            (
                parameters[1 + index] * exp(parameters[5 + index] * experts),
                -parameters[3 + index] - parameters[7 + index] * experts
            )
        }
        let (size, tokens) = (term(0), term(1))
        return ChinchillaLaw.optimalParameterCount(
            [parameters[0], size.coefficient, tokens.coefficient, size.exponent, tokens.exponent],
            product: product)
    }

    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] {
        guard !isJoint else { return [] }
        return [
            DerivedQuantity(
                "size_without_gain",
                meaning: "dense size at which experts gain nothing, 10^(−b/c)",
                value: pow(10, -parameters[2] / parameters[3]))
        ]
    }
}

/// ln Ê of a number of experts, and its derivatives.
private struct EffectiveExperts {
    let log: Double
    /// ∂ ln Ê/∂E_start.
    let byStart: Double
    /// ∂ ln Ê/∂E_max.
    let byLimit: Double

    init(_ count: Double, start: Double, limit: Double) {
        let first = 1 / (1 / start - 1 / limit)
        let sum = count - 1 + first
        let effective = 1 / (1 / sum + 1 / limit)
        log = Foundation.log(effective)
        let bySum = effective / (sum * sum)
        byStart = bySum * first * first / (start * start)
        byLimit = effective / (limit * limit) - bySum * first * first / (limit * limit)
    }
}
