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
