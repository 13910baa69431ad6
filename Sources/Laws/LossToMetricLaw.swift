import Foundation

/// A downstream metric from the loss.
///
///     error = ε − k·exp(−γ·L)           form=exponential
///     BLEU = c·L^−p                     form=power
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | L | `loss` | nats per token | > 0 |
/// | ε | `asymptote` | the metric's | 0 … 10⁶ |
/// | k | `coefficient` | the metric's | 0 … 10⁹ |
/// | γ | `exponent` | per nat | 0.01 … 20 |
/// | c | `coefficient` | the metric's · nats^p | > 0 |
/// | p | `exponent` | – | 0 … 20 |
///
/// Source: Gadre et al. 2024, arXiv 2403.08540, for errors averaged over tasks (ε is the error of
/// guessing); Ghorbani et al. 2021, arXiv 2109.07740, for BLEU.
///
/// The metric is the runs' series of the name asked for (its last value), or a column of that name
/// in a table; it must be above 0. Not for single tasks that jump from chance, and not for BLEU of
/// text written in the source language, which stops rising while the loss still falls: read the
/// fit's metrics before a prediction. Points on a straight line have no asymptote: γ then ends on its
/// lower bound, which is a line over any range of losses.
package struct LossToMetricLaw: ScalingLaw {
    private static let form = LawOption(
        "form", values: ["exponential", "power"],
        meaning: "exponential is an error, ε − k·exp(−γ·L); power is a quality, c·L^−p")

    package static let about = LawDescription(
        id: "loss-to-metric", title: "Loss to metric: downstream error or BLEU from the loss",
        kind: .table, observes: .metric,
        formula: "error = ε − k·exp(−γ·L), or BLEU = c·L^−p with form=power",
        reference: "Gadre et al. 2024, arXiv:2403.08540; Ghorbani et al. 2021, arXiv:2109.07740",
        options: [form],
        limits: "Averages over tasks; BLEU of source-original text saturates.")

    package let parameters: [ParameterSpec]
    package let requiredFeatures: [Feature] = [.loss]
    private let isPower: Bool

    package init(options: LawOptions) {
        isPower = options.has(Self.form, "power")
        parameters = isPower ? Self.powerParameters : Self.exponentialParameters
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

    /// The input is the run's main loss: what `series` names is the metric.
    package func features(of run: Run) throws(LawError) -> [Feature: Double] {
        var features = run.features
        features[.loss] = run.loss ?? run.curve?.losses.last ?? features[.loss]
        return features
    }

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        let losses = inputs.map { $0.required(.loss) }
        return isPower ? PowerEvaluator(losses: losses) : ExponentialEvaluator(losses: losses)
    }

    private struct ExponentialEvaluator: LawEvaluator {
        let losses: [Double]

        var pointCount: Int { losses.count }

        func evaluate(
            _ parameters: UnsafeBufferPointer<Double>,
            losses metrics: UnsafeMutableBufferPointer<Double>,
            jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            for (point, loss) in losses.enumerated() {
                let power = exp(-parameters[2] * loss)
                metrics[point] = parameters[0] - parameters[1] * power
                guard let jacobian else { continue }
                jacobian[point] = 1
                jacobian[losses.count + point] = -power
                jacobian[2 * losses.count + point] = parameters[1] * power * loss
            }
        }
    }

    private struct PowerEvaluator: LawEvaluator {
        let logLosses: [Double]

        init(losses: [Double]) {
            logLosses = losses.map { log($0) }
        }

        var pointCount: Int { logLosses.count }

        func evaluate(
            _ parameters: UnsafeBufferPointer<Double>,
            losses metrics: UnsafeMutableBufferPointer<Double>,
            jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            for (point, logLoss) in logLosses.enumerated() {
                let power = exp(-parameters[1] * logLoss)
                metrics[point] = parameters[0] * power
                guard let jacobian else { continue }
                jacobian[point] = power
                jacobian[logLosses.count + point] = -metrics[point] * logLoss
            }
        }
    }
}
