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

/// Where the form is evaluated, in logs.
struct KaplanPoint: Sendable {
    let logSize: Double
    let logSteps: Double
    /// Infinite for batches without limit.
    let logBatch: Double

    init(parameterCount: Double, stepCount: Double, batchTokens: Double) {
        logSize = log(parameterCount)
        logSteps = log(stepCount)
        logBatch = log(batchTokens)
    }
}

/// The loss that solves L = (N_c/N)^α_N + (S_c·(1 + B_crit(L)/B)/S)^α_S.
///
/// In x = log L, with everything in logs so that no power overflows:
///
///     h(x) = x − log(e^a + e^{b + α_S·log(1 + e^t)}),      t = log(B*/B) − x/α_B
///     a = α_N·log(N_c/N),      b = α_S·log(S_c/S)
///
/// h rises with slope 1 to 1 + α_S/α_B, so that there is one root. B_crit falls as L grows, so the root
/// lies between the loss at endless batches and the right side evaluated there. Newton's steps
/// that leave this bracket are halved inside it.
struct KaplanRoot {
    /// x = log L.
    let logLoss: Double
    /// The steps' share of the loss.
    let stepShare: Double
    /// log(1 + B_crit/B): steps over S_min.
    let logSlowdown: Double
    /// B_crit/(B_crit + B).
    let criticalShare: Double
    /// 1/(dh/dx): how much of a change of the right side is left in the loss.
    let response: Double

    init(form: KaplanForm, point: KaplanPoint) {
        let sizeTerm = form.parameterExponent * (log(form.parameterScale) - point.logSize)
        let stepTerm = form.stepExponent * (log(form.stepScale) - point.logSteps)
        let logBatchRatio = log(form.batchScale) - point.logBatch
        let batchSlope = 1 / form.batchExponent

        func state(_ logLoss: Double) -> (
            right: Double, share: Double, slow: Double, critical: Double
        ) {
            let exponent = logBatchRatio - batchSlope * logLoss
            // log(1 + e^t) and its slope, without overflow at either end.
            let slow = max(exponent, 0) + log1p(exp(-abs(exponent)))
            let critical = 1 / (1 + exp(-exponent))
            let steps = stepTerm + form.stepExponent * slow
            let high = max(sizeTerm, steps)
            let right = high + log1p(exp(-abs(sizeTerm - steps)))
            return (right, 1 / (1 + exp(sizeTerm - steps)), slow, critical)
        }
        var lower = max(sizeTerm, stepTerm) + log1p(exp(-abs(sizeTerm - stepTerm)))
        var upper = state(lower).right
        var logLoss = lower
        var current = state(logLoss)
        // Newton gains digits quadratically and a halving gains one bit: far fewer rounds are used.
        for _ in 0..<200 {
            let excess = logLoss - current.right
            if excess > 0 { upper = logLoss } else { lower = logLoss }
            let slope =
                1 + current.share * form.stepExponent * current.critical * batchSlope
            var next = logLoss - excess / slope
            if !(next >= lower && next <= upper) { next = 0.5 * (lower + upper) }
            let change = abs(next - logLoss)
            logLoss = next
            current = state(logLoss)
            if change <= 1e-15 * max(1, abs(logLoss)) { break }
        }
        self.logLoss = logLoss
        stepShare = current.share
        logSlowdown = current.slow
        criticalShare = current.critical
        response = 1 / (1 + current.share * form.stepExponent * current.critical * batchSlope)
    }
}
