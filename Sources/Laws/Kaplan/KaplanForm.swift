import Foundation

/// Kaplan's form at known parameters, and the questions that it answers.
///
/// Sizes are in parameters, batches in tokens per step, losses in nats per token.
package struct KaplanForm: Sendable, Equatable {
    /// N_c, α_N: the loss of endless training is (N_c/N)^α_N.
    package var parameterScale: Double
    package var parameterExponent: Double
    /// S_c, α_S: steps add (S_c/S_min)^α_S.
    package var stepScale: Double
    package var stepExponent: Double
    /// B*, α_B: B_crit(L) = B*·L^(−1/α_B).
    package var batchScale: Double
    package var batchExponent: Double

    /// The values of this form in the paper by Kaplan and others (2020), with B* in tokens.
    package static let published = KaplanForm([6.5e13, 0.077, 2.1e3, 0.76, 2e8, 0.21])

    /// The form of a fit: parameters in the law's order.
    package init(_ parameters: [Double]) {
        precondition(parameters.count == 6, "the law has six parameters")
        parameterScale = parameters[0]
        parameterExponent = parameters[1]
        stepScale = parameters[2]
        stepExponent = parameters[3]
        batchScale = parameters[4]
        batchExponent = parameters[5]
    }

    /// The loss that a model approaches with endless steps.
    package func minimumLoss(parameterCount: Double) -> Double {
        exp(parameterExponent * log(parameterScale / parameterCount))
    }

    /// The batch size at which steps and tokens are traded evenly: at it, reaching a loss takes twice
    /// the fewest steps and twice the fewest tokens.
    package func criticalBatch(atLoss loss: Double) -> Double {
        exp(log(batchScale) - log(loss) / batchExponent)
    }

    /// S_min: the steps to a loss with batches far above the critical one.
    ///
    /// - Parameters:
    ///   - loss: The loss to reach.
    ///   - parameterCount: The model's size.
    /// - Returns: Steps, or nil when the model never gets there.
    package func minimumSteps(toLoss loss: Double, parameterCount: Double) -> Double? {
        let excess = loss - minimumLoss(parameterCount: parameterCount)
        guard excess > 0 else { return nil }
        return stepScale * exp(-log(excess) / stepExponent)
    }

    /// The tokens to a loss with batches far below the critical one, B_crit·S_min.
    package func minimumTokens(toLoss loss: Double, parameterCount: Double) -> Double? {
        minimumSteps(toLoss: loss, parameterCount: parameterCount).map {
            $0 * criticalBatch(atLoss: loss)
        }
    }

    /// The steps to a loss at a batch size, S_min·(1 + B_crit/B); times the batch they are tokens.
    package func steps(toLoss loss: Double, parameterCount: Double, batchTokens: Double) -> Double?
    {
        minimumSteps(toLoss: loss, parameterCount: parameterCount).map {
            $0 * (1 + criticalBatch(atLoss: loss) / batchTokens)
        }
    }

    /// The test loss after some steps; `batchTokens` may be infinite.
    package func loss(parameterCount: Double, stepCount: Double, batchTokens: Double) -> Double {
        let point = KaplanPoint(
            parameterCount: parameterCount, stepCount: stepCount, batchTokens: batchTokens)
        return exp(KaplanRoot(form: self, point: point).logLoss)
    }

    /// The test loss along a training with one batch size.
    ///
    /// - Parameters:
    ///   - parameterCount: The model's size.
    ///   - batchTokens: Tokens per step; may be infinite.
    ///   - steps: After how many updates; each above 0.
    /// - Returns: A loss per entry of `steps`.
    package func trajectory(parameterCount: Double, batchTokens: Double, steps: [Double])
        -> [Double]
    {
        steps.map { loss(parameterCount: parameterCount, stepCount: $0, batchTokens: batchTokens) }
    }
}
