import Fitting
import Foundation

/// The power law of a learning rate or of a batch through the best values of several sizes.
///
///     h = a·N^b·D^c
///
/// By least squares in logarithms, with the exponents that the points determine: sizes that span less
/// than a factor of 1.5 tell no exponent, and sizes that rise with their tokens tell one of the two. The
/// other exponents are carried over from a published rule.
struct HyperparameterLaw {
    /// A best value with the variance of its logarithm, where it is known.
    struct Point {
        var parameterCount: Double
        var tokenCount: Double
        var logarithm: Double
        var variance: Double?
        var degreesOfFreedom = 0.0
    }

    /// The exponents of N and D, those of the points with their intervals.
    let exponents: [PlannedQuantity]
    /// True for those that the points determine.
    let isFitted: [Bool]
    /// a.
    let coefficient: Double
    private let fit: LinearFit
    private let centre: [Double]
    private let level: Double?

    private static let leastSpan = log(1.5)
    /// The share of the square of log D that log N leaves unexplained, at the least, for both exponents.
    private static let leastPivot = 1e-2

    /// Fits; nil without points.
    ///
    /// - Parameters:
    ///   - points: Best values; one alone is a reference.
    ///   - carried: Exponents of N and D for those that the points leave open.
    ///   - level: How sure intervals are to be.
    init?(_ points: [Point], carried: [Double], level: Double?) {
        let places = [points.map { log($0.parameterCount) }, points.map { log($0.tokenCount) }]
        let centre = places.map { $0.reduce(0, +) / Double($0.count) }
        let columns = zip(places, centre).map { place, mean in place.map { $0 - mean } }
        let spans = columns.map { ($0.max() ?? 0) - ($0.min() ?? 0) }
        let varied = spans.indices.filter { spans[$0] > Self.leastSpan }
        let choices = [varied] + varied.map { [$0] } + [[]]
        func fit(_ axes: [Int]) -> LinearFit? {
            let values = points.indices.map { row in
                spans.indices.reduce(points[row].logarithm) {
                    $0 - (axes.contains($1) ? 0 : carried[$1] * columns[$1][row])
                }
            }
            return LinearFit(
                [values.map { _ in 1 }] + axes.map { columns[$0] }, values,
                known: points.map { ($0.variance, $0.degreesOfFreedom) },
                leastPivot: Self.leastPivot)
        }
        guard let axes = choices.first(where: { fit($0) != nil }), let fit = fit(axes) else {
            return nil
        }
        exponents = spans.indices.map { axis in
            guard let place = axes.firstIndex(of: axis) else {
                return PlannedQuantity(carried[axis])
            }
            return fit.quantity(
                of: (0...axes.count).map { $0 == place + 1 ? 1 : 0 }, level: level)
        }
        isFitted = spans.indices.map(axes.contains)
        coefficient = exp(
            zip(exponents, centre).reduce(fit.coefficients[0]) { $0 - $1.0.value * $1.1 })
        (self.fit, self.centre, self.level) = (fit, centre, level)
    }

    /// The value at a size and its tokens; its interval is that of the law, not of one more cell.
    func value(parameterCount: Double, tokenCount: Double) -> PlannedQuantity {
        let moved = zip([log(parameterCount), log(tokenCount)], centre).map { $0 - $1 }
        let gradient = [1] + moved.indices.filter { isFitted[$0] }.map { moved[$0] }
        return PlannedQuantity(
            logarithm: zip(exponents, moved).reduce(fit.coefficients[0]) {
                $0 + $1.0.value * $1.1
            },
            variance: fit.variance(of: gradient), degreesOfFreedom: fit.degreesOfFreedom,
            level: level)
    }
}
