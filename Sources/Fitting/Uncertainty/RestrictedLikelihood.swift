import Foundation
import LeastSquares

/// How well a correlation of the noise explains the residuals of a fit, its parameters' share apart.
///
/// Residuals are smaller and less correlated than the noise, because the fit has taken from it
/// whatever looks like a change of parameters; slow noise looks most like it. The restricted
/// likelihood (REML) judges only what no change of parameters can touch, so that neither the scale
/// nor the correlation comes out too small: with Σ the correlations and X the Jacobian,
///
///     −2 log L = (n − p)·log(rᵀPr/(n − p)) + log|Σ| + log|XᵀΣ⁻¹X|,   P = Σ⁻¹ − Σ⁻¹X(XᵀΣ⁻¹X)⁻¹XᵀΣ⁻¹
///
/// up to a constant. Adding X·b to the residuals changes nothing, so they may come from any robust
/// loss. Σ⁻¹ᐟ² is applied by a scalar Kalman filter, which costs O(n·p).
///
/// Source: Patterson and Thompson 1971, doi:10.1093/biomet/58.3.545; Harvey, "Forecasting,
/// structural time series models and the Kalman filter" (1989), section 3.4.
struct RestrictedLikelihood {
    /// What a correlation is worth, and the variance that goes with it.
    struct Value {
        /// −2 log L; less is better.
        let deviance: Double
        /// Of a single point.
        let variance: Double
    }

    private let runs: [Range<Int>]
    private let spacing: PointSpacing
    /// Row-major: an orthonormal basis of the Jacobian's columns, then the residuals.
    private let rows: [Double]
    private let width: Int

    /// Points less determined parameters.
    let spare: Int

    /// - Parameters:
    ///   - residuals: Of all points, run after run.
    ///   - columns: The Jacobian's columns of the free parameters.
    ///   - counts: Points in each run.
    ///   - spacing: The distances of points.
    init(residuals: [Double], columns: [[Double]], counts: [Int], spacing: PointSpacing) {
        let basis = DenseMatrix(columns: columns).orthonormalBasis()
        width = basis.columns + 1
        spare = residuals.count - basis.columns
        self.spacing = spacing
        var runs: [Range<Int>] = []
        for count in counts {
            let start = runs.last?.upperBound ?? 0
            runs.append(start..<(start + count))
        }
        self.runs = runs
        var rows = Array(repeating: 0.0, count: residuals.count * width)
        for point in residuals.indices {
            for column in 0..<basis.columns {
                rows[point * width + column] = basis[point, column]
            }
            rows[point * width + basis.columns] = residuals[point]
        }
        self.rows = rows
    }

    /// Judges a correlation.
    func value(_ correlation: NoiseCorrelation) -> Value {
        var gram = DenseMatrix(rows: width, columns: width)
        var logDeterminant = 0.0
        for (run, gaps) in zip(runs, spacing.gaps) where !run.isEmpty {
            logDeterminant += whiten(run, gaps, correlation, into: &gram.elements)
        }
        return value(gram: gram, logDeterminant: logDeterminant)
    }

    /// Adds the products of a run's whitened columns.
    ///
    /// - Returns: log|Σ| of the run.
    private func whiten(
        _ run: Range<Int>, _ gaps: [Double], _ correlation: NoiseCorrelation,
        into gram: inout [Double]
    ) -> Double {
        let share = correlation.share
        var (variance, logDeterminant) = (share, 0.0)
        var state = Array(repeating: 0.0, count: width)
        var innovation = state
        for (index, point) in run.enumerated() {
            if index > 0 {
                let decay = exp(-gaps[index] / correlation.length)
                for column in 0..<width { state[column] *= decay }
                variance = decay * decay * variance + share * (1 - decay * decay)
            }
            // At share 1 and no distance the variance would be 0: the same point twice.
            let total = max(variance + 1 - share, 1e-12)
            let gain = variance / total
            let scale = 1 / total.squareRoot()
            logDeterminant += log(total)
            for column in 0..<width {
                let difference = rows[point * width + column] - state[column]
                state[column] += gain * difference
                innovation[column] = scale * difference
            }
            variance *= 1 - gain
            for column in 0..<width {
                for other in 0...column {
                    gram[column * width + other] += innovation[column] * innovation[other]
                }
            }
        }
        return logDeterminant
    }

    /// Eliminates the basis by Cholesky: its log determinant, and the rest of the residuals.
    private func value(gram: DenseMatrix, logDeterminant: Double) -> Value {
        var factor = gram
        factor.factorCholesky(smallPivots: .raised(to: .leastNormalMagnitude))
        let basis = (0..<(width - 1)).reduce(0) { $0 + 2 * log(factor[$1, $1]) }
        let rest = factor[width - 1, width - 1]
        let variance = rest * rest / Double(spare)
        return Value(
            deviance: logDeterminant + basis + Double(spare) * log(variance), variance: variance)
    }
}
