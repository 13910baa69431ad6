/// Singular values and directions of a weighted, column-scaled Jacobian.
///
/// Columns are divided by their lengths first, so that neither units nor the size of a parameter
/// decides what counts as dependent.
struct ScaledSpectrum {
    let columns: Int

    /// Column lengths; 1 for a column of zeros.
    let lengths: [Double]

    /// Singular values of the scaled matrix, largest first.
    let values: [Double]

    /// Vᵀ, column-major: row i is the direction of value i.
    let transposedVectors: [Double]

    /// How many values are above rounding.
    let rank: Int

    /// Decomposes diag(√weight)·J.
    ///
    /// - Parameters:
    ///   - jacobian: Column-major, `weights.count` rows.
    ///   - selected: Which columns to take.
    ///   - weights: One per row; rows of weight zero or less do not count.
    init?(jacobian: [Double], selected: [Int], weights: [Double]) {
        let rows = weights.count
        let kept = weights.indices.filter { weights[$0] > 0 }
        columns = selected.count
        // Padded with zero rows to be at least square, so that R is complete.
        let height = HouseholderQR.paddedRows(max(kept.count, selected.count))
        var tall = [Double](repeating: 0, count: height * selected.count)
        var lengths = [Double](repeating: 1, count: selected.count)
        for (column, parameter) in selected.enumerated() {
            var square = 0.0
            for (position, row) in kept.enumerated() {
                let value = weights[row].squareRoot() * jacobian[parameter * rows + row]
                tall[column * height + position] = value
                square += value * value
            }
            guard square.isFinite else { return nil }
            if square > 0 { lengths[column] = square.squareRoot() }
            for position in 0..<height {
                tall[column * height + position] /= lengths[column]
            }
        }
        self.lengths = lengths
        let triangle = Self.triangle(&tall, rows: height, columns: selected.count)
        guard let (values, vectors) = LAPACK.singularValues(triangle, count: selected.count)
        else { return nil }
        self.values = values
        transposedVectors = vectors
        let limit = (values.first ?? 0) * Double(max(kept.count, columns)) * Double.ulpOfOne
        rank = values.count { $0 > limit }
    }

    private static func triangle(_ tall: inout [Double], rows: Int, columns: Int) -> [Double] {
        var triangle = [Double](repeating: 0, count: columns * columns)
        HouseholderQR.factor(&tall, rows: rows, columns: columns, into: &triangle, stride: columns)
        return triangle
    }

    /// Largest over smallest singular value; infinity when columns are dependent.
    var conditionNumber: Double {
        guard let largest = values.first, let smallest = values.last else { return 1 }
        return rank == columns ? largest / smallest : .infinity
    }

    /// The unit direction, in scaled parameters, along which the residuals change least.
    var flattest: [Double] {
        guard columns > 0 else { return [] }
        return (0..<columns).map { transposedVectors[$0 * columns + columns - 1] }
    }

    /// Whether a column takes part in a direction that the data do not determine.
    func isUndetermined(_ column: Int) -> Bool {
        (rank..<columns).contains { abs(transposedVectors[column * columns + $0]) > 1e-8 }
    }

    /// The inverse of the normal matrix on the directions that the data determine, symmetric.
    func inverseGram() -> [Double] {
        var inverse = [Double](repeating: 0, count: columns * columns)
        for column in 0..<columns {
            for row in 0..<columns {
                var sum = 0.0
                for index in 0..<rank {
                    let left = transposedVectors[row * columns + index] / values[index]
                    let right = transposedVectors[column * columns + index] / values[index]
                    sum += left * right
                }
                inverse[column * columns + row] = sum / (lengths[row] * lengths[column])
            }
        }
        return inverse
    }
}
