import Foundation
import LeastSquares

/// The likelihood of a correlation of the noise given the residuals of a fit, its parameters' share apart.
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
    /// The likelihood of a correlation, and the variance that goes with it.
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

/// Chooses the correlation of the noise that explains a fit's residuals best.
///
/// Three models, each within the next: independent points, a first-order autoregression, and one
/// seen through independent noise. A richer model has to earn its parameter: the length by Akaike's
/// price of 2, the share by Schwarz' log n, because a share below 1 leaves room for slow noise that
/// short curves can hardly tell from none.
///
/// Source: Akaike 1974, doi:10.1109/TAC.1974.1100705; Schwarz 1978, doi:10.1214/aos/1176344136.
struct CorrelationSearch {
    /// The choice.
    struct Choice {
        let correlation: NoiseCorrelation
        let value: RestrictedLikelihood.Value
        /// The deviance with the price of its parameters.
        let score: Double
    }

    let likelihood: RestrictedLikelihood
    /// log of the lengths looked at.
    private let lengths: ClosedRange<Double>

    private static let shares: ClosedRange<Double> = 0.02...0.98
    private static let gridLengths = 12
    private static let gridShares = [0.9, 0.7, 0.5, 0.3, 0.15, 0.05]

    /// - Parameters:
    ///   - likelihood: What judges.
    ///   - longest: The length of the longest run: slower noise cannot be told from a parameter.
    init(likelihood: RestrictedLikelihood, longest: Double) {
        self.likelihood = likelihood
        lengths = log(0.25)...log(max(1, longest))
    }

    /// The best model.
    func choice() -> Choice {
        let white = choice(.none, price: 0)
        guard likelihood.spare > 3 else { return white }
        let autoregressive = choice(refined(bestOfGrid(shares: [1]), moves: [.length]), price: 2)
        let start = bestOfGrid(shares: Self.gridShares)
        let mixed = choice(
            refined(start, moves: [.length, .share, .length, .share, .length]),
            price: 2 + log(Double(likelihood.spare)))
        return [white, autoregressive, mixed].min { $0.score < $1.score } ?? white
    }

    private func choice(_ correlation: NoiseCorrelation, price: Double) -> Choice {
        let value = likelihood.value(correlation)
        return Choice(correlation: correlation, value: value, score: value.deviance + price)
    }

    private func bestOfGrid(shares: [Double]) -> NoiseCorrelation {
        let width = (lengths.upperBound - lengths.lowerBound) / Double(Self.gridLengths)
        var best = (deviance: Double.infinity, correlation: NoiseCorrelation.none)
        for share in shares {
            for index in 0...Self.gridLengths {
                let length = exp(lengths.lowerBound + Double(index) * width)
                let candidate = NoiseCorrelation(share: share, length: length)
                let deviance = likelihood.value(candidate).deviance
                if deviance < best.deviance { best = (deviance, candidate) }
            }
        }
        return best.correlation
    }

    private enum Move { case length, share }

    /// Improves one parameter after the other.
    private func refined(_ start: NoiseCorrelation, moves: [Move]) -> NoiseCorrelation {
        var correlation = start
        for move in moves {
            switch move {
            case .length:
                let middle = log(correlation.length)
                let width = (lengths.upperBound - lengths.lowerBound) / Double(Self.gridLengths)
                let found = minimum(
                    in: max(
                        middle - width, lengths.lowerBound)...min(
                            middle + width, lengths.upperBound)
                ) { NoiseCorrelation(share: correlation.share, length: exp($0)) }
                correlation.length = exp(found)
            case .share:
                correlation.share = minimum(
                    in: max(
                        correlation.share - 0.2, Self.shares.lowerBound)...min(
                            correlation.share + 0.2, Self.shares.upperBound)
                ) { NoiseCorrelation(share: $0, length: correlation.length) }
            }
        }
        return correlation
    }

    /// The parameter of least deviance, to a thousandth of the range.
    private func minimum(
        in range: ClosedRange<Double>, _ correlation: (Double) -> NoiseCorrelation
    ) -> Double {
        ScalarMinimizer.minimum(in: range, tolerance: 5e-4) {
            likelihood.value(correlation($0)).deviance
        }.place
    }
}
