import Foundation
import LeastSquares

/// The distance of one run from its law as a process along the run, given the run's own log.
///
/// `ModelDiscrepancy` says how far an unseen curve lies from the law: gᵀΔg at a place with gradient g,
/// as if every curve had parameters of its own. At two places s and t of one run these distances hang
/// together, and what its log shows of them is known:
///
///     K(s, t) = gₛᵀ·Δ·gₜ + ¼·dₛ·dₜ + τ²·exp(−|log S1(s) − log S1(t)|/ℓ),     τ = 0.5 %, ℓ = ½
///
/// - the first term is the discrepancy, or the parameters' own covariance where that is wider at the
///   end asked for;
/// - d is what the members of an average disagree by: the share that fits one run best lies within ½ of
///   the one that left-out runs chose;
/// - the last is what no parameter takes up: a level of its own, forgotten as the forward area grows by
///   a factor of e to the ½.
///
/// With r the log's residuals and s² the variance of a point about its curve, the run lies off the law by
/// K(t, s)·(K(s, s) + s²)⁻¹·r, and what is left of the variance, K(t, t) − K(t, s)·(K(s, s) + s²)⁻¹·K(s, t),
/// is narrow next to the log and widens beyond it.
///
/// The form and its three numbers were chosen by replaying the sample runs, and a public sweep of two
/// peak rates, at 20 to 70 % of their length beside two finished runs. Without the level, intervals at
/// the end were narrower than before and held less (0 to 30 % of ends in the sweep); τ of 0.3 and 1 %
/// held too little or more than all; noise that neighbours share (`NoiseCorrelation`) beside the level
/// changed nothing; a gain that scatters by a tenth from run to run covered as well as the shares' term
/// but brought forecasts no nearer, while with it the median error of the sample runs halved.
struct RunDiscrepancy {
    /// Places along a run: where its log has points, or where a loss is asked for.
    struct Places {
        /// The gradient of each place's residual, by the parameters.
        let gradients: [[Double]]
        let logAreas: [Double]
        /// The size of a residual of 100 %: 1 for log residuals, else the loss.
        let units: [Double]
    }

    private static let levelSpread = 0.005
    private static let levelMemory = 0.5
    /// The standard deviation of a run's own share of the first member.
    private static let shareSpread = 0.5

    private let matrix: [[Double]]
    private let pointVariance: Double

    /// - Parameters:
    ///   - matrix: Δ, by the parameters in their own units.
    ///   - shareIndex: The place of the first member's share among them.
    ///   - pointScale: Standard deviation of a point about its curve.
    init(_ matrix: [[Double]], shareIndex: Int, pointScale: Double) {
        var matrix = matrix
        matrix[shareIndex][shareIndex] += Self.shareSpread * Self.shareSpread
        self.matrix = matrix
        pointVariance = pointScale * pointScale
    }

    /// The distances of a run from its law, given those at some places.
    ///
    /// - Parameters:
    ///   - log: Where the run has points.
    ///   - residuals: Observed less predicted there.
    ///   - asked: Where a loss is asked for.
    /// - Returns: The expected distance at each place asked for, and its variance without the noise of
    ///   a point; nil where the log tells nothing.
    func distances(
        after log: Places, residuals: [Double], at asked: Places
    ) -> (means: [Double], variances: [Double])? {
        let count = residuals.count
        let products = log.gradients.map(product)
        var known = DenseMatrix(rows: count, columns: count)
        for column in 0..<count {
            for row in 0...column {
                known[row, column] =
                    dot(log.gradients[row], products[column]) + level(log, row, log, column)
            }
            // A law that passes through all points leaves no noise to divide by.
            known[column, column] += max(pointVariance, 1e-12)
        }
        guard known.factorCholesky(smallPivots: .refused(below: 0)) else { return nil }
        var weights = residuals
        known.solveCholesky(&weights)
        var (means, variances): ([Double], [Double]) = ([], [])
        for place in asked.gradients.indices {
            let gradient = asked.gradients[place]
            let shared = (0..<count).map {
                dot(gradient, products[$0]) + level(asked, place, log, $0)
            }
            var solved = shared
            known.solveCholesky(&solved)
            let before = dot(gradient, product(gradient)) + level(asked, place, asked, place)
            means.append(dot(shared, weights))
            variances.append(max(0, before - dot(shared, solved)))
        }
        return (means, variances)
    }

    private func level(_ left: Places, _ row: Int, _ right: Places, _ column: Int) -> Double {
        let distance = abs(left.logAreas[row] - right.logAreas[column])
        return left.units[row] * right.units[column] * Self.levelSpread * Self.levelSpread
            * exp(-distance / Self.levelMemory)
    }

    private func product(_ gradient: [Double]) -> [Double] { matrix.map { dot($0, gradient) } }

    private func dot(_ left: [Double], _ right: [Double]) -> Double {
        var sum = 0.0
        for index in left.indices { sum += left[index] * right[index] }
        return sum
    }
}
