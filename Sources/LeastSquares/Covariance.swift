/// How sure the parameters are, from the model linearised at the solution.
///
/// With J the Jacobian, ψ = ρ′ the influences, w the weights, n the rows that count and p the free
/// parameters:
/// - homoscedastic: K²·(Σwψ²/(n − p))/m²·(JᵀWJ)⁻¹ with m the mean of ψ′ and
///   K = 1 + (p/n)·var(ψ′)/m². For plain squares this is the classic s²(JᵀWJ)⁻¹.
/// - sandwich: n/(n − p)·H⁻¹(Σ w²ψ²JᵢJᵢᵀ)H⁻¹ with H = Jᵀ·diag(wψ′)·J: noise may differ by row.
///   Where Huber's δ is far below the noise, ψ′ is taken from a wider window (`BreadCurvature`).
/// - clustered: the same with the sums wψJ taken per cluster first: noise may be correlated inside.
///
/// Parameters that are fixed or held at a bound count as known: their rows are zero. Where the data
/// do not determine a parameter its variance is infinite, and its covariances are zero.
///
/// Source: Huber, "Robust Statistics" (1981), section 7.6, and Liang and Zeger (1986),
/// doi:10.1093/biomet/73.1.13.
package struct Covariance: Equatable, Sendable {
    /// What is assumed of the noise.
    package enum Form: Equatable, Sendable {
        case homoscedastic
        case sandwich
        /// One cluster number per residual.
        case clustered([Int])
    }

    /// Parameters × parameters, column-major, symmetric.
    package let matrix: [Double]

    /// Square roots of the diagonal.
    package let standardErrors: [Double]

    /// How many directions of the free parameters the data determine.
    package let rank: Int

    /// Largest over smallest singular value of the weighted, column-scaled Jacobian.
    package let conditionNumber: Double

    /// The direction along which the residuals change least: a unit vector in parameters scaled by
    /// their Jacobian columns; large entries are the parameters that trade off.
    package let flattestDirection: [Double]

    /// Rows that count less free parameters.
    package let degreesOfFreedom: Int

    /// Computes the covariance at a solution.
    ///
    /// - Parameters:
    ///   - jacobian: ∂residual/∂parameter, unweighted, column-major.
    ///   - residuals: Residuals at the solution, unweighted.
    ///   - isHeld: Whether a parameter counts as known, one per parameter: fixed or at a bound.
    ///   - loss: The loss that was minimised.
    ///   - weights: The weights of the fit; `nil` for all ones.
    ///   - form: What is assumed of the noise.
    ///   - inflation: A factor on all variances: points per effective point when the noise is
    ///     correlated.
    package init(
        jacobian: [Double], residuals: [Double], isHeld: [Bool], loss: RobustLoss = .squares,
        weights: [Double]? = nil, form: Form = .homoscedastic, inflation: Double = 1
    ) {
        let weights = weights ?? [Double](repeating: 1, count: residuals.count)
        let free = isHeld.indices.filter { !isHeld[$0] }
        let noise = NoiseSummary(
            residuals: residuals, weights: weights, loss: loss, freeCount: free.count)
        let spectrum = ScaledSpectrum(jacobian: jacobian, selected: free, weights: weights)
        let inner =
            form == .homoscedastic
            ? spectrum?.inverseGram().map { $0 * noise.homoscedasticScale }
            : Sandwich(
                jacobian: jacobian, residuals: residuals, weights: weights, loss: loss, free: free
            ).covariance(form, correction: noise.smallSampleCorrection)
        var matrix = [Double](repeating: 0, count: isHeld.count * isHeld.count)
        var flattest = [Double](repeating: 0, count: isHeld.count)
        for (column, parameter) in free.enumerated() {
            for (other, otherParameter) in free.enumerated() {
                matrix[parameter * isHeld.count + otherParameter] =
                    inflation * (inner?[column * free.count + other] ?? .infinity)
            }
            flattest[parameter] = spectrum?.flattest[column] ?? 0
        }
        for (column, parameter) in free.enumerated()
        where spectrum?.isUndetermined(column) ?? true
            || !matrix[parameter * isHeld.count + parameter].isFinite
        {
            Self.forget(parameter, in: &matrix, count: isHeld.count)
        }
        self.matrix = matrix
        standardErrors = isHeld.indices.map { matrix[$0 * isHeld.count + $0].squareRoot() }
        rank = spectrum?.rank ?? 0
        conditionNumber = spectrum?.conditionNumber ?? .infinity
        flattestDirection = flattest
        degreesOfFreedom = noise.count - free.count
    }

    private static func forget(_ parameter: Int, in matrix: inout [Double], count: Int) {
        for other in 0..<count {
            matrix[parameter * count + other] = 0
            matrix[other * count + parameter] = 0
        }
        matrix[parameter * count + parameter] = .infinity
    }

    /// The parameters that trade off along the flattest direction, the most involved first.
    ///
    /// - Parameter share: The least absolute entry of the unit direction that counts.
    /// - Returns: Indices of parameters.
    package func tradingOff(share: Double = 0.3) -> [Int] {
        flattestDirection.indices.filter { abs(flattestDirection[$0]) >= share }
            .sorted { abs(flattestDirection[$0]) > abs(flattestDirection[$1]) }
    }
}

extension Solution {
    /// The covariance at this solution, parameters at a bound counted as known.
    ///
    /// - Parameters:
    ///   - parameters: As given to the solver.
    ///   - loss: As given to the solver.
    ///   - weights: As given to the solver.
    ///   - form: What is assumed of the noise.
    ///   - inflation: A factor on all variances.
    /// - Returns: The covariance of all parameters.
    package func covariance(
        _ parameters: [SolverParameter], loss: RobustLoss = .squares, weights: [Double]? = nil,
        form: Covariance.Form = .homoscedastic, inflation: Double = 1
    ) -> Covariance {
        Covariance(
            jacobian: jacobian, residuals: residuals,
            isHeld: parameters.indices.map { parameters[$0].isFixed || atBound[$0] }, loss: loss,
            weights: weights, form: form, inflation: inflation)
    }
}
