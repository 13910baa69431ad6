/// How large the residuals are and how much neighbours on a curve resemble each other.
///
/// Points of one curve are not independent: a batch mix or a data shard moves many of them
/// together. With correlation ρ between neighbours (an AR(1) model), n points are worth
/// n·(1 − ρ)/(1 + ρ) independent ones, and every variance grows by the inverse.
///
/// Source: Bartlett 1935, "Some aspects of the time-correlation problem", J. R. Stat. Soc. 98.
struct NoiseEstimate {
    let scale: Double
    let autocorrelation: Double
    let effectivePoints: Double
    let degreesOfFreedom: Double

    /// The factor by which correlation widens the covariance of independent points.
    var inflation: Double { effectivePoints > 0 ? Double(pointCount) / effectivePoints : 1 }

    private let pointCount: Int

    /// - Parameters:
    ///   - residuals: Residuals by run, each in the order of its steps.
    ///   - freeParameters: How many parameters were fitted.
    init(residuals: [[Double]], freeParameters: Int) {
        pointCount = residuals.reduce(0) { $0 + $1.count }
        let squares = residuals.joined().reduce(0) { $0 + $1 * $1 }
        let spare = max(1, pointCount - freeParameters)
        scale = (squares / Double(spare)).squareRoot()
        autocorrelation = Self.autocorrelation(of: residuals)
        let correlated = max(0, autocorrelation)
        effectivePoints = Double(pointCount) * (1 - correlated) / (1 + correlated)
        degreesOfFreedom = max(1, effectivePoints - Double(freeParameters))
    }

    /// The pooled correlation of neighbours about 0, which is where residuals of a fit lie.
    private static func autocorrelation(of residuals: [[Double]]) -> Double {
        var (products, squares) = (0.0, 0.0)
        for curve in residuals where curve.count >= 3 {
            for (current, next) in zip(curve, curve.dropFirst()) { products += current * next }
            squares += curve.reduce(0) { $0 + $1 * $1 }
        }
        return squares > 0 ? min(0.99, products / squares) : 0
    }
}
