import Foundation
import LeastSquares

/// How correlated the influences ψ(r) of a robust loss are where the residuals are correlated.
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

    /// What the powers left out add up to: it counts as independent.
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
