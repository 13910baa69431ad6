import Foundation
import LeastSquares

/// The training compute of a model size and its tokens.
///
///     C = 6·N·D                         forward and backward pass, two FLOP per parameter and token each
///     C = k·N·D                         with another coefficient
///     C = (6·N + 12·n·d·l)·D            with attention over a context of l tokens: n layers of width d
///
/// With attention the shape grows with the model: width/depth stays that of the depth and the width
/// given, and N = 12·n·d² (no embeddings), so that n·d = (d/n)·(N/(12·(d/n)²))^(2/3).
///
/// Source: Hoffmann et al. 2022, arXiv 2203.15556, appendix F; DeepSeek-AI 2024, arXiv 2401.02954,
/// section 3.2, for the term of attention.
struct ComputeCost: Equatable {
    /// k.
    var coefficient = 6.0
    /// Width/depth and context; nil leaves attention out.
    var attention: Attention?

    struct Attention: Equatable {
        var widthPerDepth: Double
        var contextLength: Double
    }

    /// Options of every plan that counts compute.
    static let options = [
        PlanOption(
            "flops_per_parameter", "k", meaning: "k of the cost C = k·N·D (6)", example: "6"),
        PlanOption(
            "depth", "n", meaning: "layers of a model of this shape, to count attention",
            example: "32"),
        PlanOption("width", "d", meaning: "its width", example: "4096"),
        PlanOption(
            "context_length", "l", meaning: "tokens that attention looks at", example: "2048"),
    ]

    init() {}

    init(_ options: PlanOptions) throws(PlanError) {
        coefficient = try options.number("flops_per_parameter") ?? 6
        let given = (
            try options.number("depth"), try options.number("width"),
            try options.number("context_length")
        )
        switch given {
        case (nil, nil, nil): break
        case (let depth?, let width?, let context?):
            attention = Attention(widthPerDepth: width / depth, contextLength: context)
        default:
            throw .invalid(
                option: "depth", value: options.text("depth") ?? "none",
                rule: "must come with width and context_length: attention's cost needs all three")
        }
    }

    /// FLOP per training token.
    func perToken(parameterCount: Double) -> Double {
        guard let attention else { return coefficient * parameterCount }
        let ratio = attention.widthPerDepth
        let depthTimesWidth = ratio * pow(parameterCount / (12 * ratio * ratio), 2.0 / 3)
        return coefficient * parameterCount
            + 2 * coefficient * depthTimesWidth * attention.contextLength
    }

    /// The size whose token costs so many FLOP, at least one parameter.
    func parameterCount(perToken flops: Double) -> Double {
        guard attention != nil else { return max(1, flops / coefficient) }
        let place = RootBracket.root(between: 0, and: log(max(flops, 2))) { place in
            // The share that grows as N, and attention's, which grows as N^(2/3).
            let (cost, plain) = (perToken(parameterCount: exp(place)), coefficient * exp(place))
            return (log(cost / flops), (plain + 2.0 / 3 * (cost - plain)) / cost)
        }
        return exp(place)
    }

    /// D at a budget.
    func tokenCount(flops: Double, parameterCount: Double) -> Double {
        flops / perToken(parameterCount: parameterCount)
    }

    /// The formula, for answers.
    var text: String {
        let size = "\(PlanText.number(coefficient))·N"
        guard let attention else { return "C = \(size)·D" }
        return "C = (\(size) + \(PlanText.number(2 * coefficient))·depth·width·"
            + "\(PlanText.number(attention.contextLength)))·D, width/depth = "
            + PlanText.number(attention.widthPerDepth)
    }
}
