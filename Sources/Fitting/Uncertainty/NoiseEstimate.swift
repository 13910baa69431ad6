import Foundation
import Laws
import LeastSquares
import Records

/// The size of the noise, and the resemblance of neighbours on a curve.
///
/// Rows of a table are independent. Points of one curve are not: a batch mix or a data shard moves
/// many of them together, and so does what the law misses. Scale and correlation are estimated with
/// what the parameters took from the noise given back (`RestrictedLikelihood`); of n points
/// n·(1 − ρ)/(1 + ρ) independent ones are left at a correlation ρ of neighbours.
struct NoiseEstimate {
    /// Standard deviation of a point's noise, in the objective's residual.
    let scale: Double
    /// Root mean square of the residuals, those that no noise would reach brought in to five
    /// standard deviations.
    let clippedScale: Double
    /// `scale` with those residuals brought in, so that no single point decides it.
    let robustScale: Double
    let correlation: NoiseCorrelation
    let spacing: PointSpacing
    let effectivePoints: Double
    /// Of the t distribution behind intervals.
    let degreesOfFreedom: Double
    /// The factor that makes residuals as large as the noise, where it is correlated; else 1.
    let correction: Double

    /// - Parameters:
    ///   - best: The optimum.
    ///   - isKnown: Whether a parameter counts as known, one per parameter.
    ///   - observations: The points, run after run.
    ///   - kind: Whether runs are rows or curves.
    init(
        best: Solution, isKnown: [Bool], observations: Observations, kind: LawDescription.Kind
    ) {
        let points = best.residuals.count
        let free = isKnown.indices.filter { !isKnown[$0] }
        let spare = Double(max(1, points - free.count))
        let squares = best.residuals.reduce(0) { $0 + $1 * $1 }
        let counts = observations.groups.map(\.losses.count)
        let byPoint = PointSpacing(counts: counts)
        let clipped = Self.clipped(best.residuals, at: 3)
        let moderate = Self.clipped(best.residuals, at: 5)
        clippedScale =
            (moderate.reduce(0) { $0 + $1 * $1 } / Double(max(1, points))).squareRoot()
        var chosen: (choice: CorrelationSearch.Choice, spacing: PointSpacing)?
        if kind == .curve, squares > 0 {
            let columns = free.map {
                Array(best.jacobian[($0 * points)..<(($0 + 1) * points)])
            }
            let bySteps = PointSpacing(steps: observations.inputs.map(\.steps))
            for spacing in [byPoint, bySteps].compactMap({ $0 }) {
                let likelihood = RestrictedLikelihood(
                    residuals: clipped, columns: columns, counts: counts, spacing: spacing)
                let choice = CorrelationSearch(
                    likelihood: likelihood, longest: spacing.longest
                ).choice()
                if choice.score < chosen?.choice.score ?? .infinity { chosen = (choice, spacing) }
            }
        }
        guard let chosen, chosen.choice.correlation != .none else {
            scale = (squares / spare).squareRoot()
            robustScale = clippedScale * (Double(points) / spare).squareRoot()
            correlation = .none
            spacing = byPoint
            effectivePoints = Double(points)
            degreesOfFreedom = spare
            correction = 1
            return
        }
        let clippedSquares = clipped.reduce(0) { $0 + $1 * $1 }
        let variance = chosen.choice.value.variance
        correction = (variance * Double(points) / max(clippedSquares, .leastNormalMagnitude))
            .squareRoot()
        scale = correction * (squares / Double(points)).squareRoot()
        robustScale = correction * clippedScale
        correlation = chosen.choice.correlation
        spacing = chosen.spacing
        effectivePoints = max(1, Double(points) / correlation.pointsPerIndependentPoint)
        // The scale and the correlation are as sure as n_eff independent points make them; the
        // parameters' share has been given back already. The parameters themselves could not have
        // been found from fewer points than there are of them.
        degreesOfFreedom = min(spare, max(2, Double(free.count), effectivePoints))
    }

    /// Residuals with the few that lie far out brought in to some standard deviations.
    ///
    /// A law that misses the first points of a curve by much would otherwise decide the noise of all
    /// the others: a Gaussian likelihood takes one great excursion for noise that hardly forgets.
    private static func clipped(_ residuals: [Double], at deviations: Double) -> [Double] {
        let sizes = residuals.map { abs($0) }.sorted()
        // 1.4826 × the median size is the standard deviation, for normal noise.
        let limit = sizes.isEmpty ? 0 : deviations * 1.4826 * sizes[sizes.count / 2]
        guard limit > 0 else { return residuals }
        return residuals.map { min(max($0, -limit), limit) }
    }
}

extension FitReport.Noise {
    /// The report of an estimate, and of the discrepancy of curves where there is one.
    init(_ noise: NoiseEstimate, pointScale: Double?, curveCovariance: [[Double]]?) {
        self.init(
            scale: noise.scale, autocorrelation: noise.correlation.ofNeighbours,
            effectivePoints: noise.effectivePoints, degreesOfFreedom: noise.degreesOfFreedom,
            pointScale: pointScale, curveCovariance: curveCovariance)
    }
}

/// The correlation of noise along a curve: a correlated part and an independent one.
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

    /// Points per independent point, for a mean over many: n of them have an effective sample size of
    /// n over this.
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
