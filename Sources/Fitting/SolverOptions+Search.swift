package import LeastSquares

extension SolverOptions {
    /// For the many searches of a fit, of which the best one is taken to the last digit afterwards.
    ///
    /// A start only has to show which optimum it leads to; a refit, to end within a ten-thousandth
    /// of a standard error, which a part in 10¹¹ of the cost is below.
    package static let search = SolverOptions(costTolerance: 1e-11, maximumPolishingSteps: 0)
}
