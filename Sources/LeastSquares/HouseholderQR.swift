/// The triangular factor of a tall matrix of a few columns, by Householder reflections.
///
/// LAPACK's own is made for large matrices: at fifty rows by five columns most of its time goes
/// into arranging the work. Rows are padded with zeros to a multiple of eight, so that every loop
/// is whole vectors.
///
/// Source: Golub and Van Loan, "Matrix computations" (2013), section 5.2.
enum HouseholderQR {
    /// Rows after padding.
    static func paddedRows(_ rows: Int) -> Int { (rows + 7) & ~7 }

    /// Replaces a matrix by Householder vectors.
    ///
    /// - Parameters:
    ///   - matrix: Column-major, `rows` × `columns`; overwritten.
    ///   - rows: Padded rows.
    ///   - columns: Columns.
    ///   - factor: Receives R, column-major with `stride` rows, zeros below the diagonal.
    ///   - stride: Rows of `factor`, at least `columns`.
    static func factor(
        _ matrix: UnsafeMutablePointer<Double>, rows: Int, columns: Int,
        into factor: UnsafeMutablePointer<Double>, stride: Int
    ) {
        for column in 0..<columns {
            let pivot = matrix + column * rows
            let target = factor + column * stride
            for row in 0..<stride {
                target[row] = 0
            }
            // Rows above the diagonal are done: with zeros in their place every vector of the
            // reflection begins at the top, where whole blocks of eight do.
            for row in 0..<min(column, rows) {
                target[row] = pivot[row]
                pivot[row] = 0
            }
            guard column < rows else { continue }
            let (scale, norm) = balance(pivot, rows: rows)
            guard norm > 0 else { continue }
            let diagonal = pivot[column] > 0 ? -norm : norm
            let head = pivot[column] - diagonal
            target[column] = diagonal * scale
            let tau = head / diagonal
            for row in 0..<rows { pivot[row] /= head }
            pivot[column] = 1
            for other in (column + 1)..<max(columns, column + 1) {
                let change = matrix + other * rows
                let product = VectorKernels.dot(pivot, change, count: rows)
                VectorKernels.add(tau * product, pivot, to: change, count: rows)
            }
        }
    }

    /// Divides a column whose squares would leave the range of a double by its greatest entry.
    ///
    /// The reflection that a column asks for does not depend on the column's length.
    ///
    /// - Returns: What the column was divided by, and its length since.
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
}
