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
