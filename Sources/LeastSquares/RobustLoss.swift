internal import Foundation

/// The cost ρ(r) of a residual, with ρ(r) ≈ ½r² near 0 for every case.
///
/// | case | ρ(r), with x = r/δ | ρ′(r) | ρ″(r) |
/// |---|---|---|---|
/// | squares | ½r² | r | 1 |
/// | huber | ½r² inside δ, δ(\|r\| − ½δ) outside | r inside, ±δ outside | 1, 0 |
/// | softL1 | δ²(√(1 + x²) − 1) | r/√(1 + x²) | (1 + x²)^−3/2 |
/// | cauchy | ½δ² log(1 + x²) | r/(1 + x²) | (1 − x²)/(1 + x²)² |
/// | tukey | δ²/6·(1 − (1 − x²)³) inside, δ²/6 outside | r(1 − x²)², 0 | (1 − x²)(1 − 5x²), 0 |
///
/// δ is in residual units. Source: Huber, "Robust Statistics" (1981), chapter 7; Beaton and Tukey,
/// Technometrics 16 (1974), doi:10.1080/00401706.1974.10489171.
package enum RobustLoss: Equatable, Sendable {
    case squares
    case huber(delta: Double)
    case softL1(delta: Double)
    case cauchy(delta: Double)
    case tukey(delta: Double)

    /// The cost ρ(r) of one residual.
    package func value(_ residual: Double) -> Double {
        switch self {
        case .squares:
            return 0.5 * residual * residual
        case .huber(let delta):
            let size = abs(residual)
            return size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta)
        case .softL1(let delta):
            // √(1 + x²) − 1 loses all digits for small x: x²/(√(1 + x²) + 1) does not.
            let root = (1 + (residual / delta) * (residual / delta)).squareRoot()
            return residual * residual / (root + 1)
        case .cauchy(let delta):
            let ratio = residual / delta
            return 0.5 * delta * delta * log1p(ratio * ratio)
        case .tukey(let delta):
            // 1 − (1 − x²)³ expanded, for the same reason.
            let square = min(1, (residual / delta) * (residual / delta))
            return delta * delta / 6 * square * (3 - square * (3 - square))
        }
    }

    /// Σ ρ(r) over residuals.
    package func sum(_ residuals: [Double]) -> Double {
        guard case .huber(let delta) = self else {
            return residuals.reduce(0) { $0 + value($1) }
        }
        // With m = min(|r|, δ), m·(|r| − ½m) is both branches of ρ.
        return residuals.reduce(0) { sum, residual in
            let size = abs(residual)
            let inner = size < delta ? size : delta
            return sum + inner * (size - 0.5 * inner)
        }
    }

    /// The influence ψ(r) = ρ′(r).
    package func influence(_ residual: Double) -> Double {
        switch self {
        case .squares: residual
        case .huber(let delta): max(-delta, min(delta, residual))
        default: weight(residual) * residual
        }
    }

    /// The reweighting factor ψ(r)/r: a parabola with this curvature lies above ρ.
    package func weight(_ residual: Double) -> Double {
        switch self {
        case .squares:
            return 1
        case .huber(let delta):
            let size = abs(residual)
            return size <= delta ? 1 : delta / size
        case .softL1(let delta):
            let ratio = residual / delta
            return 1 / (1 + ratio * ratio).squareRoot()
        case .cauchy(let delta):
            let ratio = residual / delta
            return 1 / (1 + ratio * ratio)
        case .tukey(let delta):
            let rest = max(0, 1 - (residual / delta) * (residual / delta))
            return rest * rest
        }
    }

    /// The curvature ρ″(r); at a kink, the curvature inside.
    package func curvature(_ residual: Double) -> Double {
        switch self {
        case .squares:
            return 1
        case .huber(let delta):
            return abs(residual) <= delta ? 1 : 0
        case .softL1:
            let weight = weight(residual)
            return weight * weight * weight
        case .cauchy(let delta):
            let square = (residual / delta) * (residual / delta)
            return (1 - square) / ((1 + square) * (1 + square))
        case .tukey(let delta):
            let square = (residual / delta) * (residual / delta)
            return square >= 1 ? 0 : (1 - square) * (1 - 5 * square)
        }
    }
}
