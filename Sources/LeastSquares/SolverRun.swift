/// The loop: proposes steps, evaluates them, and decides when to stop.
struct SolverRun {
    var search: Search
    let options: SolverOptions
    var damping: Damping
    var iterations = 0
    var evaluations = 0
    private var startCost = Double.nan

    /// Whether the residuals curve so much that steps must follow: so at first, as nothing is
    /// known, and after any step whose gain was poor.
    private var isBending = true

    /// A first step expected to gain less than this share of the cost starts close enough to the
    /// solution to be taken straight.
    private static let smallFirst = 0.1

    /// How many trials in a row could not be evaluated.
    private var failuresInARow = 0

    init(search: Search, options: SolverOptions) {
        self.search = search
        self.options = options
        damping = Damping(options.initialDamping)
    }

    /// Why a search may stop, before it is polished.
    struct Stop {
        let reason: Termination.Reason
        let measure: Double
        let tolerance: Double
    }

    mutating func solve<Problem: LeastSquaresProblem>(_ problem: inout Problem) -> Solution {
        guard evaluateStart(&problem) else {
            return solution(Stop(reason: .notFinite, measure: .nan, tolerance: 0))
        }
        while true {
            let stop = descend(&problem)
            guard stop.reason != .notFinite, stop.reason != .iterationLimit else {
                return solution(stop)
            }
            // Undamped steps see along flat valleys where damped ones crawl: when they lower the
            // cost by more than the tolerance, the search had stopped too early.
            let before = search.cost
            polish(&problem)
            let gained = before - search.cost
            guard gained > max(options.costTolerance, 1e-10) * before,
                iterations < options.maximumIterations
            else { return solution(stop) }
        }
    }

    private mutating func evaluateStart<Problem: LeastSquaresProblem>(
        _ problem: inout Problem
    ) -> Bool {
        for index in 0..<search.parameterCount {
            search.memory.trialPoint[index] = search.memory.point[index]
        }
        let cost = evaluateTrial(&problem)
        search.start(cost: cost)
        startCost = cost
        return cost.isFinite
    }

    /// Evaluates the trial point; NaN when anything that counts is not finite.
    mutating func evaluateTrial<Problem: LeastSquaresProblem>(
        _ problem: inout Problem
    ) -> Double {
        let memory = search.memory
        evaluations += 1
        problem.evaluate(
            UnsafeBufferPointer(start: memory.trialPoint, count: search.parameterCount),
            residuals: UnsafeMutableBufferPointer(start: memory.trialResiduals, count: search.rows),
            jacobian: UnsafeMutableBufferPointer(
                start: memory.trialJacobian, count: search.rows * search.parameterCount))
        let cost = search.cost(of: memory.trialResiduals)
        guard cost.isFinite, search.isFinite(jacobian: memory.trialJacobian) else { return .nan }
        search.silenceDroppedRows(
            residuals: memory.trialResiduals, jacobian: memory.trialJacobian)
        return cost
    }

    /// Takes damped steps until a rule says stop.
    private mutating func descend<Problem: LeastSquaresProblem>(
        _ problem: inout Problem
    ) -> Stop {
        while true {
            let cosine = search.projectedCosine
            if cosine <= options.gradientTolerance {
                return Stop(
                    reason: .gradient, measure: cosine, tolerance: options.gradientTolerance)
            }
            if search.cost <= Termination.vanishing * startCost {
                return Stop(
                    reason: .cost, measure: search.cost / startCost,
                    tolerance: Termination.vanishing)
            }
            if let stop = tryStep(&problem) { return stop }
        }
    }

    /// Tries steps from one point until one is accepted or a rule says stop.
    private mutating func tryStep<Problem: LeastSquaresProblem>(
        _ problem: inout Problem
    ) -> Stop? {
        while true {
            if iterations >= options.maximumIterations {
                return Stop(
                    reason: .iterationLimit, measure: Double(iterations),
                    tolerance: Double(options.maximumIterations))
            }
            if damping.isExhausted {
                return Stop(
                    reason: failuresInARow > 0 ? .notFinite : .stalled, measure: damping.value,
                    tolerance: Damping.largest)
            }
            iterations += 1
            guard search.propose(damping: damping.value) else {
                damping.reject()
                continue
            }
            let hasMoved = search.moveTrial()
            let decrement = search.decrement / search.cost
            let change = search.relativeStep
            let isSmall = decrement <= options.costTolerance
            if !hasMoved || isSmall && damping.value < 1 {
                return hasMoved || damping.value < 1
                    ? Stop(
                        reason: .cost, measure: decrement, tolerance: options.costTolerance)
                    : Stop(
                        reason: failuresInARow > 0 ? .notFinite : .stalled,
                        measure: damping.value, tolerance: Damping.largest)
            }
            guard
                !isBending || search.hasResidualCurvature
                    || decrement < Self.smallFirst && iterations == 1 || bend(&problem)
            else {
                damping.reject()
                continue
            }
            let trialCost = evaluateTrial(&problem)
            failuresInARow = trialCost.isNaN ? failuresInARow + 1 : 0
            let gain = (search.cost - trialCost) / search.predicted
            guard trialCost < search.cost, gain > 1e-4 else {
                if change <= options.stepTolerance, damping.value < 1 {
                    return Stop(reason: .step, measure: change, tolerance: options.stepTolerance)
                }
                isBending = true
                damping.reject()
                continue
            }
            damping.accept(gain: gain)
            isBending = gain < 0.75
            search.acceptTrial(cost: trialCost)
            if change <= options.stepTolerance, damping.value < 1 {
                return Stop(reason: .step, measure: change, tolerance: options.stepTolerance)
            }
            return nil
        }
    }

    /// Bends the step along the curvature of the residuals.
    ///
    /// - Returns: False when the curvature is too strong for the step's length.
    private mutating func bend<Problem: LeastSquaresProblem>(_ problem: inout Problem) -> Bool {
        search.moveProbe()
        evaluations += 1
        problem.evaluate(
            UnsafeBufferPointer(start: search.memory.trialPoint, count: search.parameterCount),
            residuals: UnsafeMutableBufferPointer(
                start: search.memory.trialResiduals, count: search.rows),
            jacobian: nil)
        let ratio = search.bendStep(damping: damping.value)
        guard ratio <= Search.greatestBend else { return false }
        return search.moveTrial()
    }

    private func solution(_ stop: Stop) -> Solution {
        let termination = Termination(
            reason: stop.reason, measure: stop.measure, tolerance: stop.tolerance,
            iterations: iterations, evaluations: evaluations)
        return search.solution(termination)
    }
}
