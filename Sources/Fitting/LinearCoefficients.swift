/// The coefficients of a sum of columns that is closest to a target, none below a floor.
enum LinearCoefficients {
    /// Solves min Σ ((target − Σ cⱼφⱼ)/weight)² with cⱼ at least its floor.
    ///
    /// - Parameters:
    ///   - columns: φⱼ at every point.
    ///   - target: What the sum is to be, at every point.
    ///   - weights: What a difference at a point is measured in.
    ///   - floors: The least value of each coefficient; one that cannot be determined is put there.
    /// - Returns: A coefficient per column.
    static func best(
        columns: [ArraySlice<Double>], target: [Double], weights: [Double], floors: [Double]
    ) -> [Double] {
        let system = NormalEquations(columns: columns, target: target, weights: weights)
        var active = Array(columns.indices)
        var pinned: [Int: Double] = [:]
        var solved = system.solve(over: active, pinned: pinned)
        func excess(_ index: Int) -> Double {
            solved[index].isFinite ? solved[index] - floors[index] : -.infinity
        }
        // Every round pins one more coefficient, so the rounds end.
        while let worst = active.min(by: { excess($0) < excess($1) }), excess(worst) < 0 {
            pinned[worst] = floors[worst]
            active.removeAll { $0 == worst }
            solved = system.solve(over: active, pinned: pinned)
        }
        return columns.indices.map { pinned[$0] ?? solved[$0] }
    }
}

/// Σ ((target − Σ cⱼφⱼ)/weight)² and its minimum over some of the coefficients.
///
/// Cholesky on column-scaled normal equations: a handful of columns, and a start does not need the
/// digits that squaring the condition number costs.
private struct NormalEquations {
    private var matrix: [[Double]]
    private var rightSide: [Double]

    init(columns: [ArraySlice<Double>], target: [Double], weights: [Double]) {
        let inverse = weights.map { 1 / ($0 * $0) }
        // Each pair of columns once, over plain memory: this runs for every start of a design.
        func dot(_ left: ArraySlice<Double>, _ right: ArraySlice<Double>) -> Double {
            left.withUnsafeBufferPointer { left in
                right.withUnsafeBufferPointer { right in
                    inverse.withUnsafeBufferPointer { inverse in
                        var sum = 0.0
                        for row in inverse.indices { sum += left[row] * right[row] * inverse[row] }
                        return sum
                    }
                }
            }
        }
        matrix = columns.map { _ in Array(repeating: 0, count: columns.count) }
        for row in columns.indices {
            for column in 0...row {
                matrix[row][column] = dot(columns[row], columns[column])
                matrix[column][row] = matrix[row][column]
            }
        }
        rightSide = columns.map { dot($0, target[...]) }
    }

    /// The coefficients, NaN where a column is not finite; the pinned ones are held.
    func solve(over active: [Int], pinned: [Int: Double]) -> [Double] {
        var solution = Array(repeating: 0.0, count: rightSide.count)
        for (index, value) in pinned { solution[index] = value }
        let scales = active.map { matrix[$0][$0] > 0 ? matrix[$0][$0].squareRoot() : 1 }
        var lower = active.map { _ in Array(repeating: 0.0, count: active.count) }
        for (row, rowIndex) in active.enumerated() {
            for (column, columnIndex) in active.prefix(row + 1).enumerated() {
                var sum = matrix[rowIndex][columnIndex] / (scales[row] * scales[column])
                for inner in 0..<column { sum -= lower[row][inner] * lower[column][inner] }
                // The ridge keeps columns that are copies of one another solvable.
                lower[row][column] =
                    row == column ? max(sum, 1e-12).squareRoot() : sum / lower[column][column]
            }
        }
        var work = active.enumerated().map { row, index in
            let held = pinned.reduce(0) { $0 + matrix[index][$1.key] * $1.value }
            return (rightSide[index] - held) / scales[row]
        }
        for row in work.indices {
            for inner in 0..<row { work[row] -= lower[row][inner] * work[inner] }
            work[row] /= lower[row][row]
        }
        for row in work.indices.reversed() {
            for inner in (row + 1)..<work.count { work[row] -= lower[inner][row] * work[inner] }
            work[row] /= lower[row][row]
        }
        for (row, index) in active.enumerated() { solution[index] = work[row] / scales[row] }
        return solution
    }
}
