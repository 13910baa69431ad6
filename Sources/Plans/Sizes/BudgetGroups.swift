import Foundation
import Records

/// A finished run as the isoFLOP approaches see it.
struct SizedRun: Equatable {
    var id: String
    var parameterCount: Double
    var tokenCount: Double
    var flops: Double
    var loss: Double

    /// Nil for a run without size, tokens or loss; compute is 6·N·D where the run does not say it.
    init?(_ run: Run) {
        let size = run.features[.parameterCount] ?? run.features[.averageParameterCount]
        guard let size, let tokens = run.features[.tokenCount],
            let loss = run.loss ?? run.curve?.losses.last
        else { return nil }
        id = run.id
        parameterCount = size
        tokenCount = tokens
        flops = run.features[.trainingFLOPs] ?? 6 * size * tokens
        self.loss = loss
    }
}

/// Runs of nearly one compute, and the parabola through them.
struct BudgetGroup {
    var runs: [SizedRun]

    /// Budgets whose neighbours lie closer than this factor are one.
    private static let nearness = 1.2
    /// Sizes that a parabola needs.
    private static let fewestSizes = 4

    /// The geometric mean of the runs' compute.
    var flops: Double { exp(runs.reduce(0) { $0 + log($1.flops) } / Double(runs.count)) }

    /// Parts runs by compute, budgets with too few sizes left out.
    static func groups(of runs: [SizedRun]) -> [BudgetGroup] {
        var groups: [BudgetGroup] = []
        for run in runs.sorted(by: { $0.flops < $1.flops }) {
            if let last = groups.last, let first = last.runs.first,
                run.flops <= nearness * first.flops
            {
                groups[groups.count - 1].runs.append(run)
            } else {
                groups.append(BudgetGroup(runs: [run]))
            }
        }
        return groups.filter { Set($0.runs.map(\.parameterCount)).count >= fewestSizes }
    }

    /// The lowest point of a parabola over log N.
    struct Lowest {
        /// log N.
        var logarithm: Double
        /// That of log N; nil where as many runs as coefficients tell no scatter.
        var variance: Double?
        var degreesOfFreedom: Double
    }

    /// The lowest point of the parabola of losses over log N, by least squares; nil where it bends
    /// downwards or its lowest point lies outside of the sizes.
    ///
    /// - Parameter losses: A loss for each run; nil takes the measured ones.
    /// - Returns: The point.
    func parabolaMinimum(losses: [Double]? = nil) -> Lowest? {
        let places = runs.map { log($0.parameterCount) }
        // About the mean, for the columns to differ.
        let centre = places.reduce(0, +) / Double(places.count)
        let x = places.map { $0 - centre }
        let fit = LinearFit(
            [x.map { _ in 1 }, x, x.map { $0 * $0 }], losses ?? runs.map(\.loss))
        guard let fit, fit.coefficients[2] > 0, let low = x.min(), let high = x.max() else {
            return nil
        }
        let (b, c) = (fit.coefficients[1], fit.coefficients[2])
        let vertex = -b / (2 * c)
        guard vertex >= low, vertex <= high else { return nil }
        return Lowest(
            logarithm: centre + vertex,
            variance: fit.variance(of: [0, -1 / (2 * c), b / (2 * c * c)]),
            degreesOfFreedom: fit.degreesOfFreedom)
    }
}

/// log N = a + e·log C by least squares, with intervals from the scatter of the points about it; from
/// their own uncertainty where there are only two.
struct PowerLawLine {
    private let fit: LinearFit
    private let centre: Double

    /// Nil for fewer than two budgets.
    init?(_ points: [(flops: Double, size: BudgetGroup.Lowest)]) {
        let x = points.map { log($0.flops) }
        let mean = x.reduce(0, +) / max(1, Double(x.count))
        let fit = LinearFit(
            [x.map { _ in 1 }, x.map { $0 - mean }], points.map(\.size.logarithm),
            known: points.map { ($0.size.variance, $0.size.degreesOfFreedom) })
        guard let fit else { return nil }
        (self.fit, centre) = (fit, mean)
    }

    func exponent(level: Double?) -> PlannedQuantity { fit.quantity(of: [0, 1], level: level) }

    func size(at flops: Double, level: Double?) -> PlannedQuantity {
        fit.quantity(of: [1, log(flops) - centre], level: level).mapped(exp)
    }
}
