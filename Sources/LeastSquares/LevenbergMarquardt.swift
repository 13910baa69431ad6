/// Bounded, robust nonlinear least squares by the Levenberg–Marquardt method.
///
/// Minimises Σ wᵢ ρ(rᵢ(θ)) over the free parameters θ within their bounds. Each step solves the
/// linearised problem with damping, min ½‖J·d + r‖² + ½μ‖D·d‖², from a QR factorisation of J, and
/// polishes the end with undamped steps. The answer is always a value: not converging is one.
///
///     let solver = LevenbergMarquardt()
///     let solution = solver.solve(
///         &problem, parameters: [SolverParameter(1, lower: 0), SolverParameter(0.5)],
///         loss: .huber(delta: 1e-3))
///     if solution.termination.converged { print(solution.parameters) }
///
/// `TrustRegionLoop` lists the parts.
///
/// Sources: Moré, "The Levenberg–Marquardt algorithm: implementation and theory" (1978),
/// doi:10.1007/BFb0067700; Nielsen, IMM-REP-1999-05 (1999), for the damping.
package struct LevenbergMarquardt: Sendable {
    /// The stopping rules, and the first damping.
    package var options: SolverOptions

    /// Makes a solver with the given stopping rules.
    package init(options: SolverOptions = SolverOptions()) {
        self.options = options
    }

    /// Finds a local minimum from the parameters' initial values.
    ///
    /// - Parameters:
    ///   - problem: Residuals and their derivatives.
    ///   - parameters: One per parameter of the problem: start, bounds, fixed or free.
    ///   - loss: The cost of one residual.
    ///   - weights: One multiplicity or weight per residual, at least 0; `nil` for all ones.
    /// - Returns: The point where the search ended, and the reason.
    package func solve<Problem: LeastSquaresProblem>(
        _ problem: inout Problem, parameters: [SolverParameter], loss: RobustLoss = .squares,
        weights: [Double]? = nil
    ) -> Solution {
        solve(
            &problem, parameters: parameters, loss: loss, weights: weights, workspace: Workspace())
    }

    /// Finds a local minimum, with memory that many solves can share.
    ///
    /// - Parameters:
    ///   - problem: Residuals and their derivatives.
    ///   - parameters: One per parameter of the problem: start, bounds, fixed or free.
    ///   - loss: The cost of one residual.
    ///   - weights: One multiplicity or weight per residual, at least 0; `nil` for all ones.
    ///   - workspace: Memory, used by one solve at a time.
    /// - Returns: The point where the search ended, and the reason.
    package func solve<Problem: LeastSquaresProblem>(
        _ problem: inout Problem, parameters: [SolverParameter], loss: RobustLoss = .squares,
        weights: [Double]? = nil, workspace: Workspace
    ) -> Solution {
        precondition(parameters.count == problem.parameterCount, "one parameter each")
        precondition(weights.map { $0.count == problem.residualCount } ?? true, "one weight each")
        return withExtendedLifetime(workspace) {
            workspace.reset()
            let weighted = WeightedLoss(
                loss, weights: weights, rows: problem.residualCount, workspace: workspace)
            var loop = TrustRegionLoop(
                parameters, loss: weighted, options: options, workspace: workspace)
            return loop.solve { parameters, residuals, jacobian in
                problem.evaluate(parameters, residuals: residuals, jacobian: jacobian)
            }
        }
    }
}
