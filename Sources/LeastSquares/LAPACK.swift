internal import CLAPACK

/// The LAPACK calls, with OpenBLAS held to one thread.
///
/// Systems here have a few columns: threads inside a call cost more than they save, and
/// parallelism belongs to starts and resamples.
enum LAPACK {
    private static let isSingleThreaded: Bool = {
        openblas_set_num_threads(1)
        return true
    }()

    /// Touching it before the first call sets the thread count, once.
    static func prepare() {
        precondition(isSingleThreaded)
    }

    /// How many doubles `factorQR` needs as scratch for this many columns.
    static func scratchCount(columns: Int) -> Int { 33 * max(1, columns) }

    /// Replaces a matrix by its R factor (upper triangle) and Householder vectors.
    ///
    /// - Parameters:
    ///   - matrix: Column-major rows × columns, leading dimension `rows`.
    ///   - rows: Rows.
    ///   - columns: Columns.
    ///   - scratch: `columns` + `scratchCount(columns:)` doubles.
    static func factorQR(
        _ matrix: UnsafeMutablePointer<Double>, rows: Int, columns: Int,
        scratch: UnsafeMutablePointer<Double>
    ) {
        var rowCount = CInt(rows)
        var columnCount = CInt(columns)
        var leading = CInt(max(1, rows))
        var length = CInt(scratchCount(columns: columns))
        var info: CInt = 0
        dgeqrf_(
            &rowCount, &columnCount, matrix, &leading, scratch, scratch + columns, &length, &info)
    }
}
