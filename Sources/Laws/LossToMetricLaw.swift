import Foundation
package import Records

/// A downstream metric from the loss.
///
///     error = ε − k·exp(−γ·L)                          form=exponential
///     BLEU = c·L^−p                                    form=power
///     accuracy = a + (b − a)/(1 + exp(κ·(L − m)))      form=sigmoid
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | L | `loss` | nats per token | > 0 |
/// | ε | `asymptote` | the metric's | 0 … 10⁶ |
/// | k | `coefficient` | the metric's | 0 … 10⁹ |
/// | γ | `exponent` | per nat | 0.01 … 20 |
/// | c | `coefficient` | the metric's · nats^p | > 0 |
/// | p | `exponent` | – | 0 … 20 |
/// | a | `floor`: accuracy by chance | the metric's | 0 … 10⁶ |
/// | b | `ceiling` | the metric's | 0 … 10⁶ |
/// | κ | `steepness` | per nat | 0.01 … 100 |
/// | m | `midpoint` | nats per token | 0 … 100 |
///
///     isoloss fit --law loss-to-metric --option form=sigmoid --series accuracy table.csv
///
/// Source: Gadre et al. 2024, arXiv 2403.08540, for errors averaged over tasks (ε is the error of
/// guessing); Ghorbani et al. 2021, arXiv 2109.07740, for BLEU; Dubey et al. 2024, arXiv 2407.21783,
/// section 3.2.1, for a sigmoid of accuracy in loss.
///
/// The metric is the runs' series of the name asked for (its last value), or a column of that name
/// in a table; it must be above 0. Not for single tasks that jump from chance, and not for BLEU of
/// text written in the source language, which stops rising while the loss still falls: read the
/// fit's metrics before a prediction. Points on a straight line have no asymptote: γ then ends on its
/// lower bound, which is a line over any range of losses. A sigmoid needs accuracies on both sides of
/// its midpoint; fix `floor` at the accuracy of chance where that is known.
package struct LossToMetricLaw: ScalingLaw {
    private static let form = LawOption(
        "form", values: ["exponential", "power", "sigmoid"],
        meaning: "exponential is an error, ε − k·exp(−γ·L); power is a quality, c·L^−p; sigmoid is "
            + "an accuracy, a + (b − a)/(1 + exp(κ·(L − m)))")

    package static let about = LawDescription(
        id: "loss-to-metric", title: "Loss to metric: error, accuracy or BLEU from the loss",
        kind: .table, observes: .metric,
        formula: "error = ε − k·exp(−γ·L), BLEU = c·L^−p with form=power, or "
            + "accuracy = a + (b − a)/(1 + exp(κ·(L − m))) with form=sigmoid",
        reference: "Gadre et al. 2024, arXiv:2403.08540; Ghorbani et al. 2021, arXiv:2109.07740; "
            + "Dubey et al. 2024, arXiv:2407.21783",
        options: [form],
        limits: "Averages over tasks; BLEU of source-original text saturates.")

    package var formula: String {
        switch shape {
        case .exponential: "error = ε − k·exp(−γ·L)"
        case .power: "BLEU = c·L^−p"
        case .sigmoid: "accuracy = a + (b − a)/(1 + exp(κ·(L − m)))"
        }
    }

    package let parameters: [ParameterSpec]
    package let requiredFeatures: [Feature] = [.loss]
    private let shape: Shape

    private enum Shape { case exponential, power, sigmoid }

    package init(options: LawOptions) {
        if options.has(Self.form, "power") {
            (shape, parameters) = (.power, Self.powerParameters)
        } else if options.has(Self.form, "sigmoid") {
            (shape, parameters) = (.sigmoid, Self.sigmoidParameters)
        } else {
            (shape, parameters) = (.exponential, Self.exponentialParameters)
        }
    }

    private static let exponentialParameters = [
        ParameterSpec(
            "asymptote", symbol: "ε", meaning: "error at a large loss",
            bounds: 0...1e6, start: .projected),
        ParameterSpec(
            "coefficient", symbol: "k", meaning: "error removed, extrapolated to loss 0",
            bounds: 0...1e9, start: .projected),
        ParameterSpec(
            "exponent", symbol: "γ", meaning: "how fast the error falls with the loss",
            bounds: 0.01...20, start: .searched(0.1...5)),
    ]

    private static let powerParameters = [
        ParameterSpec(
            "coefficient", symbol: "c", meaning: "quality at a loss of 1",
            bounds: 1e-9...1e12, scale: .log, start: .projected),
        ParameterSpec(
            "exponent", symbol: "p", meaning: "how fast quality rises as the loss falls",
            bounds: 0...20, start: .searched(0.1...5)),
    ]

    private static let sigmoidParameters = [
        ParameterSpec(
            "floor", symbol: "a", meaning: "accuracy at a large loss, by chance",
            bounds: 0...1e6, start: .projected),
        ParameterSpec(
            "ceiling", symbol: "b", meaning: "accuracy at a small loss",
            bounds: 0...1e6, start: .projected),
        ParameterSpec(
            "steepness", symbol: "κ", meaning: "how fast accuracy changes around the midpoint",
            bounds: 0.01...100, scale: .log, start: .searched(0.5...20)),
        ParameterSpec(
            "midpoint", symbol: "m", meaning: "loss at which half of the accuracy is gained",
            bounds: 0...100, start: .searched(1...5)),
    ]

    /// The values that a share can have, from 0 to 1 or to 100 %; nil for a quality without an end.
    ///
    /// A fitted end above 1.5 means percent.
    package func shares(_ parameters: [Double]) -> ClosedRange<Double>? {
        switch shape {
        case .power: nil
        case .exponential: 0...(parameters[0] > 1.5 ? 100 : 1)
        case .sigmoid: 0...(parameters[1] > 1.5 ? 100 : 1)
        }
    }

    /// The input is the run's main loss; `series` names the metric.
    package func features(of run: Run) throws(LawError) -> [Feature: Double] {
        var features = run.features
        features[.loss] = run.finalLoss ?? features[.loss]
        return features
    }

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        let losses = inputs.map { $0.required(.loss) }
        switch shape {
        case .exponential:
            return PointwiseEvaluator(points: losses) { loss, parameters, slopes in
                let (asymptote, coefficient) = (parameters[0], parameters[1])
                let power = exp(-parameters[2] * loss)
                slopes[0] = 1
                slopes[1] = -power
                slopes[2] = coefficient * power * loss
                return asymptote - coefficient * power
            }
        case .power:
            return PointwiseEvaluator(points: losses.map { log($0) }) {
                logLoss, parameters, slopes in
                let (coefficient, exponent) = (parameters[0], parameters[1])
                let power = exp(-exponent * logLoss)
                slopes[0] = power
                slopes[1] = -coefficient * power * logLoss
                return coefficient * power
            }
        case .sigmoid:
            return PointwiseEvaluator(points: losses) { loss, parameters, slopes in
                let (floor, ceiling) = (parameters[0], parameters[1])
                let (steepness, distance) = (parameters[2], loss - parameters[3])
                // Both shares are quotients, so that neither loses its digits near 0.
                let gained = 1 / (1 + exp(steepness * distance))
                let missing = 1 / (1 + exp(-steepness * distance))
                let bend = (ceiling - floor) * gained * missing
                slopes[0] = missing
                slopes[1] = gained
                slopes[2] = -bend * distance
                slopes[3] = bend * steepness
                return floor * missing + ceiling * gained
            }
        }
    }
}
