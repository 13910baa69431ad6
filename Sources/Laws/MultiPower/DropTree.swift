import Foundation

/// The sum of (P(t) − q)^−β over a list of drops, in time that grows as its logarithm for a point.
///
/// The list is halved again and again down to leaves. A stretch whose q lie close together beside
/// their distance from the point is summed through its moments; a leaf that is too near, drop by
/// drop. The distances include E, so the error bound of `DropSeries` holds for any rates.
///
/// Source: Barnes and Hut 1986, doi:10.1038/324446a0, with the moments of Greengard and Rokhlin
/// 1987, doi:10.1016/0021-9991(87)90140-9.
struct DropTree {
    /// Fours of drops in a leaf.
    static let leafWidth = 8

    private let list: DropList
    /// The nodes of each level, from leaves to root; none for a list of one leaf.
    private let levels: [Range<Int>]
    private var kernel: DropKernel
    private var nodes: [DropNode]
    private var moments: DropMoments

    init(_ list: DropList) {
        self.list = list
        var levels: [Range<Int>] = []
        let leaves = (list.sizes.count + Self.leafWidth - 1) / Self.leafWidth
        var (start, width) = (0, leaves > 1 ? leaves : 0)
        while width > 0 {
            levels.append(start..<(start + width))
            start += width
            width = width > 1 ? (width + 1) / 2 : 0
        }
        self.levels = levels
        kernel = DropKernel(list)
        nodes = Array(repeating: DropNode(lowest: 0, highest: 0, scale: 0), count: start)
        moments = DropMoments(nodeCount: start)
    }

    /// Sets the shape of a drop for the sums that follow.
    mutating func prepare(_ shape: DropShape, series: DropSeries) {
        kernel.prepare(shape, list)
        guard !levels.isEmpty else { return }
        for node in levels[0] {
            let range = fours(ofLeaf: node)
            nodes[node] = kernel.node(over: range, of: list)
            moments.gather(node, nodes[node], range, of: list, kernel)
        }
        for level in levels.indices.dropFirst() {
            let below = levels[level - 1]
            for node in levels[level] {
                let first = below.lowerBound + 2 * (node - levels[level].lowerBound)
                let children = first..<min(first + 2, below.upperBound)
                nodes[node] = DropNode(holding: nodes[children])
                moments.merge(children, into: node, nodes)
            }
        }
        moments.expand(nodes, shape, series)
    }

    private func fours(ofLeaf leaf: Int) -> Range<Int> {
        let start = leaf * Self.leafWidth
        return start..<min(start + Self.leafWidth, list.sizes.count)
    }

    /// The sums over the first `count` drops of the list, at a point of forward area P(t).
    ///
    /// - Returns: Σ f, Σ f·(log E − log v), Σ f·(1 − E/v) and Σ f·(1 − E/v)·log η, f = Q·v^−β.
    func sums(first count: Int, at area: Double, series: DropSeries) -> SIMD4<Double> {
        guard let root = levels.indices.last else {
            return kernel.sum(0..<count, at: area, of: list)
        }
        var walk = Walk(count: count, area: area, series: series)
        visit(levels[root].lowerBound, level: root, &walk)
        return walk.sums + kernel.sum(walk.pending, at: area, of: list)
    }

    private struct Walk {
        let count: Int
        let area: Double
        let series: DropSeries
        var sums = SIMD4<Double>.zero
        /// Neighbouring leaves to be summed drop by drop, put off so that it is done in one go.
        var pending = 0..<0
    }

    private func visit(_ node: Int, level: Int, _ walk: inout Walk) {
        let position = node - levels[level].lowerBound
        let width = 4 * Self.leafWidth << level
        let start = position * width
        guard start < walk.count else { return }
        let end = min(start + width, list.count)
        if end <= walk.count {
            let distance = walk.area - nodes[node].center
            if nodes[node].radius <= walk.series.reach * distance {
                walk.sums += moments.sum(
                    node, nodes[node], distance: distance, exponent: walk.series.exponent)
                return
            }
        }
        guard level > 0 else {
            if walk.pending.upperBound != start {
                walk.sums += kernel.sum(walk.pending, at: walk.area, of: list)
                walk.pending = start..<start
            }
            walk.pending = walk.pending.lowerBound..<min(end, walk.count)
            return
        }
        let first = levels[level - 1].lowerBound + 2 * position
        visit(first, level: level - 1, &walk)
        if first + 1 < levels[level - 1].upperBound { visit(first + 1, level: level - 1, &walk) }
    }
}
