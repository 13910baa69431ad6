internal import Foundation

/// The mean curvature of a loss around each residual, as the sandwich's bread needs it.
///
/// Huber's ρ″ counts the points inside δ. Where δ is far below the noise these are few, and the
/// bread hangs on chance; what it estimates, twice δ times the density of the noise at 0, is had
/// from a wider window just as well. The window is the normal reference bandwidth.
///
/// Source: Koenker, "Quantile Regression" (2005), section 3.4.2; Silverman, "Density Estimation"
/// (1986), equation 3.28.
struct BreadCurvature {
    private let loss: RobustLoss
    private let window: Double

    init(residuals: [Double], weights: [Double], loss: RobustLoss) {
        self.loss = loss
        let sizes = residuals.indices.filter { weights[$0] > 0 }.map { abs(residuals[$0]) }.sorted()
        // 1.4826 × the median size is the standard deviation, for normal noise.
        let scale = sizes.isEmpty ? 0 : 1.4826 * sizes[sizes.count / 2]
        window = 1.06 * scale * pow(Double(max(1, sizes.count)), -0.2)
    }

    /// The curvature to take for one residual.
    func value(_ residual: Double) -> Double {
        guard case .huber(let delta) = loss, window > delta else {
            return loss.curvature(residual)
        }
        return abs(residual) <= window ? delta / window : 0
    }
}
