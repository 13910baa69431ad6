/// The normal equations of the local model after QR: columns × columns, however many residuals.
///
/// Stands for RᵀR + X, where X (zero for plain least squares) collects negative curvatures of the
/// loss and curvature of the residuals. As long as X is zero, steps come from orthogonal
/// transformations of R alone, so that the condition number is never squared.
struct DampedNormalEquations {
    /// The content of the matrices.
    enum State {
        /// Of another point.
        case stale
        /// X is zero, and not filled.
        case triangular
        /// X counts.
        case augmented
    }

    var state = State.stale

    /// Upper triangle of R; below the diagonal, zeros.
    let factor: Vector

    /// Qᵀ times the weighted residuals; zero when the gradient carries all of them.
    let rotated: Vector

    /// The symmetric addition X.
    let addition: Vector

    let columns: Int

    private let scratch: Vector

    /// Takes room for a system; the scratch of `scratchSize` doubles may be shared with others.
    init(columns: Int, scratch: Vector, workspace: Workspace) {
        self.columns = columns
        self.scratch = scratch
        factor = workspace.take(columns * columns)
        addition = workspace.take(columns * columns)
        rotated = workspace.take(columns)
    }

    /// Rows of a column in the scratch: R, a damping each, and room for a block of eight that begins
    /// at the last of them.
    private static func stride(_ columns: Int) -> Int {
        DenseMatrix.paddedRows(2 * columns) + 8
    }

    /// The doubles that solving needs as scratch.
    static func scratchSize(_ columns: Int) -> Int { stride(columns) * (columns + 1) }

    /// A question put to the system.
    struct Query {
        /// Damping μ, which multiplies the squared scales.
        let damping: Double
        /// Column scales of the damping, D.
        let scales: Vector
        /// Column lengths, by which dependent columns are told.
        let norms: Vector
        /// The part of the gradient that `rotated` does not carry; `nil` for none.
        let gradient: Vector?
    }

    /// The end of a solve.
    enum Outcome: Equatable {
        case solved
        /// A column depends on those before it, or has no influence at all.
        case dependent(Int)
        /// X makes the matrix singular or worse.
        case indefinite
    }

    /// Solves (RᵀR + X + μD²)·x = −gradient for some columns, the others being given in `x`.
    ///
    /// - Parameters:
    ///   - query: Damping, scales and right-hand side.
    ///   - open: Columns to solve for.
    ///   - x: Receives the solution; on entry holds the values of the other columns.
    /// - Returns: The outcome.
    func solve(_ query: Query, open: [Int], x: Vector) -> Outcome {
        state == .augmented
            ? solveByCholesky(query, open: open, x: x)
            : solveByReflections(query, open: open, x: x)
    }

    /// A column whose part independent of the others falls below this share of it is dependent.
    private static let dependence = 1e-13

    private func solveByReflections(_ query: Query, open: [Int], x: Vector) -> Outcome {
        let count = open.count
        let stride = Self.stride(columns)
        let matrix = scratch
        let side = matrix + count * stride
        for row in 0..<stride { side[row] = row < columns ? -rotated[row] : 0 }
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
            let target = matrix + position * stride
            for row in 0..<columns { target[row] = factor[column * columns + row] }
            for row in columns..<stride { target[row] = 0 }
            target[columns + position] = root * query.scales[column]
        }
        // From its diagonal on a column has an entry for each row of R at most and one of the
        // damping, which is diagonal; the rest of the last block of eight are zeros.
        let length = DenseMatrix.paddedRows(columns + 1)
        for position in 0..<count {
            let pivot = matrix + position * stride + position
            let norm = VectorKernels.dot(pivot, pivot, count: length).squareRoot()
            guard norm > Self.dependence * query.norms[open[position]], norm.isFinite
            else { return .dependent(open[position]) }
            pivot[0] = DenseMatrix.reflect(
                pivot, head: 0, norm: norm, length: length, following: pivot + stride,
                stride: stride, count: count - position)
        }
        if let gradient = query.gradient {
            // What is not in R goes by the normal equations: −R⁻ᵀ·gradient on the right-hand side.
            // The rows below the triangle are done with and make room for it.
            let work = side + columns
            for (position, column) in open.enumerated() { work[position] = gradient[column] }
            DenseMatrix.solveTransposed(matrix, stride: stride, count: count, work)
            for position in 0..<count { side[position] -= work[position] }
        }
        DenseMatrix.solve(matrix, stride: stride, count: count, side)
        for (position, column) in open.enumerated() { x[column] = side[position] }
        return .solved
    }

    /// Solves by Cholesky factors of the scaled normal matrix, the only way once X is not zero.
    private func solveByCholesky(_ query: Query, open: [Int], x: Vector) -> Outcome {
        let count = open.count
        let matrix = scratch
        let side = matrix + count * count
        for (position, column) in open.enumerated() {
            let scale = query.norms[column]
            var slope = (query.gradient?[column] ?? 0) + carriedGradient(column)
            for other in 0..<columns where !open.contains(other) && x[other] != 0 {
                slope += normal(column, other) * x[other]
            }
            side[position] = -slope / scale
            for other in 0...position {
                let entry = normal(column, open[other])
                matrix[position * count + other] = entry / (scale * query.norms[open[other]])
            }
            let leverage = query.scales[column] / scale
            matrix[position * count + position] += query.damping * leverage * leverage
        }
        // Scaled to a unit diagonal: a pivot this small is rounding.
        guard
            DenseMatrix.factorCholesky(
                matrix, count: count, smallPivots: .refused(below: 1e-14))
        else { return .indefinite }
        DenseMatrix.solveTransposed(matrix, stride: count, count: count, side)
        DenseMatrix.solve(matrix, stride: count, count: count, side)
        for (position, column) in open.enumerated() {
            x[column] = side[position] / query.norms[column]
        }
        return .solved
    }

    /// One entry of RᵀR + X.
    private func normal(_ row: Int, _ column: Int) -> Double {
        var sum = addition[column * columns + row]
        for index in 0...min(row, column) {
            sum += factor[row * columns + index] * factor[column * columns + index]
        }
        return sum
    }

    /// One entry of Rᵀ·rotated: the gradient that the system's own right-hand side stands for.
    func carriedGradient(_ column: Int) -> Double {
        var sum = 0.0
        for row in 0...column { sum += factor[column * columns + row] * rotated[row] }
        return sum
    }

    /// −(slope·x + ½ xᵀ(RᵀR + X)x): the reduction that the model predicts for x.
    func reduction(slope: Vector, _ x: Vector) -> Double {
        var sum = 0.0
        var quadratic = 0.0
        for row in 0..<columns {
            sum += slope[row] * x[row]
            var product = 0.0
            for column in row..<columns { product += factor[column * columns + row] * x[column] }
            quadratic += product * product
        }
        if state == .augmented {
            for column in 0..<columns {
                for row in 0..<columns {
                    quadratic += x[row] * addition[column * columns + row] * x[column]
                }
            }
        }
        return -(sum + 0.5 * quadratic)
    }
}
