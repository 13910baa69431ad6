import Laws
import LeastSquares

/// How large the noise is and how much neighbours on a curve resemble each other.
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
    let correlation: NoiseCorrelation
    let spacing: PointSpacing
    let effectivePoints: Double
    /// Of the t distribution behind intervals.
    let degreesOfFreedom: Double
    /// What makes residuals as large as the noise, where the noise is correlated; else 1.
    let correction: Double

    /// - Parameters:
    ///   - best: The optimum.
    ///   - held: Whether a parameter counts as known.
    ///   - observations: The points, run after run.
    ///   - kind: Whether runs are rows or curves.
    init(
        best: Solution, held: [Bool], observations: Observations, kind: LawDescription.Kind
    ) {
        let points = best.residuals.count
        let free = held.indices.filter { !held[$0] }
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
    /// What a fit says of an estimate, and of the scatter of curves where it has one.
    init(_ noise: NoiseEstimate, pointScale: Double?, curveCovariance: [[Double]]?) {
        self.init(
            scale: noise.scale, autocorrelation: noise.correlation.ofNeighbours,
            effectivePoints: noise.effectivePoints, degreesOfFreedom: noise.degreesOfFreedom,
            pointScale: pointScale, curveCovariance: curveCovariance)
    }
}
