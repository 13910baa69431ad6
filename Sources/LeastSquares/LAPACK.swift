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

    /// Singular values, largest first, and right singular vectors of a square matrix.
    ///
    /// - Parameters:
    ///   - matrix: Column-major `count` × `count`.
    ///   - count: Rows and columns.
    /// - Returns: The values, and Vᵀ column-major: row i belongs to value i. `nil` when the matrix
    ///   is not finite or the iteration does not end.
    static func singularValues(
        _ matrix: [Double], count: Int
    ) -> (values: [Double], transposedVectors: [Double])? {
        guard count > 0 else { return ([], []) }
        guard matrix.allSatisfy(\.isFinite) else { return nil }
        prepare()
        var work = matrix
        var values = [Double](repeating: 0, count: count)
        var vectors = [Double](repeating: 0, count: count * count)
        var unused = 0.0
        var scratch = [Double](repeating: 0, count: 8 * count * (count + 8))
        var size = CInt(count)
        var one: CInt = 1
        var length = CInt(scratch.count)
        var info: CInt = 0
        let none = CChar(UInt8(ascii: "N"))
        let all = CChar(UInt8(ascii: "A"))
        withUnsafePointer(to: none) { none in
            withUnsafePointer(to: all) { all in
                dgesvd_(
                    none, all, &size, &size, &work, &size, &values, &unused, &one, &vectors, &size,
                    &scratch, &length, &info, 1, 1)
            }
        }
        return info == 0 ? (values, vectors) : nil
    }
}
