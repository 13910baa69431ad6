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

/// Residuals that depend on parameters, and their derivatives.
///
/// The solver minimises Σ wᵢ ρ(rᵢ) over the parameters; model, data and scale behind the residuals
/// are the conforming type's business.
package protocol LeastSquaresProblem {
    /// The number of residuals that one evaluation fills.
    var residualCount: Int { get }

    /// The number of parameters, fixed ones included.
    var parameterCount: Int { get }

    /// Fills the residuals and, when asked, their derivatives.
    ///
    /// Non-finite values mean "cannot be evaluated here": the solver then shortens its step.
    ///
    /// - Parameters:
    ///   - parameters: The point; length `parameterCount`.
    ///   - residuals: Receives observed − predicted; length `residualCount`.
    ///   - jacobian: Receives ∂residual/∂parameter, column-major `residualCount` ×
    ///     `parameterCount`; `nil` when only the residuals are wanted.
    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>,
        residuals: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?)
}

/// One parameter as the solver sees it: its start, and its bounds.
package struct SolverParameter: Equatable, Sendable {
    /// The start of the search; moved to the nearer bound when it lies outside.
    package var initialValue: Double

    /// The least value allowed; −∞ for none.
    package var lower: Double

    /// The greatest value allowed; +∞ for none.
    package var upper: Double

    /// True for a parameter that keeps its initial value.
    package var isFixed: Bool

    /// Describes one parameter; bounds out of order are a programmer's error.
    ///
    /// - Parameters:
    ///   - initialValue: The start of the search.
    ///   - lower: The least value allowed.
    ///   - upper: The greatest value allowed.
    ///   - isFixed: True to keep the initial value.
    package init(
        _ initialValue: Double, lower: Double = -.infinity, upper: Double = .infinity,
        isFixed: Bool = false
    ) {
        precondition(lower <= upper, "lower = \(lower) must be <= upper = \(upper)")
        self.initialValue = initialValue
        self.lower = lower
        self.upper = upper
        self.isFixed = isFixed
    }

    /// The initial value, moved inside the bounds.
    var start: Double { isFixed ? initialValue : clamp(initialValue) }

    /// The nearest allowed value; NaN stays NaN, so that it is noticed.
    func clamp(_ value: Double) -> Double {
        if value < lower { return lower }
        return value > upper ? upper : value
    }
}

/// The stopping rules of the solver, and its first damping.
///
/// The tolerances are dimensionless, so they need no thought about units. The defaults are strict:
/// exact derivatives reach about as many digits as the data allow.
package struct SolverOptions: Equatable, Sendable {
    /// Stop when a step can lower the cost by less than this fraction.
    package var costTolerance: Double

    /// Stop when a step changes the scaled parameters by less than this fraction.
    package var stepTolerance: Double

    /// Stop when no Jacobian column makes an angle with the influences whose cosine exceeds this.
    package var gradientTolerance: Double

    /// The most steps tried, rejected ones included.
    package var maximumIterations: Int

    /// The first damping μ, relative to the scaled normal matrix, whose diagonal is one.
    package var initialDamping: Double

    /// The most undamped steps taken after convergence, while they still improve.
    package var maximumPolishingSteps: Int

    /// Sets the stopping rules.
    ///
    /// - Parameters:
    ///   - costTolerance: Least relative reduction of the cost worth a step.
    ///   - stepTolerance: Least relative change of the scaled parameters.
    ///   - gradientTolerance: Greatest cosine left at a solution.
    ///   - maximumIterations: The most steps tried.
    ///   - initialDamping: The first damping; smaller is bolder.
    ///   - maximumPolishingSteps: The most undamped steps after convergence.
    package init(
        costTolerance: Double = 1e-14, stepTolerance: Double = 1e-12,
        gradientTolerance: Double = 1e-12, maximumIterations: Int = 1_000,
        initialDamping: Double = 1e-5, maximumPolishingSteps: Int = 20
    ) {
        self.costTolerance = costTolerance
        self.stepTolerance = stepTolerance
        self.gradientTolerance = gradientTolerance
        self.maximumIterations = maximumIterations
        self.initialDamping = initialDamping
        self.maximumPolishingSteps = maximumPolishingSteps
    }
}

/// The end of a search, with everything needed to judge it.
package struct Solution: Equatable, Sendable {
    /// The parameters, fixed ones included.
    package let parameters: [Double]

    /// Σ wᵢ ρ(rᵢ).
    package let cost: Double

    /// Residuals at the solution, unweighted.
    package let residuals: [Double]

    /// ∂residual/∂parameter at the solution, unweighted, column-major residuals × parameters.
    package let jacobian: [Double]

    /// Derivatives of the cost, ∂cost/∂parameter; zero for fixed parameters.
    package let gradient: [Double]

    /// True for a free parameter that ended exactly on a bound.
    package let atBound: [Bool]

    /// The reason that the search stopped.
    package let termination: Termination

    package init(
        parameters: [Double], cost: Double, residuals: [Double], jacobian: [Double],
        gradient: [Double], atBound: [Bool], termination: Termination
    ) {
        self.parameters = parameters
        self.cost = cost
        self.residuals = residuals
        self.jacobian = jacobian
        self.gradient = gradient
        self.atBound = atBound
        self.termination = termination
    }
}
