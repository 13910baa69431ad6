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

    package var inputs: [LawInput] { groups.map(\.input) }
    package var losses: [Double] { groups.flatMap(\.losses) }
    package var pointCount: Int { groups.reduce(0) { $0 + $1.losses.count } }
}
