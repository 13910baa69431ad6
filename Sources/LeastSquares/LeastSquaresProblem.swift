/// Residuals that depend on parameters, and their derivatives.
///
/// The solver minimises Σ wᵢ ρ(rᵢ) over the parameters. Which model, data and scale stand behind
/// the residuals is the conforming type's business.
package protocol LeastSquaresProblem {
    /// How many residuals one evaluation fills.
    var residualCount: Int { get }

    /// How many parameters the residuals depend on, fixed ones included.
    var parameterCount: Int { get }

    /// Fills the residuals and, when asked, their derivatives.
    ///
    /// Non-finite values mean "cannot be evaluated here": the solver then shortens its step.
    ///
    /// - Parameters:
    ///   - parameters: Where to evaluate; length `parameterCount`.
    ///   - residuals: Receives observed − predicted; length `residualCount`.
    ///   - jacobian: Receives ∂residual/∂parameter, column-major `residualCount` ×
    ///     `parameterCount`; `nil` when only the residuals are wanted.
    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>,
        residuals: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?)
}
