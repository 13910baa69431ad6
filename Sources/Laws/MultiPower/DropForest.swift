import Schedules

/// All drops of a schedule in trees, with cycles kept once, and their sums at a point.
struct DropForest {
    private(set) var trees: [DropTree] = []
    /// Those within others come first.
    var cycles: [DropCycles] = []
    var moments = DropMoments()

    /// Some drops that a point has behind it.
    struct Sight {
        enum Drops {
            /// The first of a tree's list.
            case first(Int, ofTree: Int)
            /// A range of a tree's list that begins at a four, drop by drop.
            case near(Range<Int>, ofTree: Int)
            /// The first of some cycles.
            case whole(Int, ofCycles: Int)
        }

        let drops: Drops
        /// The forward area before the list or the cycles.
        let origin: Double
    }

    /// - Returns: The number of a tree that is yet to be planted.
    mutating func addTree() -> Int {
        plant(DropList(), fewestLeaves: .max, asTree: trees.count)
        return trees.count - 1
    }

    mutating func plant(_ list: DropList, fewestLeaves: Int, asTree number: Int) {
        let tree = DropTree(list, fewestLeaves: fewestLeaves, in: &moments)
        if number < trees.count {
            trees[number] = tree
        } else {
            trees.append(tree)
        }
    }

    /// Sets the shape of a drop for the sums that follow.
    mutating func prepare(_ shape: DropShape, _ series: DropSeries) {
        for tree in trees.indices { trees[tree].prepare(shape, &moments) }
        for cycles in cycles { cycles.prepare(&moments) }
        moments.expand(shape, series)
    }

    /// The four sums of `DropTree` over what a point sees.
    func sum(_ sights: ArraySlice<Sight>, at area: Double, _ series: DropSeries) -> SIMD4<Double> {
        var total = SIMD4<Double>.zero
        for sight in sights {
            let area = area - sight.origin
            switch sight.drops {
            case .first(let count, let tree):
                total += trees[tree].sums(first: count, at: area, moments, series)
            case .near(let range, let tree):
                total += trees[tree].sums(range, at: area)
            case .whole(let count, let cycles):
                total += sum(first: count, of: self.cycles[cycles], at: area, series)
            }
        }
        return total
    }

    private func sum(
        first count: Int, of cycles: DropCycles, at area: Double, _ series: DropSeries
    ) -> SIMD4<Double> {
        guard let top = cycles.levels.indices.last else { return .zero }
        var total = SIMD4<Double>.zero
        var start = 0
        while start < count {
            visit(start, level: top, cycles, count, area, series, &total)
            start += 1 << top
        }
        return total
    }

    /// Adds the cycles of a block, from cycle `start` on, that lie among the first `count`.
    private func visit(
        _ start: Int, level: Int, _ cycles: DropCycles, _ count: Int, _ area: Double,
        _ series: DropSeries, _ total: inout SIMD4<Double>
    ) {
        guard start < count else { return }
        let distance = area - Double(start) * cycles.areas.total
        if start + (1 << level) <= count,
            let sum = moments.sum(cycles.levels[level], at: distance, series)
        {
            total += sum
        } else if level > 0 {
            visit(start, level: level - 1, cycles, count, area, series, &total)
            visit(start + (1 << (level - 1)), level: level - 1, cycles, count, area, series, &total)
        } else {
            total += trees[cycles.tree].sums(
                first: cycles.cycle.drops.count, at: distance, moments, series)
            for (content, before) in zip(cycles.cycle.contents, cycles.areas.before) {
                guard case .cycles(let inner) = content else { continue }
                total += self.sum(
                    first: self.cycles[inner].source.times, of: self.cycles[inner],
                    at: distance - before, series)
            }
        }
    }
}
