extension SmallSystem {
    /// The normal matrix RᵀR + X, one entry.
    func normal(_ row: Int, _ column: Int, hasExtra: Bool) -> Double {
        var sum = hasExtra ? extra[column * columns + row] : 0
        for index in 0...min(row, column) {
            sum += factor[row * columns + index] * factor[column * columns + index]
        }
        return sum
    }

    /// Solves by Cholesky factors of the scaled normal matrix, the only way once X is not zero.
    func solveByCholesky(
        _ query: Query, open: [Int], x: UnsafeMutablePointer<Double>
    ) -> Outcome {
        let count = open.count
        let matrix = query.scratch
        let side = matrix + count * count
        for (position, column) in open.enumerated() {
            let scale = query.norms[column]
            var slope = query.gradient?[column] ?? 0
            for row in 0...column {
                slope += factor[column * columns + row] * rotated[row]
            }
            for other in 0..<columns where !open.contains(other) && x[other] != 0 {
                slope += normal(column, other, hasExtra: query.hasExtra) * x[other]
            }
            side[position] = -slope / scale
            for other in 0...position {
                let entry = normal(column, open[other], hasExtra: query.hasExtra)
                matrix[other * count + position] = entry / (scale * query.norms[open[other]])
            }
            let leverage = query.scales[column] / scale
            matrix[position * count + position] += query.damping * leverage * leverage
        }
        guard Self.factorCholesky(matrix, count: count) else { return .indefinite }
        Self.substituteCholesky(matrix, side, count: count)
        for (position, column) in open.enumerated() {
            x[column] = side[position] / query.norms[column]
        }
        return .solved
    }

    /// Replaces the lower triangle by L with L·Lᵀ equal to the matrix.
    ///
    /// - Parameters:
    ///   - matrix: Symmetric, column-major, lower triangle used.
    ///   - count: Rows and columns.
    /// - Returns: False when the matrix is not positive definite.
    private static func factorCholesky(
        _ matrix: UnsafeMutablePointer<Double>, count: Int
    ) -> Bool {
        for column in 0..<count {
            for row in column..<count {
                var sum = matrix[column * count + row]
                for index in 0..<column {
                    sum -= matrix[index * count + row] * matrix[index * count + column]
                }
                if row == column {
                    // Scaled to a unit diagonal: what is left this small is rounding.
                    guard sum > 1e-14, sum.isFinite else { return false }
                    matrix[column * count + row] = sum.squareRoot()
                } else {
                    matrix[column * count + row] = sum / matrix[column * count + column]
                }
            }
        }
        return true
    }

    private static func substituteCholesky(
        _ matrix: UnsafeMutablePointer<Double>, _ side: UnsafeMutablePointer<Double>, count: Int
    ) {
        for row in 0..<count {
            for column in 0..<row {
                side[row] -= matrix[column * count + row] * side[column]
            }
            side[row] /= matrix[row * count + row]
        }
        for row in (0..<count).reversed() {
            for column in (row + 1)..<count {
                side[row] -= matrix[row * count + column] * side[column]
            }
            side[row] /= matrix[row * count + row]
        }
    }
}
