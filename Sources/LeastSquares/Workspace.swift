/// A vector in a workspace; its length is known from its role.
typealias Vector = UnsafeMutablePointer<Double>

/// Memory for one solve at a time, kept between solves so that refits allocate next to nothing.
///
///     let workspace = Workspace()
///     for weights in resamples {
///         solver.solve(&problem, parameters: parameters, weights: weights, workspace: workspace)
///     }
///
/// Each part of the solver takes the vectors it needs, and what was taken is what is counted: a
/// solve that needs more than there is gets another block, and the next one a single block of the
/// sum.
///
/// Not `Sendable`: give each task its own.
package final class Workspace {
    private var blocks: [UnsafeMutableBufferPointer<Double>] = []

    /// Doubles taken from the last block.
    private var taken = 0

    /// Makes an empty workspace; the first solve gives it its size.
    package init() {}

    deinit {
        for block in blocks { block.deallocate() }
    }

    /// Takes back all vectors handed out.
    func reset() {
        taken = 0
        guard blocks.count > 1 else { return }
        let capacity = blocks.reduce(0) { $0 + $1.count }
        for block in blocks { block.deallocate() }
        blocks.removeAll()
        grow(by: capacity)
    }

    /// Hands out a vector, valid until the next reset.
    ///
    /// - Parameter count: Its length.
    /// - Returns: Numbers left from the solve before, or zeros.
    func take(_ count: Int) -> Vector {
        if blocks.last.map({ taken + count > $0.count }) ?? true {
            grow(by: max(count, 2 * (blocks.last?.count ?? 512)))
        }
        defer { taken += count }
        // A block just grown has an address: its size is above zero.
        guard let base = blocks[blocks.count - 1].baseAddress else {
            preconditionFailure("a block of no size")
        }
        return base + taken
    }

    private func grow(by count: Int) {
        let block = UnsafeMutableBufferPointer<Double>.allocate(capacity: max(count, 1))
        block.initialize(repeating: 0)
        blocks.append(block)
        taken = 0
    }
}
