/// The covariance of the parameters, from the model linearised at the solution.
///
/// With J the Jacobian, W the weights and σ² the variance of a residual of weight 1 it is
/// σ²·(JᵀWJ)⁻¹. Unless given, σ² is Σwr²/(n − p), n the rows that count and p the free parameters.
/// Robust losses and correlated noise are built on top, with σ² = 1.
///
///     let errors = solution.covariance(parameters).standardErrors
///
/// Parameters that are fixed or held at a bound count as known: their rows are zero. Where the data
/// do not determine a parameter its variance is infinite, and its covariances are zero.
///
/// Source: Seber and Wild, "Nonlinear Regression" (1989), section 2.8.
package struct Covariance: Equatable, Sendable {
    /// Parameters × parameters, column-major, symmetric.
    package let matrix: [Double]

    /// Square roots of the diagonal.
    package let standardErrors: [Double]

    /// The number of directions of the free parameters that the data determine.
    package let rank: Int

    /// Largest over smallest singular value of the weighted, column-scaled Jacobian.
    package let conditionNumber: Double

    /// The direction along which the residuals change least: a unit vector in parameters scaled by
    /// their Jacobian columns; large entries are the parameters that trade off.
    package let flattestDirection: [Double]

    /// Computes the covariance for a noise of known variance.
    ///
    /// - Parameters:
    ///   - jacobian: ∂residual/∂parameter, unweighted, column-major.
    ///   - variance: The variance of a residual of weight 1; infinite when unknown.
    ///   - isKnown: One per parameter, true for one that counts as known: fixed or at a bound.
    ///   - weights: One per row, at least 0.
    package init(jacobian: [Double], variance: Double, isKnown: [Bool], weights: [Double]) {
        let free = isKnown.indices.filter { !isKnown[$0] }
        let spectrum = ScaledSpectrum(jacobian: jacobian, selected: free, weights: weights)
        let inverse = spectrum?.inverseGram()
        var matrix = [Double](repeating: 0, count: isKnown.count * isKnown.count)
        var flattest = [Double](repeating: 0, count: isKnown.count)
        for (column, parameter) in free.enumerated() {
            for (other, otherParameter) in free.enumerated() {
                matrix[parameter * isKnown.count + otherParameter] =
                    inverse.map { variance * $0[column * free.count + other] } ?? .infinity
            }
            flattest[parameter] = spectrum?.flattest[column] ?? 0
        }
        for (column, parameter) in free.enumerated()
        where spectrum?.isUndetermined(column) ?? true
            || !matrix[parameter * isKnown.count + parameter].isFinite
        {
            Self.forget(parameter, in: &matrix, count: isKnown.count)
        }
        self.matrix = matrix
        standardErrors = isKnown.indices.map { matrix[$0 * isKnown.count + $0].squareRoot() }
        rank = spectrum?.rank ?? 0
        conditionNumber = spectrum?.conditionNumber ?? .infinity
        flattestDirection = flattest
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
    /// The covariance of least squares at this solution, parameters at a bound counted as known.
    ///
    /// - Parameters:
    ///   - parameters: As given to the solver.
    ///   - weights: As given to the solver.
    /// - Returns: The covariance of all parameters, the noise taken from the residuals.
    package func covariance(
        _ parameters: [SolverParameter], weights: [Double]? = nil
    ) -> Covariance {
        let weights = weights ?? [Double](repeating: 1, count: residuals.count)
        let isKnown = parameters.indices.map { parameters[$0].isFixed || atBound[$0] }
        let spare = weights.count { $0 > 0 } - isKnown.count { !$0 }
        let squares = zip(weights, residuals).reduce(0) { sum, row in
            row.0 > 0 ? sum + row.0 * row.1 * row.1 : sum
        }
        return Covariance(
            jacobian: jacobian, variance: spare > 0 ? squares / Double(spare) : .infinity,
            isKnown: isKnown, weights: weights)
    }
}

/// Singular values and directions of a weighted, column-scaled Jacobian.
///
/// Columns are divided by their lengths first, so that neither units nor the size of a parameter
/// decides what counts as dependent.
private struct ScaledSpectrum {
    let columns: Int

    /// Column lengths; 1 for a column of zeros.
    let lengths: [Double]

    /// Singular values of the scaled matrix, largest first.
    let values: [Double]

    /// Vᵀ: row i is the direction of value i.
    let transposedVectors: DenseMatrix

    /// The number of values above rounding.
    let rank: Int

    /// Decomposes diag(√weight)·J.
    ///
    /// - Parameters:
    ///   - jacobian: Column-major, `weights.count` rows.
    ///   - selected: The columns to take.
    ///   - weights: One per row; rows of weight zero or less do not count.
    init?(jacobian: [Double], selected: [Int], weights: [Double]) {
        let rows = weights.count
        let kept = weights.indices.filter { weights[$0] > 0 }
        columns = selected.count
        // Padded with zero rows to be at least square, so that R is complete.
        let height = DenseMatrix.paddedRows(max(kept.count, selected.count))
        var tall = DenseMatrix(rows: height, columns: selected.count)
        var lengths = [Double](repeating: 1, count: selected.count)
        for (column, parameter) in selected.enumerated() {
            var square = 0.0
            for (position, row) in kept.enumerated() {
                let value = weights[row].squareRoot() * jacobian[parameter * rows + row]
                tall[position, column] = value
                square += value * value
            }
            guard square.isFinite else { return nil }
            if square > 0 { lengths[column] = square.squareRoot() }
            for position in 0..<height { tall[position, column] /= lengths[column] }
        }
        self.lengths = lengths
        var triangle = DenseMatrix(rows: columns, columns: columns)
        DenseMatrix.triangle(
            &tall.elements, rows: height, columns: columns, into: &triangle.elements,
            stride: columns)
        guard let (values, vectors) = triangle.singularValues() else { return nil }
        self.values = values
        transposedVectors = vectors
        let limit = (values.first ?? 0) * Double(max(kept.count, columns)) * Double.ulpOfOne
        rank = values.count { $0 > limit }
    }

    /// Largest over smallest singular value; infinity when columns are dependent.
    var conditionNumber: Double {
        guard let largest = values.first, let smallest = values.last else { return 1 }
        return rank == columns ? largest / smallest : .infinity
    }

    /// The unit direction, in scaled parameters, along which the residuals change least.
    var flattest: [Double] {
        guard columns > 0 else { return [] }
        return (0..<columns).map { transposedVectors[columns - 1, $0] }
    }

    /// True for a column that takes part in a direction that the data do not determine.
    func isUndetermined(_ column: Int) -> Bool {
        (rank..<columns).contains { abs(transposedVectors[$0, column]) > 1e-8 }
    }

    /// The inverse of the normal matrix on the directions that the data determine, symmetric.
    func inverseGram() -> [Double] {
        var inverse = [Double](repeating: 0, count: columns * columns)
        for column in 0..<columns {
            for row in 0..<columns {
                var sum = 0.0
                for index in 0..<rank {
                    let left = transposedVectors[index, row] / values[index]
                    let right = transposedVectors[index, column] / values[index]
                    sum += left * right
                }
                inverse[column * columns + row] = sum / (lengths[row] * lengths[column])
            }
        }
        return inverse
    }
}
