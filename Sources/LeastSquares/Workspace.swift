/// Memory for one solve at a time, kept between solves so that refits allocate next to nothing.
///
/// Not `Sendable`: give each task its own.
package final class Workspace {
    private var slab: UnsafeMutablePointer<Double>
    private var capacity: Int

    /// Makes an empty workspace; the first solve gives it its size.
    package init() {
        capacity = 0
        slab = .allocate(capacity: 0)
    }

    deinit {
        slab.deallocate()
    }

    /// Memory for a problem of the given shape, valid until the next call.
    ///
    /// - Parameters:
    ///   - rows: Residuals.
    ///   - parameterCount: Parameters, fixed ones included.
    ///   - columns: Free parameters.
    /// - Returns: Vectors and matrices, uninitialised or left from the solve before.
    func memory(rows: Int, parameterCount: Int, columns: Int) -> SolverMemory {
        let needed = SolverMemory.size(
            rows: rows, parameterCount: parameterCount, columns: columns)
        if needed > capacity {
            slab.deallocate()
            slab = .allocate(capacity: needed)
            slab.initialize(repeating: 0, count: needed)
            capacity = needed
        }
        return SolverMemory(
            slab, rows: rows, parameterCount: parameterCount, columns: columns)
    }
}
