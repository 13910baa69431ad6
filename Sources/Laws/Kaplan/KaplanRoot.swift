import Foundation
import LeastSquares

/// The point at which the form is evaluated, in logs.
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
/// h rises with a slope of 1 to 1 + α_S/α_B, so that there is one root.
struct KaplanRoot {
    /// x = log L.
    let logLoss: Double
    /// The terms of the equation's right side at the root.
    let state: KaplanEquation.State

    /// The part of a change of the right side, at the same loss, that reaches the loss.
    var response: Double { 1 / state.slope }

    /// Newton's method inside a bracket.
    ///
    /// B_crit falls as L grows: the root lies between the loss at endless batches and the right side
    /// evaluated there.
    init(form: KaplanForm, point: KaplanPoint) {
        let equation = KaplanEquation(form: form, point: point)
        let lower = KaplanEquation.logSum(equation.sizeTerm, equation.stepTerm)
        let upper = equation.state(at: lower).right
        logLoss = RootBracket.root(between: lower, and: upper, from: lower) { logLoss in
            let state = equation.state(at: logLoss)
            return (logLoss - state.right, state.slope)
        }
        state = equation.state(at: logLoss)
    }
}

/// The equation of `KaplanRoot` at one point.
struct KaplanEquation {
    /// The right side at some x = log L.
    struct State {
        /// Its logarithm.
        let right: Double
        /// The steps' share of it.
        let stepShare: Double
        /// log(1 + B_crit/B): steps over S_min.
        let logSlowdown: Double
        /// B_crit/(B_crit + B).
        let criticalShare: Double
        /// dh/dx.
        let slope: Double
    }

    let sizeTerm: Double
    let stepTerm: Double
    private let stepExponent: Double
    private let logBatchRatio: Double
    private let batchSlope: Double

    init(form: KaplanForm, point: KaplanPoint) {
        sizeTerm = form.parameterExponent * (log(form.parameterScale) - point.logSize)
        stepTerm = form.stepExponent * (log(form.stepScale) - point.logSteps)
        stepExponent = form.stepExponent
        logBatchRatio = log(form.batchScale) - point.logBatch
        batchSlope = 1 / form.batchExponent
    }

    func state(at logLoss: Double) -> State {
        let exponent = logBatchRatio - batchSlope * logLoss
        let slowdown = Self.logSum(exponent, 0)
        let critical = 1 / (1 + exp(-exponent))
        let steps = stepTerm + stepExponent * slowdown
        let share = 1 / (1 + exp(sizeTerm - steps))
        return State(
            right: Self.logSum(sizeTerm, steps), stepShare: share, logSlowdown: slowdown,
            criticalShare: critical, slope: 1 + share * stepExponent * critical * batchSlope)
    }

    /// log(e^first + e^second) without overflow.
    static func logSum(_ first: Double, _ second: Double) -> Double {
        max(first, second) + log1p(exp(-abs(first - second)))
    }
}
