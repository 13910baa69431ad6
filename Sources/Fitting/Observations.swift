package import Laws

/// The points of a fit or a score: where the law is evaluated, and what was measured there.
package struct Observations: Sendable {
    /// The points of one run, in the order of its input.
    package struct Group: Sendable {
        package var runID: String
        package var input: LawInput
        package var losses: [Double]
    }

    package var groups: [Group]
    /// What was left out or decided on the way, for the answer.
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
            let group = groups[index]
            let kept = group.losses.indices.filter { (start + $0).isMultiple(of: stride) }
            start += group.losses.count
            thinned.groups[index].losses = kept.map { group.losses[$0] }
            if group.input.areas != nil {
                thinned.groups[index].input.steps = kept.map { group.input.steps[$0] }
            }
        }
        thinned.groups.removeAll { $0.losses.isEmpty }
        return thinned
    }
}
