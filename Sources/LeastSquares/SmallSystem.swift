/// The local quadratic model after QR: columns × columns, whatever the number of residuals.
///
/// Stands for the normal matrix RᵀR + X, where X (zero for plain least squares) collects negative
/// curvatures of the loss and curvature of the residuals. As long as X is zero, steps come from
/// orthogonal transformations of R alone, so that the condition number is never squared.
struct SmallSystem {
    /// Upper triangle of R; below the diagonal, zeros.
    let factor: UnsafeMutablePointer<Double>

    /// Qᵀ times the weighted residuals; zero when the gradient carries all of them.
    let rotated: UnsafeMutablePointer<Double>

    /// The symmetric addition X.
    let extra: UnsafeMutablePointer<Double>

    let columns: Int

    init(_ memory: UnsafeMutablePointer<Double>, columns: Int) {
        self.columns = columns
        factor = memory
        extra = memory + columns * columns
        rotated = memory + 2 * columns * columns
    }

    /// How many doubles one system occupies.
    static func size(_ columns: Int) -> Int { 2 * columns * columns + columns }

    /// How many doubles solving one needs as scratch.
    static func scratchSize(_ columns: Int) -> Int { 2 * columns * (columns + 1) }

    /// A question put to the system.
    struct Query {
        /// Damping μ, which multiplies the squared scales.
        let damping: Double
        /// Column scales of the damping, D.
        let scales: UnsafeMutablePointer<Double>
        /// Column lengths, by which dependent columns are told.
        let norms: UnsafeMutablePointer<Double>
        /// The part of the gradient that `rotated` does not carry; `nil` for none.
        let gradient: UnsafeMutablePointer<Double>?
        /// Whether X is to be counted.
        let hasExtra: Bool
        /// Scratch of `scratchSize` doubles.
        let scratch: UnsafeMutablePointer<Double>
    }

    /// How solving ended.
    enum Outcome: Equatable {
        case solved
        /// A column depends on those before it, or has no influence at all.
        case dependent(Int)
        /// X makes the matrix singular or worse.
        case indefinite
    }

    /// Solves (RᵀR + X + μD²)·x = −gradient for the columns listed, the others being given in `x`.
    ///
    /// - Parameters:
    ///   - query: Damping, scales and right-hand side.
    ///   - open: Columns to solve for.
    ///   - x: Receives the solution; on entry holds the values of the other columns.
    /// - Returns: Whether it worked, and if not, why.
    func solve(_ query: Query, open: [Int], x: UnsafeMutablePointer<Double>) -> Outcome {
        query.hasExtra
            ? solveByCholesky(query, open: open, x: x)
            : solveByReflections(query, open: open, x: x)
    }

    /// A column whose part independent of the others falls below this share of it is dependent.
    private static let dependence = 1e-13

    private func solveByReflections(
        _ query: Query, open: [Int], x: UnsafeMutablePointer<Double>
    ) -> Outcome {
        let count = open.count
        let rows = columns + count
        let matrix = query.scratch
        let side = matrix + rows * count
        for row in 0..<rows {
            side[row] = row < columns ? -rotated[row] : 0
        }
        var nextOpen = 0
        for column in 0..<columns {
            if nextOpen < count, open[nextOpen] == column {
                nextOpen += 1
            } else if x[column] != 0 {
                VectorKernels.add(
                    -x[column], factor + column * columns, to: side, count: column + 1)
            }
        }
        let root = query.damping.squareRoot()
        for (position, column) in open.enumerated() {
            let target = matrix + position * rows
            for row in 0..<columns {
                target[row] = factor[column * columns + row]
            }
            for row in columns..<rows {
                target[row] = row - columns == position ? root * query.scales[column] : 0
            }
        }
        for position in 0..<count {
            let limit = Self.dependence * query.norms[open[position]]
            guard reflect(matrix, side, rows: rows, column: position, of: count, limit: limit)
            else { return .dependent(open[position]) }
        }
        if let gradient = query.gradient {
            addTransposedSolution(gradient, open: open, matrix: matrix, side: side, rows: rows)
        }
        substitute(matrix, side, rows: rows, open: open, x: x)
        return .solved
    }

    /// Eliminates one column below its diagonal by a Householder reflection.
    private func reflect(
        _ matrix: UnsafeMutablePointer<Double>, _ side: UnsafeMutablePointer<Double>, rows: Int,
        column: Int, of count: Int, limit: Double
    ) -> Bool {
        let pivot = matrix + column * rows
        // Rows past columns + column are still zero in this column: the damping is diagonal.
        let last = columns + column + 1
        var square = 0.0
        for row in column..<last {
            square += pivot[row] * pivot[row]
        }
        let norm = square.squareRoot()
        guard norm > limit, norm.isFinite else { return false }
        let diagonal = pivot[column] > 0 ? -norm : norm
        let head = pivot[column] - diagonal
        let tau = -head / diagonal
        pivot[column] = head
        for other in (column + 1)..<(count + 1) {
            let target = other < count ? matrix + other * rows : side
            var product = 0.0
            for row in column..<last {
                product += pivot[row] * target[row]
            }
            let amount = tau * product / (head * head)
            for row in column..<last {
                target[row] -= amount * pivot[row]
            }
        }
        pivot[column] = diagonal
        return true
    }

    /// Adds −R⁻ᵀ·gradient to the right-hand side: the normal equations, for what is not in R.
    private func addTransposedSolution(
        _ gradient: UnsafeMutablePointer<Double>, open: [Int],
        matrix: UnsafeMutablePointer<Double>, side: UnsafeMutablePointer<Double>, rows: Int
    ) {
        // The rows below the triangle are done with: the last of them hold the solution.
        let work = side + columns
        for (position, column) in open.enumerated() {
            var value = gradient[column]
            for row in 0..<position {
                value -= matrix[position * rows + row] * work[row]
            }
            work[position] = value / matrix[position * rows + position]
        }
        for position in open.indices {
            side[position] -= work[position]
        }
    }

    private func substitute(
        _ matrix: UnsafeMutablePointer<Double>, _ side: UnsafeMutablePointer<Double>, rows: Int,
        open: [Int], x: UnsafeMutablePointer<Double>
    ) {
        for position in open.indices.reversed() {
            let value = side[position] / matrix[position * rows + position]
            x[open[position]] = value
            for row in 0..<position {
                side[row] -= matrix[position * rows + row] * value
            }
        }
    }
}
