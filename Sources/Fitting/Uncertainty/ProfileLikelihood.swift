import Foundation
import Laws
import LeastSquares

/// Intervals that end where the cost, the other parameters refitted, has risen by too much.
///
/// They follow a curved valley where standard errors only see its slope at the bottom. A parameter's
/// value u belongs to the interval while
///
///     2·(C(u) − C_min)·(H⁻¹)ⱼⱼ/Vⱼⱼ ≤ t²
///
/// with C(u) the least cost at that value, t Student's quantile, V the covariance of the delta
/// method and H the curvature of the cost in it. The factor is the estimated scale of the cost: for
/// plain squares and independent noise it is 1/s², and the interval the classic one of the F
/// statistic; for robust losses and correlated noise it makes the profile as wide as the sandwich
/// where the cost is a parabola.
///
/// Source: Bates and Watts, "Nonlinear regression analysis" (1988), chapter 6; Chandler and Bate
/// 2007, doi:10.1093/biomet/asm015, for the scaling.
struct ProfileLikelihood {
    let prepared: Fitter.Prepared
    let best: Solution
    let estimate: DeltaCovariance
    let degreesOfFreedom: Double

    /// The result of a profile.
    struct Outcome {
        /// Lower and upper end of each parameter, by position, in its own unit.
        var intervals: [Int: [Double]]
        /// Ends whose refits did not converge: the interval there is the delta method's.
        var failed: Int
    }

    /// The farthest an end is looked for, in half widths of the delta method's interval.
    private static let reach = 64.0

    /// Finds both ends for parameters.
    ///
    /// - Parameters:
    ///   - free: The parameters, by position.
    ///   - level: The interval's level.
    ///   - progress: Told the share done.
    ///   - isCancelled: Asked between parameters.
    /// - Returns: The intervals; nil when cancelled.
    func outcome(
        free: [Int], level: Double, progress: (Double) -> Void, isCancelled: () -> Bool
    ) -> Outcome? {
        let spread = estimate.spread
        let refitting = Refitting(prepared: prepared, best: best, spread: spread)
        let quantile = Quantiles.studentT(0.5 + 0.5 * level, degreesOfFreedom: degreesOfFreedom)
        var outcome = Outcome(intervals: [:], failed: 0)
        for (done, index) in free.enumerated() {
            progress(Double(done) / Double(free.count))
            if isCancelled() { return nil }
            let spec = prepared.law.parameters[index]
            let half = quantile * spread[index]
            let ends = [-1.0, 1.0].map { side -> Double in
                let end = end(of: index, half: side * half, quantile: quantile, refitting)
                if end == nil { outcome.failed += 1 }
                return spec.value(at: end ?? (best.parameters[index] + side * half))
            }
            outcome.intervals[index] = ends.map {
                min(max($0, spec.bounds.lowerBound), spec.bounds.upperBound)
            }
        }
        return outcome
    }

    /// The point at which the scaled rise of the cost reaches the quantile, on one side.
    ///
    /// The root of the rise is nearly a straight line, so false position finds the end in a few
    /// refits, inside the bracket found on the way out.
    ///
    /// - Returns: The coordinate, or nil where a refit does not converge.
    private func end(
        of index: Int, half: Double, quantile: Double, _ refitting: Refitting
    ) -> Double? {
        let spec = prepared.law.parameters[index]
        let center = best.parameters[index]
        let limits = [spec.bounds.lowerBound, spec.bounds.upperBound].map {
            abs(spec.scale.coordinate(of: $0) - center)
        }
        let farthest = min(half < 0 ? limits[0] : limits[1], Self.reach * abs(half))
        var start = best.parameters
        var inside = (place: 0.0, value: -quantile)
        var bracket: RootBracket?
        var distance = min(abs(half), farthest)
        for _ in 0..<40 {
            start[index] = center + (half < 0 ? -distance : distance)
            let refit = refitting.profile(from: start, holding: index)
            guard refit.hasConverged else { return nil }
            let excess = root(ofRise: refit.cost - best.cost, index) - quantile
            if abs(excess) < 1e-4 * quantile { return start[index] }
            if excess < 0 {
                start = refit.coordinates
                if distance >= farthest { return start[index] }
            }
            if bracket == nil, excess < 0 {
                inside = (distance, excess)
                distance = min(2 * distance, farthest)
            } else {
                var narrowed = bracket ?? RootBracket(low: inside, high: (distance, excess))
                if bracket != nil { narrowed.narrow(at: distance, value: excess) }
                distance = narrowed.falsePosition
                bracket = narrowed
            }
        }
        return start[index]
    }

    private func root(ofRise rise: Double, _ index: Int) -> Double {
        let scale = estimate.inverseCurvature[index][index] / estimate.matrix[index][index]
        return (2 * max(0, rise) * scale).squareRoot()
    }
}
