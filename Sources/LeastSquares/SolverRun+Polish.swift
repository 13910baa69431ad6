extension SolverRun {
    /// Takes undamped steps past the tolerances while each is shorter than the one before.
    ///
    /// Near the solution the cost no longer tells steps apart (its rounding hides half of the
    /// parameters' digits), but the length of the undamped step still does.
    mutating func polish<Problem: LeastSquaresProblem>(_ problem: inout Problem) {
        var lastDecrement = Double.infinity
        for _ in 0..<options.maximumPolishingSteps {
            guard search.propose(damping: 0), search.moveTrial() else { return }
            let decrement = search.decrement
            guard decrement < 0.5 * lastDecrement, decrement > 1e-24 * search.cost else { return }
            lastDecrement = decrement
            let trialCost = evaluateTrial(&problem)
            iterations += 1
            // Residuals much smaller than the data carry the data's rounding: what guards here is
            // the shrinking step, and this only stops a step that fails outright.
            guard trialCost <= search.cost * (1 + 1e-6) else { return }
            search.acceptTrial(cost: trialCost)
        }
    }
}
