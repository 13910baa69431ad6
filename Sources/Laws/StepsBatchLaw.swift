import Foundation
import LeastSquares
package import Records

/// The loss of a finished run from its size, its batch size and its steps.
///
///     L(N, M, K) = E + A/N^α + B/M^β + C/K^γ
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | N | `parameter_count` | parameters | > 0 |
/// | M | `batch_tokens`, else `token_count`/`step_count` | tokens per step | > 0 |
/// | K | `step_count`, else `token_count`/`batch_tokens` | steps | > 0 |
/// | E | `irreducible_loss` | nats per token | ≥ 0 |
/// | A | `parameter_coefficient` | nats · parameters^α | > 0 |
/// | B | `batch_coefficient` | nats · tokens^β | > 0 |
/// | C | `step_coefficient` | nats · steps^γ | > 0 |
/// | α | `parameter_exponent` | – | 0 … 2 |
/// | β | `batch_exponent` | – | 0.01 … 2 |
/// | γ | `step_exponent` | – | 0.01 … 2 |
///
/// C is a coefficient here, not compute. For D = M·K tokens the best batch is
/// M* = (βB/(γC))^{1/(β+γ)}·D^{γ/(β+γ)}; along it the law is Chinchilla's with the data exponent
/// βγ/(β+γ). `StepsBatchForm` answers what follows from a fit.
///
///     isoloss fit --law steps-batch table.csv
///
/// Source: Schaipp et al. 2026, arXiv 2607.01487. Its published optimum is M* = 0.667·D^0.566; the
/// single coefficients are not in its text.
///
/// The learning rate counts as tuned for every (N, M, K). B and β need runs at three batch sizes or
/// more; where all runs have one, they cannot be told from E, and the fit is refused.
package struct StepsBatchLaw: ScalingLaw {
    package static let about = LawDescription(
        id: "steps-batch", title: "Steps and batch: loss from size, batch size and steps",
        kind: .table, formula: "L(N, M, K) = E + A/N^α + B/M^β + C/K^γ, D = M·K",
        reference: "Schaipp et al. 2026, arXiv:2607.01487",
        limits: "Tuned learning rates; B and β need runs at three batch sizes or more.")

    package let parameters = [
        ParameterSpec(
            "irreducible_loss", symbol: "E", meaning: "loss of unlimited size, batch and steps",
            bounds: 0...100, start: .projected),
        ParameterSpec(
            "parameter_coefficient", symbol: "A", meaning: "size of the model-size term",
            bounds: 1e-6...1e12, scale: .log, start: .projected),
        ParameterSpec(
            "batch_coefficient", symbol: "B", meaning: "size of the batch term",
            bounds: 1e-6...1e12, scale: .log, start: .projected),
        ParameterSpec(
            "step_coefficient", symbol: "C", meaning: "size of the step term",
            bounds: 1e-6...1e12, scale: .log, start: .projected),
        ParameterSpec(
            "parameter_exponent", symbol: "α", meaning: "how fast loss falls with model size",
            bounds: 0...2, start: .searched(0.1...1)),
        ParameterSpec(
            "batch_exponent", symbol: "β", meaning: "how fast loss falls with batch size",
            bounds: 0.01...2, start: .searched(0.1...1)),
        ParameterSpec(
            "step_exponent", symbol: "γ", meaning: "how fast loss falls with steps",
            bounds: 0.01...2, start: .searched(0.1...1)),
    ]
    package let requiredFeatures: [Feature] = [.parameterCount, .batchTokens, .stepCount]
    package let optionalFeatures: [Feature] = [.tokenCount]

    package init(options: LawOptions) {}

    package func features(of run: Run) -> [Feature: Double] {
        var features = run.features
        guard let tokens = features[.tokenCount] else { return features }
        if let batch = features[.batchTokens], features[.stepCount] == nil {
            features[.stepCount] = tokens / batch
        } else if let steps = features[.stepCount], features[.batchTokens] == nil {
            features[.batchTokens] = tokens / steps
        }
        return features
    }

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        let points = inputs.map { input in
            [Feature.parameterCount, .batchTokens, .stepCount].map { log(input.required($0)) }
        }
        return PointwiseEvaluator(points: points) { logs, parameters, slopes in
            var loss = parameters[0]
            slopes[0] = 1
            for term in 0..<3 {
                let (coefficient, exponent) = (parameters[1 + term], parameters[4 + term])
                let power = exp(-exponent * logs[term])
                slopes[1 + term] = power
                slopes[4 + term] = -coefficient * power * logs[term]
                loss += coefficient * power
            }
            return loss
        }
    }

    package func cautions(for inputs: [LawInput], free: Set<String>) -> [String] {
        let batches = Set(inputs.map { $0.required(.batchTokens) })
        guard batches.count == 2, free.contains("batch_exponent") else { return [] }
        return [
            "runs have two batch sizes: batch_exponent follows from nothing but their difference; "
                + "add a third batch size, or fix it"
        ]
    }

    /// At one batch size M the sum E + B·M^−β is all that the runs tell of the three.
    package func refusal(for inputs: [LawInput], free: Set<String>) -> String? {
        let merged = ["irreducible_loss", "batch_coefficient", "batch_exponent"]
        guard Set(inputs.map { $0.required(.batchTokens) }).count == 1,
            merged.count(where: free.contains) > 1
        else { return nil }
        return
            "all runs have one batch size, which does not tell \(merged[1]) and \(merged[2]) from "
            + "\(merged[0]); add runs of other batch sizes, fix two of the three, or fit chinchilla"
    }

    /// M*, where neither the batch nor the steps are given.
    package func optimalFeatures(
        _ parameters: [Double], given features: [Feature: Double]
    ) -> [Feature: Double] {
        guard features[.batchTokens] == nil, features[.stepCount] == nil,
            let tokens = features[.tokenCount]
        else { return [:] }
        return [.batchTokens: StepsBatchForm(parameters).optimalBatch(tokens: tokens)]
    }

    /// Chinchilla's optimum: at one batch size K^−γ is (M/D)^γ, and along the best one the excess is a
    /// power of D.
    package func optimalParameterCount(
        _ parameters: [Double], product: Double, held: [Feature: Double]
    ) -> Double? {
        let form = StepsBatchForm(parameters)
        let (coefficient, exponent): (Double, Double)
        if let batch = held[.batchTokens] {
            (coefficient, exponent) = (
                form.stepCoefficient * exp(form.stepExponent * log(batch)), form.stepExponent
            )
        } else {
            (coefficient, exponent) = (
                form.excess(tokens: 1, batch: form.optimalBatch(tokens: 1)), form.tokenExponent
            )
        }
        return ChinchillaLaw.optimalParameterCount(
            [form.irreducibleLoss, parameters[1], coefficient, parameters[4], exponent],
            product: product)
    }

    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] {
        let form = StepsBatchForm(parameters)
        return [
            DerivedQuantity(
                "optimal_batch_coefficient",
                meaning: "tokens per step: (βB/(γC))^(1/(β+γ)) in M* = this·D^(γ/(β+γ))",
                value: form.optimalBatch(tokens: 1)),
            DerivedQuantity(
                "optimal_batch_exponent", meaning: "the best batch grows as D to this power",
                value: form.stepExponent / (form.batchExponent + form.stepExponent)),
            DerivedQuantity(
                "token_exponent", meaning: "βγ/(β+γ): how fast loss falls with D at the best batch",
                value: form.tokenExponent),
        ]
    }
}

/// The steps-batch law at known parameters, and the questions that it answers.
///
///     let form = StepsBatchForm(fit.parameters)
///     let best = form.optimalBatch(tokens: 1e11)
///     let usable = form.batches(tokens: 1e11, within: 0.01)
package struct StepsBatchForm: Sendable, Equatable {
    package let irreducibleLoss: Double
    package let parameterCoefficient: Double
    package let batchCoefficient: Double
    package let stepCoefficient: Double
    package let parameterExponent: Double
    package let batchExponent: Double
    package let stepExponent: Double

    /// The form of a fit: parameters in the law's order.
    package init(_ parameters: [Double]) {
        precondition(parameters.count == 7, "the law has seven parameters")
        irreducibleLoss = parameters[0]
        parameterCoefficient = parameters[1]
        batchCoefficient = parameters[2]
        stepCoefficient = parameters[3]
        parameterExponent = parameters[4]
        batchExponent = parameters[5]
        stepExponent = parameters[6]
    }

    /// M*: the batch size, in tokens, that makes the most of a number of tokens.
    package func optimalBatch(tokens: Double) -> Double {
        let ratio = log(batchExponent * batchCoefficient / (stepExponent * stepCoefficient))
        return exp((ratio + stepExponent * log(tokens)) / (batchExponent + stepExponent))
    }

    /// B·M^−β + C·K^−γ: the part of the loss that batch and steps decide, in nats.
    package func excess(tokens: Double, batch: Double) -> Double {
        batchCoefficient * exp(-batchExponent * log(batch))
            + stepCoefficient * exp(-stepExponent * log(tokens / batch))
    }

    /// βγ/(β+γ): the exponent of D along the best batch sizes.
    package var tokenExponent: Double {
        batchExponent * stepExponent / (batchExponent + stepExponent)
    }

    /// The loss of endless tokens in batches without end.
    package func minimumLoss(parameterCount: Double) -> Double {
        irreducibleLoss + parameterCoefficient * exp(-parameterExponent * log(parameterCount))
    }

    /// The fewest steps to a loss, in batches without end; nil when the model never gets there.
    package func minimumSteps(toLoss loss: Double, parameterCount: Double) -> Double? {
        steps(toLoss: loss, parameterCount: parameterCount, batchTokens: .infinity)
    }

    /// The fewest tokens to a loss, at the best batch size; nil when the model never gets there.
    package func minimumTokens(toLoss loss: Double, parameterCount: Double) -> Double? {
        let excess = loss - minimumLoss(parameterCount: parameterCount)
        guard excess > 0 else { return nil }
        let single = self.excess(tokens: 1, batch: optimalBatch(tokens: 1))
        return exp(log(single / excess) / tokenExponent)
    }

    /// The steps to a loss at a batch size; nil when they never get there.
    package func steps(toLoss loss: Double, parameterCount: Double, batchTokens: Double) -> Double?
    {
        let excess =
            loss - minimumLoss(parameterCount: parameterCount)
            - batchCoefficient * exp(-batchExponent * log(batchTokens))
        guard excess > 0 else { return nil }
        return exp(log(stepCoefficient / excess) / stepExponent)
    }

    /// The losses along a training with one batch size, after each of some steps.
    package func trajectory(parameterCount: Double, batchTokens: Double, steps: [Double])
        -> [Double]
    {
        let least = minimumLoss(parameterCount: parameterCount)
        return steps.map { least + excess(tokens: $0 * batchTokens, batch: batchTokens) }
    }

    /// The loss at the best batch size.
    package func loss(parameterCount: Double, tokens: Double) -> Double {
        minimumLoss(parameterCount: parameterCount)
            + excess(tokens: tokens, batch: optimalBatch(tokens: tokens))
    }

    /// The batch sizes that lose no more than a tolerance against the best one.
    ///
    /// - Parameters:
    ///   - tokens: D, which stays the same.
    ///   - tolerance: The loss allowed, in nats, above 0.
    /// - Returns: Tokens per step, from the smallest to the largest.
    package func batches(tokens: Double, within tolerance: Double) -> ClosedRange<Double> {
        let best = log(optimalBatch(tokens: tokens))
        let limit = excess(tokens: tokens, batch: exp(best)) + tolerance
        // At either far end one term alone is the limit.
        let smallest = -log(limit / batchCoefficient) / batchExponent
        let largest = log(tokens) + log(limit / stepCoefficient) / stepExponent
        func rise(_ logBatch: Double) -> (value: Double, slope: Double) {
            let byBatch = batchCoefficient * exp(-batchExponent * logBatch)
            let bySteps = stepCoefficient * exp(-stepExponent * (log(tokens) - logBatch))
            return (
                byBatch + bySteps - limit, stepExponent * bySteps - batchExponent * byBatch
            )
        }
        let low = RootBracket.root(between: -best, and: -smallest, from: -smallest) {
            let (value, slope) = rise(-$0)
            return (value, -slope)
        }
        let high = RootBracket.root(between: best, and: largest, from: largest) { rise($0) }
        let ends = (exp(-low), exp(high))
        return min(ends.0, ends.1)...max(ends.0, ends.1)
    }
}
