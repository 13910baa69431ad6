extension SolverRun {
    /// A step expected to lower the cost by this share moves no parameter by 1e-11 of its standard
    /// error.
    private static var negligible: Double { 1e-24 }

    /// Takes undamped steps past the tolerances while each is shorter than the one before.
    ///
    /// Near the solution the cost no longer tells steps apart (its rounding hides half of the
    /// parameters' digits), but the length of the undamped step still does.
    ///
    /// - Parameter problem: Residuals and their derivatives.
    /// - Returns: The rule of a solution that the last undamped step satisfies, if any.
    mutating func polish<Problem: LeastSquaresProblem>(_ problem: inout Problem) -> Stop? {
        var lastDecrement = Double.infinity
        var verdict: Stop?
        for _ in 0..<options.maximumPolishingSteps {
            guard search.propose(damping: 0), search.moveTrial() else { return verdict }
            let decrement = search.decrement
            let change = search.relativeStep
            if change <= options.stepTolerance {
                verdict = Stop(
                    reason: .step, measure: change, tolerance: options.stepTolerance)
            }
            guard decrement < 0.5 * lastDecrement, decrement > Self.negligible * search.cost else {
                return verdict
            }
            lastDecrement = decrement
            let trialCost = evaluateTrial(&problem)
            iterations += 1
            // Residuals much smaller than the data carry the data's rounding: what guards here is
            // the shrinking step, and this only stops a step that fails outright.
            guard trialCost <= search.cost * (1 + 1e-6) else { return verdict }
            search.acceptTrial(cost: trialCost)
        }
        return verdict
    }
}
