import Schedules

/// The drops of cycles that come again and again, those of one cycle kept for all.
///
/// A cycle's drops lie where the first's do, but for the area of the cycles between. Seen from afar,
/// 2^l cycles are one node, made of two of half as many: the nodes are as many as the logarithm of
/// how often the cycles come, and so is the time for a point. Drops within a cycle are as fine as
/// the next step after each piece asks for, so that a point may follow any of them.
struct DropCycles {
    /// A cycle's list, from the cycle's first step.
    struct Cycle {
        var drops = DropList()
        /// How many of the drops come up to the first step of each part.
        var entered: [Int] = []
        /// What each part holds: its drops, or the number of its cycles.
        var contents: [Content] = []
    }

    enum Content {
        case piece(PieceDrops)
        case cycles(Int)
    }

    let source: ScheduleCycles
    /// Sums of the rates over the parts of a cycle.
    let areas: PartSums
    let cycle: Cycle
    /// The number of the tree over the list.
    let tree: Int
    /// The nodes of 1, 2, 4, … cycles; none where there are no drops.
    private(set) var levels: [Int] = []
    /// The node of all cycles.
    private(set) var root: Int?
    /// What the node of one cycle is made of, moved by the area before it.
    private var children: [(node: Int, shift: Double)] = []

    init(
        _ source: ScheduleCycles, _ areas: PartSums, _ cycle: Cycle, tree: Int,
        in forest: inout DropForest
    ) {
        self.source = source
        self.areas = areas
        self.cycle = cycle
        self.tree = tree
        if let root = forest.trees[tree].root { children.append((root, 0)) }
        for (content, area) in zip(cycle.contents, areas.before) {
            guard case .cycles(let inner) = content, let root = forest.cycles[inner].root else {
                continue
            }
            children.append((root, area))
        }
        guard !children.isEmpty else { return }
        let count = Int.bitWidth - source.times.leadingZeroBitCount
        levels = Array(forest.moments.add(nodes: count))
        root = forest.moments.add(nodes: 1).lowerBound
    }

    /// Makes the nodes, once those of the trees and of the cycles within are made.
    func prepare(_ moments: inout DropMoments) {
        guard let root else { return }
        moments.merge(children, into: levels[0])
        for level in levels.indices.dropFirst() {
            let half = levels[level - 1]
            let shift = Double(1 << (level - 1)) * areas.total
            moments.merge([(half, 0), (half, shift)], into: levels[level])
        }
        var start = 0
        var blocks: [(node: Int, shift: Double)] = []
        for level in levels.indices.reversed() where source.times >> level & 1 == 1 {
            blocks.append((levels[level], Double(start) * areas.total))
            start += 1 << level
        }
        moments.merge(blocks, into: root)
    }
}
