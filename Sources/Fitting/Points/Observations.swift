package import Laws
import Records

/// The points of a fit or a score: where the law is evaluated, and what was measured there.
package struct Observations: Sendable {
    /// The points of one run, in the order of its input.
    package struct Group: Sendable {
        package var runID: String
        package var input: LawInput
        package var losses: [Double]
    }

    package var groups: [Group]
    /// The choices made on the way, for the answer.
    package var warnings: [String]
    /// Points left out because they lie inside a warm-up.
    package var warmupPointsLeftOut = 0
    /// Points left out because no learning rate above 0 comes before them.
    package var pointsBeforeLearning = 0

    package var inputs: [LawInput] { groups.indices.map { groups[$0].input } }

    package var losses: [Double] {
        var losses: [Double] = []
        losses.reserveCapacity(pointCount)
        // By index: to take a group out of the array would cost more than its one loss.
        for index in groups.indices { losses += groups[index].losses }
        return losses
    }

    package var pointCount: Int {
        groups.indices.reduce(0) { $0 + groups[$1].losses.count }
    }

    /// Every n-th point, counted through all groups.
    ///
    /// - Parameter stride: n, at least 1.
    /// - Returns: The points kept, by group; groups with none left are gone.
    func thinned(by stride: Int) -> Observations {
        guard stride > 1 else { return self }
        var thinned = self
        var start = 0
        for index in groups.indices {
            thinned.groups[index].keep { (start + $0).isMultiple(of: stride) }
            start += groups[index].losses.count
        }
        thinned.groups.removeAll { $0.losses.isEmpty }
        return thinned
    }

    /// About so many points of each group, whatever the others have.
    ///
    /// - Parameter count: How many to keep of each group, up to twice as many where it has them.
    /// - Returns: The points kept, the last of each group among them.
    func thinnedEach(to count: Int) -> Observations {
        var thinned = self
        for index in groups.indices {
            let last = groups[index].losses.count - 1
            let stride = (last + 1) / count
            guard stride > 1 else { continue }
            thinned.groups[index].keep { (last - $0).isMultiple(of: stride) }
        }
        return thinned
    }
}

extension Observations.Group {
    /// Leaves out all points but some.
    fileprivate mutating func keep(_ isKept: (Int) -> Bool) {
        let kept = losses.indices.filter(isKept)
        losses = kept.map { losses[$0] }
        if input.areas != nil { input.steps = kept.map { input.steps[$0] } }
    }
}
