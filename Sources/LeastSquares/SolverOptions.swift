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
