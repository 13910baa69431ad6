import Foundation
package import Records

/// The loss from model size, steps and batch size.
///
///     L = (N_c/N)^α_N + (S_c/S_min)^α_S,      S_min = S/(1 + B_crit(L)/B)
///     B_crit(L) = B*·L^(−1/α_B)
///
/// With a finite batch the loss stands on both sides; without one S_min = S.
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | N | `non_embedding_parameter_count`, else `parameter_count` | parameters without embeddings | > 0 |
/// | S | `step_count`, else `token_count`/`batch_tokens` | steps | > 0 |
/// | B | `batch_tokens`; without it endless | tokens per step | > 0 |
/// | N_c | `parameter_scale` | parameters | 1 … 10⁶⁰ |
/// | α_N | `parameter_exponent` | – | 10⁻³ … 3 |
/// | S_c | `step_scale` | steps | 10⁻⁹ … 10³⁰ |
/// | α_S | `step_exponent` | – | 10⁻³ … 5 |
/// | B* | `batch_scale` | tokens · nats^(1/α_B) | 1 … 10³⁰ |
/// | α_B | `batch_exponent` | – | 0.02 … 20 |
///
/// Sources: Kaplan et al. 2020, arXiv 2001.08361 (α_N 0.077, N_c 6.5e13, α_S 0.76, S_c 2.1e3, α_B 0.21,
/// B* 2e8); Su et al. 2024, arXiv 2403.06563.
///
/// Su et al. estimate in stages: N_c and α_N from losses of endless training, B* and α_B from pairs of
/// runs at one loss, then S_c and α_S. Each stage hands its errors on, and needs its own experiments.
/// Here all six are fitted at once, to every run there is, which is the optimum of them all with a
/// covariance of them all; the stages survive in the starts, where S_min follows from the measured
/// losses. Without batch sizes B* and α_B cannot be known; with one, they follow from nothing but how the
/// loss bends, and trade off with S_c. The fit says so.
///
/// Not for losses before the learning rate has come down, nor beyond one pass over the data: there is
/// no term for data, and no irreducible loss.
package struct KaplanLaw: ScalingLaw {
    package static let about = LawDescription(
        id: "kaplan", title: "Kaplan: loss from model size, steps and batch size",
        kind: .table,
        formula: "L = (N_c/N)^α_N + (S_c·(1 + B_crit(L)/B)/S)^α_S, B_crit(L) = B*·L^(−1/α_B)",
        reference: "Kaplan et al. 2020, arXiv:2001.08361; Su et al. 2024, arXiv:2403.06563",
        limits: "Fresh data; B* and α_B need runs at several batch sizes.")

    package let parameters = [
        ParameterSpec(
            "parameter_scale", symbol: "N_c", meaning: "size whose loss, trained forever, is 1",
            bounds: 1...1e60, scale: .log, start: .searched(1e12...1e14)),
        ParameterSpec(
            "parameter_exponent", symbol: "α_N", meaning: "how fast loss falls with model size",
            bounds: 1e-3...3, start: .searched(0.03...0.25)),
        ParameterSpec(
            "step_scale", symbol: "S_c", meaning: "steps that leave 1 above the minimum",
            bounds: 1e-9...1e30, scale: .log, start: .searched(1e2...1e4)),
        ParameterSpec(
            "step_exponent", symbol: "α_S", meaning: "how fast loss falls with steps",
            bounds: 1e-3...5, start: .searched(0.2...1.2)),
        ParameterSpec(
            "batch_scale", symbol: "B*", meaning: "critical batch at a loss of 1",
            bounds: 1...1e30, scale: .log, start: .searched(1e7...1e10)),
        ParameterSpec(
            "batch_exponent", symbol: "α_B", meaning: "how the critical batch grows as loss falls",
            bounds: 0.02...20, scale: .log, start: .searched(0.12...1)),
    ]
    package let requiredFeatures: [Feature] = [.parameterCount, .stepCount]
    package let optionalFeatures: [Feature] = [.batchTokens, .nonEmbeddingParameterCount]

    package init(options: LawOptions) {}

    package func features(of run: Run) -> [Feature: Double] {
        var features = run.features
        // N is without embeddings: a run that has both counts is taken by its own.
        if let size = features[.nonEmbeddingParameterCount] { features[.parameterCount] = size }
        if features[.stepCount] == nil, let tokens = features[.tokenCount],
            let batch = features[.batchTokens]
        {
            features[.stepCount] = tokens / batch
        }
        return features
    }

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        Evaluator(points: inputs.map(KaplanPoint.init))
    }

    private struct Evaluator: LawEvaluator {
        let points: [KaplanPoint]

        var pointCount: Int { points.count }

        /// Derivatives by the implicit function theorem.
        ///
        /// With x = log L, s the steps' share of the loss and c = B_crit/(B_crit + B):
        ///
        ///     dx = response·((1 − s)·da + s·(db + log(1 + B_crit/B)·dα_S
        ///                                    + α_S·c·(d log B* + x/α_B²·dα_B)))
        ///
        /// where a = α_N·log(N_c/N) and b = α_S·log(S_c/S).
        func evaluate(
            _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
            jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            let form = KaplanForm(Array(parameters))
            let logScales = (log(form.parameterScale), log(form.stepScale))
            let count = points.count
            for (index, point) in points.enumerated() {
                let root = KaplanRoot(form: form, point: point)
                let loss = exp(root.logLoss)
                losses[index] = loss
                guard let jacobian else { continue }
                let bySize = loss * root.response * (1 - root.state.stepShare)
                let bySteps = loss * root.response * root.state.stepShare
                let byBatch = bySteps * form.stepExponent * root.state.criticalShare
                jacobian[index] = bySize * form.parameterExponent / form.parameterScale
                jacobian[count + index] = bySize * (logScales.0 - point.logSize)
                jacobian[2 * count + index] = bySteps * form.stepExponent / form.stepScale
                jacobian[3 * count + index] =
                    bySteps * (logScales.1 - point.logSteps + root.state.logSlowdown)
                jacobian[4 * count + index] = byBatch / form.batchScale
                jacobian[5 * count + index] =
                    byBatch * root.logLoss / (form.batchExponent * form.batchExponent)
            }
        }
    }

    /// At the measured losses B_crit, and so S_min, is known: the loss is then linear in N_c^α_N and
    /// S_c^α_S.
    package func startModel(at values: [Double], inputs: [LawInput], losses: [Double])
        -> StartModel?
    {
        let form = KaplanForm(values)
        let points = inputs.map(KaplanPoint.init)
        let sizeTerms = points.map { exp(-form.parameterExponent * $0.logSize) }
        let stepTerms = zip(points, losses).map { point, loss in
            let ratio = form.criticalBatch(atLoss: loss) * exp(-point.logBatch)
            return exp(form.stepExponent * (log1p(ratio) - point.logSteps))
        }
        return StartModel(terms: [sizeTerms, stepTerms]) { coefficients in
            var start = values
            start[0] = exp(log(coefficients[0]) / form.parameterExponent)
            start[2] = exp(log(coefficients[1]) / form.stepExponent)
            return start
        }
    }

    /// Training with the least compute at the critical batch: L ∝ C^−α_C with
    /// 1/α_C = 1/α_S + 1/α_B + 1/α_N, and N, B and S grow as C^(α_C/α_N), C^(α_C/α_B), C^(α_C/α_S).
    ///
    /// Source: Kaplan et al. 2020, section 6.
    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] {
        let form = KaplanForm(parameters)
        let compute =
            1 / (1 / form.stepExponent + 1 / form.batchExponent + 1 / form.parameterExponent)
        return [
            DerivedQuantity(
                "optimal_loss_exponent", meaning: "the best loss falls as compute to this power",
                value: compute),
            DerivedQuantity(
                "optimal_parameter_exponent", meaning: "the best N grows as compute to this power",
                value: compute / form.parameterExponent),
            DerivedQuantity(
                "optimal_batch_exponent", meaning: "the best B grows as compute to this power",
                value: compute / form.batchExponent),
            DerivedQuantity(
                "optimal_step_exponent", meaning: "the best S grows as compute to this power",
                value: compute / form.stepExponent),
        ]
    }
}

extension KaplanLaw {
    package func cautions(for inputs: [LawInput], free: Set<String>) -> [String] {
        let own = inputs.count { $0.features[.nonEmbeddingParameterCount] != nil }
        let size =
            own == 0
            ? []
            : [
                "N is non_embedding_parameter_count"
                    + (own == inputs.count
                        ? "" : " in \(own) of \(inputs.count) runs, parameter_count in the others")
            ]
        return size + batchCautions(for: inputs, free: free)
    }

    private func batchCautions(for inputs: [LawInput], free: Set<String>) -> [String] {
        guard free.contains("batch_scale") || free.contains("batch_exponent") else { return [] }
        let batches = inputs.compactMap { $0.features[.batchTokens] }
        let without = inputs.count - batches.count
        var warnings: [String] = []
        if without > 0 {
            warnings.append(
                "\(without) of \(inputs.count) runs have no batch_tokens; their batches count as "
                    + "endless")
        }
        if without == 0, Set(batches).count == 1 {
            warnings.append(
                "all runs have one batch size: batch_scale and batch_exponent follow from how the "
                    + "loss bends alone; add runs of other batch sizes, or fix both")
        }
        return warnings
    }
}

extension KaplanPoint {
    fileprivate init(_ input: LawInput) {
        self.init(
            parameterCount: input.required(.parameterCount), stepCount: input.required(.stepCount),
            batchTokens: input.features[.batchTokens] ?? .infinity)
    }
}
