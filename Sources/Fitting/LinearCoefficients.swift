import LeastSquares

/// The coefficients of a sum of columns that is closest to a target, none below a floor.
enum LinearCoefficients {
    /// Solves min Σ (target − Σ cⱼφⱼ)² with cⱼ at least its floor.
    ///
    /// - Parameters:
    ///   - system: The sum's normal equations.
    ///   - floors: The least value of each coefficient; one that cannot be determined is put there.
    /// - Returns: A coefficient per column.
    static func best(_ system: NormalEquations, floors: [Double]) -> [Double] {
        var active = Array(floors.indices)
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
        return floors.indices.map { pinned[$0] ?? solved[$0] }
    }
}

/// Σ (target − Σ cⱼφⱼ)² and its minimum over some of the coefficients.
///
/// Cholesky on column-scaled normal equations: a handful of columns, and a start does not need the
/// digits that squaring the condition number costs.
struct NormalEquations {
    private let count: Int
    /// Column-major.
    private var matrix: [Double]
    private var rightSide: [Double]

    /// - Parameters:
    ///   - columns: φⱼ at every point.
    ///   - target: What the sum is to be, at every point.
    init(columns: [UnsafeBufferPointer<Double>], target: UnsafeBufferPointer<Double>) {
        count = columns.count
        matrix = Array(repeating: 0, count: columns.count * columns.count)
        for row in columns.indices {
            for column in 0...row {
                let product = VectorKernels.dot(columns[row], columns[column])
                matrix[row * columns.count + column] = product
                matrix[column * columns.count + row] = product
            }
        }
        rightSide = columns.map { VectorKernels.dot($0, target) }
    }

    /// The normal equations of terms that add up to the losses, their differences relative.
    init(terms: [[Double]], losses: [Double]) {
        let scaled = terms.flatMap { zip($0, losses).map { $0 / $1 } }
        let ones = Array(repeating: 1.0, count: losses.count)
        self = scaled.withUnsafeBufferPointer { scaled in
            ones.withUnsafeBufferPointer { ones in
                let columns = terms.indices.map { term in
                    UnsafeBufferPointer(
                        rebasing: scaled[(term * ones.count)..<((term + 1) * ones.count)])
                }
                return NormalEquations(columns: columns, target: ones)
            }
        }
    }

    /// Adds a multiple of every column to the target.
    mutating func move(by multiple: Double) {
        for row in 0..<count {
            for column in 0..<count {
                rightSide[row] += multiple * matrix[column * count + row]
            }
        }
    }

    /// The coefficients, NaN where a column is not finite; the pinned ones are held.
    func solve(over active: [Int], pinned: [Int: Double]) -> [Double] {
        var solution = Array(repeating: 0.0, count: count)
        for (index, value) in pinned { solution[index] = value }
        let size = active.count
        let scales = active.map { index in
            let square = matrix[index * count + index]
            return square > 0 ? square.squareRoot() : 1
        }
        var normal = DenseMatrix(rows: size, columns: size)
        for (column, columnIndex) in active.enumerated() {
            for (row, rowIndex) in active.prefix(column + 1).enumerated() {
                normal[row, column] =
                    matrix[columnIndex * count + rowIndex] / (scales[row] * scales[column])
            }
        }
        var work = active.enumerated().map { row, index in
            let held = pinned.reduce(0) { $0 + matrix[index * count + $1.key] * $1.value }
            return (rightSide[index] - held) / scales[row]
        }
        // The ridge keeps columns that are copies of one another solvable.
        normal.factorCholesky(smallPivots: .raised(to: 1e-12))
        normal.solveCholesky(&work)
        for (row, index) in active.enumerated() { solution[index] = work[row] / scales[row] }
        return solution
    }
}
