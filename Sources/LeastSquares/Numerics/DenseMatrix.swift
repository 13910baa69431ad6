internal import CLAPACK

/// A column-major matrix of doubles, with the factorisations that solver and statistics share.
///
///     let basis = DenseMatrix(columns: [[1, 0, 2], [0, 3, 1]]).orthonormalBasis()
///     var normal = DenseMatrix(columns: [[4, 2], [2, 3]])
///     normal.factorCholesky(smallPivots: .refused(below: 1e-14))  // RᵀR
///     var solution = [2.0, 1.0]
///     normal.solveCholesky(&solution)
///
/// Singular values and orthonormal bases come from LAPACK. Small loops of ours stand where LAPACK
/// spends most of its time arranging the work (Xeon, one core, OpenBLAS on one thread):
///
/// | problem | loop here | LAPACK |
/// |---|---|---|
/// | Cholesky, one right-hand side, 5 × 5 | 0.4 µs | 1.3 µs (`dpotrf`, `dpotrs`) |
/// | the same, 9 × 9 | 1.1 µs | 2.1 µs |
/// | triangle of a QR, 56 × 5 | 2.2 µs | 3.9 µs (`dgeqrf`) |
/// | the same, 240 × 5 | 7.0 µs | 5.8 to 7.7 µs |
package struct DenseMatrix: Equatable, Sendable {
    package let rows: Int
    package let columns: Int

    /// The entries, one column after the other.
    package var elements: [Double]

    /// Makes a matrix of zeros.
    package init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        elements = Array(repeating: 0, count: rows * columns)
    }

    /// Makes a matrix of columns that are equally long.
    package init(columns list: [[Double]]) {
        rows = list.first?.count ?? 0
        columns = list.count
        elements = list.flatMap { $0 }
        precondition(elements.count == rows * columns, "columns of one length")
    }

    package subscript(_ row: Int, _ column: Int) -> Double {
        get { elements[column * rows + row] }
        set { elements[column * rows + row] = newValue }
    }
}

// MARK: Cholesky

extension DenseMatrix {
    /// The treatment of a pivot that is too small, infinite or NaN.
    package enum SmallPivots {
        /// The matrix counts as not positive definite; pivots that are not finite likewise.
        case refused(below: Double)
        /// The pivot is raised, which keeps columns that are copies of one another solvable.
        case raised(to: Double)
    }

    /// Replaces the upper triangle of a symmetric square matrix M by R with RᵀR = M.
    ///
    /// Only the upper triangle is read.
    ///
    /// - Parameter smallPivots: The treatment of small pivots.
    /// - Returns: False when the matrix is not positive definite.
    @discardableResult
    package mutating func factorCholesky(smallPivots: SmallPivots) -> Bool {
        precondition(rows == columns, "a square matrix")
        return elements.withUnsafeMutableBufferPointer { elements in
            guard let matrix = elements.baseAddress else { return true }
            return Self.factorCholesky(matrix, count: columns, smallPivots: smallPivots)
        }
    }

    /// Solves RᵀR·x = b for the factor R that this matrix has become.
    package func solveCholesky(_ rightSide: inout [Double]) {
        precondition(rightSide.count == columns, "one entry per column")
        elements.withUnsafeBufferPointer { elements in
            rightSide.withUnsafeMutableBufferPointer { rightSide in
                guard let factor = elements.baseAddress, let x = rightSide.baseAddress
                else { return }
                Self.solveTransposed(factor, stride: columns, count: columns, x)
                Self.solve(factor, stride: columns, count: columns, x)
            }
        }
    }

    static func factorCholesky(
        _ matrix: UnsafeMutablePointer<Double>, count: Int, smallPivots: SmallPivots
    ) -> Bool {
        for column in 0..<count {
            let target = matrix + column * count
            for row in 0..<column {
                let known = matrix + row * count
                var sum = target[row]
                for index in 0..<row { sum -= known[index] * target[index] }
                target[row] = sum / known[row]
            }
            var pivot = target[column]
            for index in 0..<column { pivot -= target[index] * target[index] }
            switch smallPivots {
            case .refused(let least):
                guard pivot > least, pivot.isFinite else { return false }
            case .raised(let least):
                pivot = max(pivot, least)
            }
            target[column] = pivot.squareRoot()
        }
        return true
    }
}

// MARK: Triangular solves

extension DenseMatrix {
    /// Solves R·x = b in place for an upper triangle R of `count` columns.
    static func solve(
        _ factor: UnsafePointer<Double>, stride: Int, count: Int,
        _ x: UnsafeMutablePointer<Double>
    ) {
        for column in (0..<count).reversed() {
            let entries = factor + column * stride
            x[column] /= entries[column]
            let value = x[column]
            for row in 0..<column { x[row] -= entries[row] * value }
        }
    }

    /// Solves Rᵀ·x = b in place for an upper triangle R of `count` columns.
    static func solveTransposed(
        _ factor: UnsafePointer<Double>, stride: Int, count: Int,
        _ x: UnsafeMutablePointer<Double>
    ) {
        for column in 0..<count {
            let entries = factor + column * stride
            var value = x[column]
            for row in 0..<column { value -= entries[row] * x[row] }
            x[column] = value / entries[column]
        }
    }
}

// MARK: Orthogonal factors

extension DenseMatrix {
    /// Rows after padding with zeros, so that loops over a column are whole vectors.
    static func paddedRows(_ rows: Int) -> Int { (rows + 7) & ~7 }

    /// Computes the triangle R of a QR factorisation; the matrix becomes Householder vectors.
    ///
    /// Source: Golub and Van Loan, "Matrix computations" (2013), section 5.2.
    ///
    /// - Parameters:
    ///   - matrix: Column-major, `rows` × `columns`; overwritten.
    ///   - rows: Padded rows.
    ///   - columns: Columns.
    ///   - factor: Receives R, column-major with `stride` rows, zeros below the diagonal.
    ///   - stride: Rows of `factor`, at least `columns`.
    static func triangle(
        _ matrix: UnsafeMutablePointer<Double>, rows: Int, columns: Int,
        into factor: UnsafeMutablePointer<Double>, stride: Int
    ) {
        for column in 0..<columns {
            let pivot = matrix + column * rows
            let target = factor + column * stride
            for row in 0..<stride { target[row] = 0 }
            // Rows above the diagonal are done: with zeros in their place every vector of the
            // reflection begins at the top, where whole blocks of eight do.
            for row in 0..<min(column, rows) {
                target[row] = pivot[row]
                pivot[row] = 0
            }
            guard column < rows else { continue }
            let (scale, norm) = balance(pivot, rows: rows)
            guard norm > 0 else { continue }
            target[column] =
                scale
                * reflect(
                    pivot, head: column, norm: norm, length: rows, following: pivot + rows,
                    stride: rows, count: columns - column - 1)
        }
    }

    /// Reflects a column so that only its head remains, and the following columns alike.
    ///
    /// - Parameters:
    ///   - column: The column, from the first row that is touched; receives the reflection's
    ///     vector, 1 at its head.
    ///   - head: The row of the entry that remains.
    ///   - norm: The column's length, above 0.
    ///   - length: Rows touched.
    ///   - following: The next column, from the same row.
    ///   - stride: From one column to the next.
    ///   - count: Columns that follow.
    /// - Returns: The entry that remains.
    static func reflect(
        _ column: UnsafeMutablePointer<Double>, head: Int, norm: Double, length: Int,
        following: UnsafeMutablePointer<Double>, stride: Int, count: Int
    ) -> Double {
        let remaining = column[head] > 0 ? -norm : norm
        let first = column[head] - remaining
        let tau = first / remaining
        let inverse = 1 / first
        for row in 0..<length { column[row] *= inverse }
        column[head] = 1
        for other in 0..<count {
            let target = following + other * stride
            let product = VectorKernels.dot(column, target, count: length)
            VectorKernels.add(tau * product, column, to: target, count: length)
        }
        return remaining
    }

    /// Divides a column whose squares would leave the range of a double by its greatest entry.
    ///
    /// The reflection that a column asks for does not depend on the column's length.
    ///
    /// - Returns: The divisor, and the length of the divided column.
    private static func balance(
        _ column: UnsafeMutablePointer<Double>, rows: Int
    ) -> (scale: Double, norm: Double) {
        let square = VectorKernels.dot(column, column, count: rows)
        guard square < 1e-200 || square > 1e200 else { return (1, square.squareRoot()) }
        var greatest = 0.0
        for row in 0..<rows { greatest = max(greatest, abs(column[row])) }
        guard greatest > 0, greatest.isFinite else { return (1, square.squareRoot()) }
        for row in 0..<rows { column[row] /= greatest }
        return (greatest, VectorKernels.dot(column, column, count: rows).squareRoot())
    }

    /// An orthonormal basis of the space that the columns span, one column per dimension.
    ///
    /// Columns count by their direction alone; those of zeros, those that are not finite, and parts
    /// below 1e-11 of a column that the others leave over are dropped. By a QR with column pivoting.
    package func orthonormalBasis() -> DenseMatrix {
        var directions: [[Double]] = []
        for column in 0..<columns {
            let entries = elements[(column * rows)..<((column + 1) * rows)]
            let length = entries.reduce(0) { $0 + $1 * $1 }.squareRoot()
            if length > 0, length.isFinite { directions.append(entries.map { $0 / length }) }
        }
        var work = DenseMatrix(columns: directions)
        guard work.columns > 0 else { return work }
        LAPACK.prepare()
        var (height, width) = (CInt(work.rows), CInt(work.columns))
        var pivots = Array(repeating: CInt(0), count: work.columns)
        var factors = Array(repeating: 0.0, count: work.columns)
        var scratch = Array(repeating: 0.0, count: 64 * (work.columns + 1))
        var length = CInt(scratch.count)
        var info: CInt = 0
        dgeqp3_(
            &height, &width, &work.elements, &height, &pivots, &factors, &scratch, &length, &info)
        // The pivots' order makes the triangle's diagonal fall.
        let diagonal = 0..<min(work.rows, work.columns)
        let rank = diagonal.prefix { abs(work[$0, $0]) > 1e-11 }.count
        var dimensions = CInt(rank)
        if info == 0, rank > 0 {
            dorgqr_(
                &height, &dimensions, &dimensions, &work.elements, &height, &factors, &scratch,
                &length, &info)
        }
        var basis = DenseMatrix(rows: work.rows, columns: info == 0 ? rank : 0)
        basis.elements = Array(work.elements.prefix(basis.rows * basis.columns))
        return basis
    }
}

// MARK: Singular values

extension DenseMatrix {
    /// Singular values, largest first, and right singular vectors of a square matrix.
    ///
    /// - Returns: The values, and Vᵀ: row i belongs to value i. `nil` when the matrix is not finite
    ///   or the iteration does not end.
    func singularValues() -> (values: [Double], transposedVectors: DenseMatrix)? {
        precondition(rows == columns, "a square matrix")
        guard columns > 0 else { return ([], self) }
        guard elements.allSatisfy(\.isFinite) else { return nil }
        LAPACK.prepare()
        var work = elements
        var values = Array(repeating: 0.0, count: columns)
        var vectors = self
        var unused = 0.0
        var scratch = Array(repeating: 0.0, count: 8 * columns * (columns + 8))
        var size = CInt(columns)
        var one: CInt = 1
        var length = CInt(scratch.count)
        var info: CInt = 0
        // U is not wanted, all of Vᵀ is.
        var (none, all) = (CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "A")))
        dgesvd_(
            &none, &all, &size, &size, &work, &size, &values, &unused, &one, &vectors.elements,
            &size, &scratch, &length, &info, 1, 1)
        return info == 0 ? (values, vectors) : nil
    }
}

/// OpenBLAS, held to one thread.
///
/// Systems here have a few columns: threads inside a call cost more than they save, and
/// parallelism belongs to starts and resamples.
private enum LAPACK {
    private static let isSingleThreaded: Bool = {
        openblas_set_num_threads(1)
        return true
    }()

    /// Sets the thread count once, before the first call.
    static func prepare() {
        precondition(isSingleThreaded)
    }
}
