import Foundation

extension LawPredictor {
    /// Adds lower and upper ends to predictions.
    ///
    /// - Parameters:
    ///   - interval: How sure, and of what.
    ///   - fitted: What the predictions were made with.
    ///   - jacobian: ∂loss/∂parameter in the law's own units, column-major.
    ///   - band: The predictions.
    func addInterval(
        _ interval: Interval, _ fitted: SizedParameters.Fitted, jacobian: [Double],
        to band: inout Band
    ) {
        guard
            let variances = variances(
                of: interval.target, fitted, losses: band.losses, jacobian: jacobian),
            let noise = fitted.noise
        else { return }
        let quantile = Quantiles.studentT(
            0.5 + 0.5 * interval.level, degreesOfFreedom: noise.degreesOfFreedom)
        let isLog = report.objective.residual == .log
        let halves = variances.map { quantile * $0.squareRoot() }
        band.lower = zip(band.losses, halves).map { isLog ? $0 * exp(-$1) : $0 - $1 }
        band.upper = zip(band.losses, halves).map { isLog ? $0 * exp($1) : $0 + $1 }
    }

    /// The variance of each prediction, in the objective's residual: relative for log residuals, so
    /// that the ends of an interval stay positive.
    ///
    /// The delta method: with g the gradient and Σ the parameters' covariance, the law's own loss
    /// has gᵀΣg. A point of a run has the noise of points as well, and on a curve the scatter of
    /// whole curves about the law (`CurveScatter`), which contains what the parameters' uncertainty
    /// explains.
    ///
    /// - Parameters:
    ///   - target: What the variance is of.
    ///   - fitted: What the predictions were made with.
    ///   - losses: The predictions.
    ///   - jacobian: ∂loss/∂parameter in the law's own units, column-major.
    /// - Returns: One per prediction; nil for a fit without covariance or noise.
    func variances(
        of target: Interval.Target, _ fitted: SizedParameters.Fitted, losses: [Double],
        jacobian: [Double]
    ) -> [Double]? {
        guard let covariance = fitted.covariance, let noise = fitted.noise else { return nil }
        let isLog = report.objective.residual == .log
        return losses.enumerated().map { point, loss in
            let scale = isLog ? 1 / loss : 1
            let gradient = covariance.indices.map { scale * jacobian[$0 * losses.count + point] }
            let mean = max(0, QuadraticForm.value(covariance, gradient))
            guard target == .observation else { return mean }
            guard let pointScale = noise.pointScale, let scatter = noise.curveCovariance else {
                return mean + noise.scale * noise.scale
            }
            return pointScale * pointScale + max(mean, QuadraticForm.value(scatter, gradient))
        }
    }
}
