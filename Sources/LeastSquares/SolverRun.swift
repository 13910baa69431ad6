/// The loop: proposes steps, evaluates them, and decides when to stop.
struct SolverRun {
    var search: Search
    let options: SolverOptions
    var damping: Damping
    var iterations = 0
    var evaluations = 0

    /// Whether the residuals curve so much that steps must follow: so at first, as nothing is
    /// known, and after any step whose gain was poor or would have been, taken straight.
    private var isBending = true

    /// A first step expected to gain less than this share of the cost starts close enough to the
    /// solution to be taken straight.
    private static let smallFirst = 0.1

    /// The least share of the predicted reduction that makes a step worth keeping.
    private static let leastGain = 1e-4

    /// The share of the predicted reduction from which on residuals count as straight.
    private static let goodGain = 0.75

    /// Up to this damping, a step of no length means a gradient of none.
    private static let moderateDamping = 1e6

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
            let verdict = polish(&problem)
            let gained = before - search.cost
            guard gained > max(options.costTolerance, 1e-10) * before,
                iterations < options.maximumIterations
            else { return solution(stop.reason == .stalled ? verdict ?? stop : stop) }
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
        return search.trialCost()
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
            if let stop = judge(decrement: decrement, hasMoved: hasMoved) { return stop }
            let bend = isStraight(decrement: decrement) ? nil : bend(&problem)
            if let bend, !(bend.excess <= 1 && search.moveTrial()) {
                damping.reject(excess: bend.excess)
                continue
            }
            let trialCost = evaluateTrial(&problem)
            failuresInARow = trialCost.isNaN ? failuresInARow + 1 : 0
            let change = search.relativeStep
            let gain = (search.cost - trialCost) / search.predicted
            let isBetter = trialCost < search.cost && gain > Self.leastGain
            let isStill = change <= options.stepTolerance && damping.value < 1
            if isBetter {
                damping.accept(gain: gain)
                isBending = !((bend?.straightGain ?? gain) >= Self.goodGain)
                search.acceptTrial(cost: trialCost)
            }
            if isStill {
                return Stop(reason: .step, measure: change, tolerance: options.stepTolerance)
            }
            if isBetter { return nil }
            isBending = true
            damping.reject()
        }
    }

    /// Whether a step is so small that it need not be tried.
    private func judge(decrement: Double, hasMoved: Bool) -> Stop? {
        if decrement <= options.costTolerance, damping.value < 1 {
            return Stop(reason: .cost, measure: decrement, tolerance: options.costTolerance)
        }
        guard !hasMoved else { return nil }
        // A step lost in the parameters' last digits is a solution's, unless it was damped away.
        return damping.value < Self.moderateDamping
            ? Stop(
                reason: .step, measure: search.relativeStep, tolerance: options.stepTolerance)
            : Stop(
                reason: failuresInARow > 0 ? .notFinite : .stalled, measure: damping.value,
                tolerance: Self.moderateDamping)
    }

    /// Whether a step may be taken as it is, without asking how the residuals curve along it.
    private func isStraight(decrement: Double) -> Bool {
        !isBending || search.hasResidualCurvature
            || decrement < Self.smallFirst && iterations == 1
    }

    /// Bends the step along the curvature of the residuals.
    private mutating func bend<Problem: LeastSquaresProblem>(
        _ problem: inout Problem
    ) -> Search.Bend {
        search.moveProbe()
        evaluations += 1
        problem.evaluate(
            UnsafeBufferPointer(start: search.memory.trialPoint, count: search.parameterCount),
            residuals: UnsafeMutableBufferPointer(
                start: search.memory.trialResiduals, count: search.rows),
            jacobian: nil)
        let bend = search.bendStep(damping: damping.value)
        if !bend.excess.isFinite { failuresInARow += 1 }
        return bend
    }

    private func solution(_ stop: Stop) -> Solution {
        let termination = Termination(
            reason: stop.reason, measure: stop.measure, tolerance: stop.tolerance,
            iterations: iterations, evaluations: evaluations)
        return search.solution(termination)
    }
}
