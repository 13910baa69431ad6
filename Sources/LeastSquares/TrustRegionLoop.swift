/// The loop of a solve: proposes steps, evaluates them, and decides when to stop.
///
/// | part | role |
/// |---|---|
/// | `Iterate` | the point, its residuals and derivatives |
/// | `WeightedLoss` | the cost of the rows |
/// | `LinearModel` | factorisations and plain damped steps |
/// | `RobustModel` | damped steps under a robust loss |
/// | `TrialStep` | the step within the bounds |
/// | `GeodesicAcceleration` | the curvature along the step |
/// | `Damping` | the length of the next step |
struct TrustRegionLoop {
    private let options: SolverOptions
    private var iterate: Iterate
    private var linear: LinearModel
    private var robust: RobustModel
    private var step: TrialStep
    private let acceleration: GeodesicAcceleration
    private var damping: Damping
    private var iterations = 0
    private var evaluations = 0

    /// Trials in a row that could not be evaluated.
    private var failuresInARow = 0

    /// True while the residuals curve so much that steps are corrected: so at first, as nothing is
    /// known, and after any step whose gain was poor or would have been, uncorrected.
    private var isAccelerating = true

    /// A first step expected to gain less than this share of the cost starts close enough to the
    /// solution to need no correction.
    private static let smallFirst = 0.1

    /// The least share of the predicted reduction that makes a step worth keeping.
    private static let leastGain = 1e-4

    /// The share of the predicted reduction from which on residuals count as straight.
    private static let goodGain = 0.75

    /// Up to this damping, a step of no length means a gradient of none.
    private static let moderateDamping = 1e6

    /// A step expected to lower the cost by this share moves no parameter by 1e-11 of its standard
    /// error.
    private static let negligible = 1e-24

    /// Evaluates residuals and, unless the last argument is `nil`, derivatives at a point.
    typealias Evaluator = (
        UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>,
        UnsafeMutableBufferPointer<Double>?
    ) -> Void

    /// The reason to stop, before the point is polished.
    private struct Stop {
        let reason: Termination.Reason
        let measure: Double
        let tolerance: Double
    }

    init(
        _ parameters: [SolverParameter], loss: WeightedLoss, options: SolverOptions,
        workspace: Workspace
    ) {
        self.options = options
        let iterate = Iterate(parameters, loss: loss, workspace: workspace)
        let (rows, columns) = (iterate.rows, iterate.columns)
        self.iterate = iterate
        linear = LinearModel(rows: rows, columns: columns, workspace: workspace)
        robust = RobustModel(rows: rows, columns: columns, workspace: workspace)
        step = TrialStep(columns: columns, workspace: workspace)
        acceleration = GeodesicAcceleration(rows: rows, columns: columns, workspace: workspace)
        damping = Damping(options.initialDamping)
    }

    /// Searches from the parameters' starts until a rule says stop.
    mutating func solve(_ evaluate: Evaluator) -> Solution {
        let cost = evaluateTrial(evaluate)
        iterate.acceptTrial(cost: cost)
        guard cost.isFinite else {
            return solution(Stop(reason: .notFinite, measure: .nan, tolerance: 0))
        }
        while true {
            let stop = descend(evaluate)
            guard stop.reason != .notFinite, stop.reason != .iterationLimit else {
                return solution(stop)
            }
            // Undamped steps see along flat valleys where damped ones crawl: when they lower the
            // cost by more than the tolerance, the search had stopped too early.
            let before = iterate.cost
            let verdict = polish(evaluate)
            let gained = before - iterate.cost
            guard gained > max(options.costTolerance, 1e-10) * before,
                iterations < options.maximumIterations
            else { return solution(stop.reason == .stalled ? verdict ?? stop : stop) }
        }
    }

    // MARK: Steps

    /// Takes damped steps until a rule says stop.
    private mutating func descend(_ evaluate: Evaluator) -> Stop {
        while true {
            let cosine = iterate.projectedCosine
            if cosine <= options.gradientTolerance {
                return Stop(
                    reason: .gradient, measure: cosine, tolerance: options.gradientTolerance)
            }
            if let stop = tryStep(evaluate) { return stop }
        }
    }

    /// Tries steps from one point until one is accepted or a rule says stop.
    private mutating func tryStep(_ evaluate: Evaluator) -> Stop? {
        while true {
            if iterations >= options.maximumIterations {
                return Stop(
                    reason: .iterationLimit, measure: Double(iterations),
                    tolerance: Double(options.maximumIterations))
            }
            if damping.isExhausted { return exhausted(at: Damping.largest) }
            iterations += 1
            guard propose(damping: damping.value) else {
                damping.reject()
                continue
            }
            let hasMoved = step.moveTrial(of: iterate)
            let decrement = step.decrement(at: iterate) / iterate.cost
            if let stop = stopBeforeTrial(decrement: decrement, hasMoved: hasMoved) {
                return stop
            }
            let judgement = needsNoCorrection(decrement: decrement) ? nil : correct(evaluate)
            if let judgement, !(judgement.excess <= 1 && step.moveTrial(of: iterate)) {
                damping.reject(excess: judgement.excess)
                continue
            }
            let trialCost = evaluateTrial(evaluate)
            failuresInARow = trialCost.isNaN ? failuresInARow + 1 : 0
            let change = step.relativeLength(at: iterate)
            let gain = (iterate.cost - trialCost) / step.predicted
            let isBetter = trialCost < iterate.cost && gain > Self.leastGain
            let isStill = change <= options.stepTolerance && damping.value < 1
            if isBetter {
                damping.accept(gain: gain)
                isAccelerating = !((judgement?.straightGain ?? gain) >= Self.goodGain)
                accept(cost: trialCost)
            }
            if isStill {
                return Stop(reason: .step, measure: change, tolerance: options.stepTolerance)
            }
            if isBetter { return nil }
            isAccelerating = true
            damping.reject()
        }
    }

    /// Takes undamped steps past the tolerances while each is shorter than the one before.
    ///
    /// Near the solution the cost no longer tells steps apart (its rounding hides half of the
    /// parameters' digits), but the length of the undamped step still does.
    ///
    /// - Returns: The rule of a solution that the last undamped step satisfies, if any.
    private mutating func polish(_ evaluate: Evaluator) -> Stop? {
        var lastDecrement = Double.infinity
        var verdict: Stop?
        for _ in 0..<options.maximumPolishingSteps {
            guard propose(damping: 0), step.moveTrial(of: iterate) else { return verdict }
            let decrement = step.decrement(at: iterate)
            let change = step.relativeLength(at: iterate)
            if change <= options.stepTolerance {
                verdict = Stop(
                    reason: .step, measure: change, tolerance: options.stepTolerance)
            }
            guard decrement < 0.5 * lastDecrement, decrement > Self.negligible * iterate.cost
            else { return verdict }
            lastDecrement = decrement
            let trialCost = evaluateTrial(evaluate)
            iterations += 1
            // Residuals much smaller than the data carry the data's rounding: what guards here is
            // the shrinking step, and this only stops a step that fails outright.
            guard trialCost <= iterate.cost * (1 + 1e-6) else { return verdict }
            accept(cost: trialCost)
        }
        return verdict
    }

    /// Computes the step for a damping, within the bounds.
    ///
    /// - Returns: False when the model is singular at this damping.
    private mutating func propose(damping: Double) -> Bool {
        if proposeOnce(damping: damping) { return true }
        guard linear.quasiNewton.isActive else { return false }
        // The learnt curvature can make the model indefinite; Gauss–Newton never is.
        linear.forgetQuasiNewton()
        return proposeOnce(damping: damping)
    }

    private mutating func proposeOnce(damping: Double) -> Bool {
        iterate.loss.isSquares
            ? linear.propose(&step, damping: damping, from: iterate)
            : robust.propose(&step, damping: damping, from: iterate, linear: &linear)
    }

    /// Corrects the step by the curvature of the residuals along it, for one more evaluation.
    private mutating func correct(_ evaluate: Evaluator) -> GeodesicAcceleration.Judgement {
        acceleration.placeProbe(along: step, of: iterate)
        evaluations += 1
        evaluate(
            UnsafeBufferPointer(start: iterate.trialPoint, count: iterate.parameterCount),
            UnsafeMutableBufferPointer(start: iterate.trialResiduals, count: iterate.rows), nil)
        let judgement = acceleration.correct(
            &step, damping: damping.value, at: iterate, linear: &linear)
        if !judgement.excess.isFinite { failuresInARow += 1 }
        return judgement
    }

    /// True for a step that is taken without asking for the curvature of the residuals along it.
    private func needsNoCorrection(decrement: Double) -> Bool {
        !isAccelerating || linear.quasiNewton.isActive
            || decrement < Self.smallFirst && iterations == 1
    }

    /// Evaluates the trial point; NaN when anything that counts is not finite.
    private mutating func evaluateTrial(_ evaluate: Evaluator) -> Double {
        evaluations += 1
        evaluate(
            UnsafeBufferPointer(start: iterate.trialPoint, count: iterate.parameterCount),
            UnsafeMutableBufferPointer(start: iterate.trialResiduals, count: iterate.rows),
            UnsafeMutableBufferPointer(
                start: iterate.trialJacobian, count: iterate.rows * iterate.parameterCount))
        return iterate.trialCost()
    }

    private mutating func accept(cost: Double) {
        let reduction = iterate.cost - cost
        iterate.acceptTrial(cost: cost)
        linear.advance(by: step, reduction: reduction, to: iterate)
    }

    // MARK: Ends

    /// The reason to stop at a step so small that it need not be tried.
    private func stopBeforeTrial(decrement: Double, hasMoved: Bool) -> Stop? {
        if decrement <= options.costTolerance, damping.value < 1 {
            return Stop(reason: .cost, measure: decrement, tolerance: options.costTolerance)
        }
        guard !hasMoved else { return nil }
        // A step lost in the parameters' last digits is a solution's, unless it was damped away.
        return damping.value < Self.moderateDamping
            ? Stop(
                reason: .step, measure: step.relativeLength(at: iterate),
                tolerance: options.stepTolerance)
            : exhausted(at: Self.moderateDamping)
    }

    private func exhausted(at limit: Double) -> Stop {
        Stop(
            reason: failuresInARow > 0 ? .notFinite : .stalled, measure: damping.value,
            tolerance: limit)
    }

    private func solution(_ stop: Stop) -> Solution {
        iterate.solution(
            Termination(
                reason: stop.reason, measure: stop.measure, tolerance: stop.tolerance,
                iterations: iterations, evaluations: evaluations))
    }
}
