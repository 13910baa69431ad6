import Foundation

/// How the noise of points on one curve hangs together: a correlated part and an independent one.
///
/// Points j and k of a run have correlation share·exp(−distance/length), a first-order
/// autoregression seen through independent noise. Batches, data order and the optimiser's memory
/// make the first, the logging of a single batch the second; what the law misses of a curve counts
/// with the first.
///
/// The distance is counted in points or in steps, in units of the usual gap; see `PointSpacing`.
struct NoiseCorrelation: Equatable {
    /// The share of a point's variance that neighbours have in common, 0 for independent points.
    var share: Double
    /// The distance over which correlation falls by e.
    var length: Double

    static let none = NoiseCorrelation(share: 0, length: 1)

    /// The correlation of neighbours at the usual gap.
    var ofNeighbours: Double { share * exp(-1 / length) }

    /// How many points are worth one independent point, for a mean over many.
    ///
    /// Source: Bartlett 1935, "Some aspects of the time-correlation problem", J. R. Stat. Soc. 98.
    var pointsPerIndependentPoint: Double { 1 + 2 * share / expm1(1 / length) }
}

/// Distances between neighbouring points of each run, in units of the usual gap.
struct PointSpacing {
    /// A run's entry for point i is the distance from i − 1; the first is unused.
    let gaps: [[Double]]

    /// Every point one gap from the next, whatever their steps.
    init(counts: [Int]) {
        gaps = counts.map { Array(repeating: 1, count: $0) }
    }

    /// Gaps in steps over their median; nil where that is the same as counting points.
    ///
    /// - Parameter steps: The steps of each run, rising.
    init?(steps: [[Int]]) {
        let distances = steps.map { run in
            zip(run, run.dropFirst()).map { Double($1 - $0) }
        }
        let sorted = distances.joined().sorted()
        guard let shortest = sorted.first, let longest = sorted.last, shortest < longest else {
            return nil
        }
        let median = sorted[sorted.count / 2]
        gaps = distances.map { run in [1] + run.map { $0 / median } }
    }

    /// The length of the longest run.
    var longest: Double {
        gaps.reduce(1) { max($0, $1.dropFirst().reduce(0, +)) }
    }
}
