import Foundation
import LeastSquares

/// Chooses the correlation of the noise that explains a fit's residuals best.
///
/// Three models, each within the next: independent points, a first-order autoregression, and one
/// seen through independent noise. A richer model has to earn its parameter: the length by Akaike's
/// price of 2, the share by Schwarz' log n, because a share below 1 leaves room for slow noise that
/// short curves can hardly tell from none.
///
/// Source: Akaike 1974, doi:10.1109/TAC.1974.1100705; Schwarz 1978, doi:10.1214/aos/1176344136.
struct CorrelationSearch {
    /// What was chosen.
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
