import Foundation
import LeastSquares

/// The influence of residuals under a loss: their influences ψ, and the mean curvature ρ″ around each.
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

/// The correlation of the influences ψ(r) of a robust loss where the residuals are correlated.
///
/// A bounded ψ forgets the size of a residual, and with it some of the correlation. For normal
/// residuals of correlation c, corr(ψ, ψ) = Σ_k w_k·c^k, with w_k the share of the k-th Hermite
/// polynomial in ψ; only odd k occur, ψ being odd. For squares that is c itself, for a small
/// Huber δ nearly (2/π)·asin c.
///
/// Source: Mehler's formula; Lancaster 1957, doi:10.1093/biomet/44.1-2.289.
struct InfluenceCorrelation {
    /// The weight of each power 1, 3, 5, …; together at most 1.
    let weights: [Double]

    /// The sum of the powers left out: it counts as independent.
    private static let highestPower = 61

    /// - Parameters:
    ///   - loss: The loss.
    ///   - scale: The standard deviation of a residual.
    init(loss: RobustLoss, scale: Double) {
        guard loss != .squares, scale > 0 else {
            weights = [1]
            return
        }
        var parts = Array(repeating: 0.0, count: Self.highestPower + 1)
        var whole = 0.0
        let width = 0.01
        for index in -900..<900 {
            let x = (Double(index) + 0.5) * width
            let density = width * exp(-0.5 * x * x) / (2 * Double.pi).squareRoot()
            let influence = loss.influence(scale * x)
            whole += density * influence * influence
            // Orthonormal Hermite polynomials by their recurrence.
            var (before, current) = (1.0, x)
            for power in 1...Self.highestPower {
                parts[power] += density * influence * current
                let next =
                    (x * current - Double(power).squareRoot() * before)
                    / Double(power + 1).squareRoot()
                (before, current) = (current, next)
            }
        }
        weights = stride(from: 1, through: Self.highestPower, by: 2).map { power in
            whole > 0 ? parts[power] * parts[power] / whole : 0
        }
    }

    /// Multiplies columns by the correlation matrix of the influences.
    ///
    /// Each power is a first-order autoregression of its own, so the product takes two passes along
    /// a run instead of all pairs of its points.
    ///
    /// - Parameters:
    ///   - columns: One value per point, run after run.
    ///   - noise: The correlation of the residuals.
    ///   - spacing: The distances of points.
    /// - Returns: The columns multiplied.
    func multiply(
        _ columns: [[Double]], noise: NoiseCorrelation, spacing: PointSpacing
    ) -> [[Double]] {
        var used = 0.0
        var sums = columns.map { $0.map { _ in 0.0 } }
        for (index, weight) in weights.enumerated() {
            let power = Double(2 * index + 1)
            let share = weight * pow(noise.share, power)
            guard share > 1e-5 else { continue }
            used += share
            for run in runs(of: spacing) {
                let decays = run.gaps.map { exp(-$0 * power / noise.length) }
                for column in columns.indices {
                    add(share, decays, columns[column], run.points, to: &sums[column])
                }
            }
        }
        return zip(columns, sums).map { column, sum in
            zip(column, sum).map { $1 + (1 - used) * $0 }
        }
    }

    private func runs(of spacing: PointSpacing) -> [(points: Range<Int>, gaps: [Double])] {
        var start = 0
        return spacing.gaps.map { gaps in
            defer { start += gaps.count }
            return (start..<(start + gaps.count), gaps)
        }
    }

    /// Adds share·Σ_t exp(−|distance|)·column_t at each point of a run.
    private func add(
        _ share: Double, _ decays: [Double], _ column: [Double], _ points: Range<Int>,
        to sum: inout [Double]
    ) {
        var memory = 0.0
        for (index, point) in points.enumerated() {
            memory = (index > 0 ? memory * decays[index] : 0) + column[point]
            sum[point] += share * memory
        }
        memory = 0
        for (index, point) in points.enumerated().reversed() {
            sum[point] += share * memory
            memory = (memory + column[point]) * decays[index]
        }
    }
}
