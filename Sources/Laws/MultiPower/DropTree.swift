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

    let list: DropList
    /// The nodes of each level, from leaves to root; none where drops are always summed singly.
    private let levels: [Range<Int>]
    private var kernel: DropKernel

    /// The node of the whole list.
    var root: Int? { levels.last?.lowerBound }

    /// - Parameters:
    ///   - list: The drops.
    ///   - fewestLeaves: Lists of fewer leaves get no nodes.
    ///   - moments: Receives the nodes.
    init(_ list: DropList, fewestLeaves: Int, in moments: inout DropMoments) {
        self.list = list
        kernel = DropKernel(list)
        var levels: [Range<Int>] = []
        let leaves = (list.sizes.count + Self.leafWidth - 1) / Self.leafWidth
        var (start, width) = (0, leaves >= fewestLeaves ? leaves : 0)
        while width > 0 {
            levels.append(start..<(start + width))
            start += width
            width = width > 1 ? (width + 1) / 2 : 0
        }
        let first = moments.add(nodes: start).lowerBound
        self.levels = levels.map { (first + $0.lowerBound)..<(first + $0.upperBound) }
    }

    /// Sets the shape of a drop for the sums that follow.
    mutating func prepare(_ shape: DropShape, _ moments: inout DropMoments) {
        kernel.prepare(shape, list)
        guard !levels.isEmpty else { return }
        for (leaf, node) in levels[0].enumerated() {
            moments.gather(node, fours(ofLeaf: leaf), of: list, kernel)
        }
        for level in levels.indices.dropFirst() {
            let below = levels[level - 1]
            for (position, node) in levels[level].enumerated() {
                let first = below.lowerBound + 2 * position
                let children = first..<min(first + 2, below.upperBound)
                moments.merge(children.map { (node: $0, shift: 0) }, into: node)
            }
        }
    }

    private func fours(ofLeaf leaf: Int) -> Range<Int> {
        let start = leaf * Self.leafWidth
        return start..<min(start + Self.leafWidth, list.sizes.count)
    }

    /// The sums over the first `count` drops of the list, at a point of forward area P(t).
    ///
    /// - Returns: Σ f, Σ f·(log E − log v), Σ f·(1 − E/v) and Σ f·(1 − E/v)·log η, f = Q·v^−β.
    func sums(
        first count: Int, at area: Double, _ moments: DropMoments, _ series: DropSeries
    ) -> SIMD4<Double> {
        guard let root = levels.indices.last else { return sums(0..<count, at: area) }
        var walk = Walk(count: count, area: area)
        visit(levels[root].lowerBound, level: root, moments, series, &walk)
        return walk.sums + sums(walk.pending, at: area)
    }

    /// The sums drop by drop over a range that begins at a four.
    func sums(_ range: Range<Int>, at area: Double) -> SIMD4<Double> {
        kernel.sum(range, at: area, of: list)
    }

    private struct Walk {
        let count: Int
        let area: Double
        var sums = SIMD4<Double>.zero
        /// Neighbouring leaves to be summed drop by drop, put off so that it is done in one go.
        var pending = 0..<0
    }

    private func visit(
        _ node: Int, level: Int, _ moments: DropMoments, _ series: DropSeries, _ walk: inout Walk
    ) {
        let position = node - levels[level].lowerBound
        let width = 4 * Self.leafWidth << level
        let start = position * width
        guard start < walk.count else { return }
        let end = min(start + width, list.count)
        if end <= walk.count, let sums = moments.sum(node, at: walk.area, series) {
            walk.sums += sums
            return
        }
        guard level > 0 else {
            if walk.pending.upperBound != start {
                walk.sums += sums(walk.pending, at: walk.area)
                walk.pending = start..<start
            }
            walk.pending = walk.pending.lowerBound..<min(end, walk.count)
            return
        }
        let first = levels[level - 1].lowerBound + 2 * position
        visit(first, level: level - 1, moments, series, &walk)
        if first + 1 < levels[level - 1].upperBound {
            visit(first + 1, level: level - 1, moments, series, &walk)
        }
    }
}
