/// The sum of (P(t) − q)^−β over a list of rate drops, in time that grows as its logarithm for a
/// point.
///
/// The list is halved again and again down to leaves. A node whose q lie close together beside their
/// distance from the point is in its far field and is summed through its multipole expansion; a leaf
/// that is nearer, drop by drop. The distances include E, so the error bound of `BinomialSeries`
/// holds for any rates.
///
/// Source: Barnes and Hut 1986, doi:10.1038/324446a0, with the expansions of Greengard and Rokhlin
/// 1987, doi:10.1016/0021-9991(87)90140-9.
struct Treecode {
    /// Fours of drops in a leaf.
    static let leafWidth = 8

    let list: RateDropList
    /// The nodes of each level, from leaves to root; none where drops are always summed singly.
    private let levels: [Range<Int>]
    private var kernel: RateDropKernel
    private var expansions: MultipoleExpansions

    /// - Parameter list: The drops.
    init(_ list: RateDropList) {
        self.list = list
        kernel = RateDropKernel(list)
        var levels: [Range<Int>] = []
        let leaves = (list.sizes.count + Self.leafWidth - 1) / Self.leafWidth
        // A single leaf is summed drop by drop in no more time than through its expansion.
        var (start, width) = (0, leaves > 1 ? leaves : 0)
        while width > 0 {
            levels.append(start..<(start + width))
            start += width
            width = width > 1 ? (width + 1) / 2 : 0
        }
        self.levels = levels
        expansions = MultipoleExpansions(nodes: start)
    }

    /// Sets the shape of a drop for the sums that follow.
    mutating func prepare(_ shape: RateDropShape, _ series: BinomialSeries) {
        kernel.prepare(shape, list)
        guard let leaves = levels.first else { return }
        for leaf in leaves {
            let start = leaf * Self.leafWidth
            let fours = start..<min(start + Self.leafWidth, list.sizes.count)
            expansions.gather(leaf, fours, of: list, kernel)
        }
        for (below, level) in zip(levels, levels.dropFirst()) {
            for (position, node) in level.enumerated() {
                let first = below.lowerBound + 2 * position
                expansions.merge(first..<min(first + 2, below.upperBound), into: node)
            }
        }
        expansions.expand(shape, series)
    }

    /// The sums over the first `count` drops of the list, at a point of forward area P(t).
    ///
    /// - Returns: Σ f, Σ f·(log E − log v), Σ f·(1 − E/v) and Σ f·(1 − E/v)·log η, f = Q·v^−β.
    func sums(first count: Int, at area: Double, _ series: BinomialSeries) -> SIMD4<Double> {
        guard let root = levels.indices.last else {
            return kernel.sum(0..<count, at: area, of: list)
        }
        var traversal = Traversal(count: count, area: area)
        visit(levels[root].lowerBound, level: root, series, &traversal)
        return traversal.sums + kernel.sum(traversal.nearField, at: area, of: list)
    }

    private struct Traversal {
        let count: Int
        let area: Double
        var sums = SIMD4<Double>.zero
        /// Neighbouring leaves to be summed drop by drop, put off so that it is done in one go.
        var nearField = 0..<0
    }

    private func visit(
        _ node: Int, level: Int, _ series: BinomialSeries, _ traversal: inout Traversal
    ) {
        let position = node - levels[level].lowerBound
        let width = 4 * Self.leafWidth << level
        let start = position * width
        guard start < traversal.count else { return }
        let end = min(start + width, list.count)
        if end <= traversal.count,
            let sums = expansions.sum(node, at: traversal.area, series)
        {
            traversal.sums += sums
            return
        }
        guard level > 0 else {
            if traversal.nearField.upperBound != start {
                traversal.sums += kernel.sum(traversal.nearField, at: traversal.area, of: list)
                traversal.nearField = start..<start
            }
            traversal.nearField = traversal.nearField.lowerBound..<min(end, traversal.count)
            return
        }
        let first = levels[level - 1].lowerBound + 2 * position
        visit(first, level: level - 1, series, &traversal)
        if first + 1 < levels[level - 1].upperBound {
            visit(first + 1, level: level - 1, series, &traversal)
        }
    }
}
