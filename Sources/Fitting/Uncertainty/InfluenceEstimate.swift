import Foundation
import LeastSquares

/// What a loss makes of the residuals: their influences ψ, and the mean curvature ρ″ around each.
///
/// Huber's ρ″ counts the points inside δ. Where δ is far below the noise these are few, and what
/// the count estimates, twice δ times the density of the noise at 0, hangs on chance. So the
/// residuals are smoothed by a normal kernel first. Its width, 0.6·σ·n^−0.1, is that of Silverman's
/// rule at 60 points but shrinks more slowly: intervals want a steady count more than an unbiased
/// one, and cover best so in `isoloss-bench coverage`.
///
/// Source: Powell 1991, in "Nonparametric and semiparametric methods in econometrics", for the
/// kernel; Silverman, "Density estimation" (1986), equation 3.31, for the rule.
struct InfluenceEstimate {
    let influences: [Double]
    /// E ρ″(r + w·z) for each residual r, z standard normal.
    let curvatures: [Double]

    /// - Parameters:
    ///   - residuals: As large as the noise, the parameters' share given back.
    ///   - loss: The loss.
    init(residuals: [Double], loss: RobustLoss) {
        influences = residuals.map { loss.influence($0) }
        let sizes = residuals.map { abs($0) }.sorted()
        let scale = sizes.isEmpty ? 0 : 1.4826 * sizes[sizes.count / 2]
        let width = 0.6 * scale * pow(Double(max(1, residuals.count)), -0.1)
        guard loss != .squares, width > 0 else {
            curvatures = residuals.map { loss.curvature($0) }
            return
        }
        switch loss {
        case .huber(let delta):
            curvatures = residuals.map { residual in
                Self.normal((delta - residual) / width) - Self.normal((-delta - residual) / width)
            }
        default:
            curvatures = residuals.map { Self.smoothed(loss, at: $0, width: width) }
        }
    }

    private static func normal(_ value: Double) -> Double {
        0.5 * erfc(-value / 2.0.squareRoot())
    }

    /// By Stein's identity E ψ′(r + w·z) = E z·ψ(r + w·z)/w, which needs no derivative of ψ.
    private static func smoothed(_ loss: RobustLoss, at residual: Double, width: Double) -> Double {
        var (sum, whole) = (0.0, 0.0)
        for index in -45...45 {
            let z = 0.1 * Double(index)
            let density = exp(-0.5 * z * z)
            sum += density * z * loss.influence(residual + width * z)
            whole += density * z * z
        }
        return sum / (whole * width)
    }
}
