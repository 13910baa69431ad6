import Fitting
import Foundation
import LeastSquares

/// A linear fit by least squares, with what the covariance of its coefficients follows from.
///
///     LinearFit([ones, x], y)?.coefficients      // intercept and slope of a line
struct LinearFit {
    let coefficients: [Double]
    /// (XᵀX)⁻¹: the covariance in units of the noise.
    let inverse: [[Double]]
    /// The variance of a row about the fit; with no more rows than coefficients that of the rows by
    /// their own uncertainty, where it is known.
    let noise: Double?
    let degreesOfFreedom: Double

    /// Fits; nil where the rows do not determine the coefficients.
    ///
    /// - Parameters:
    ///   - columns: What each coefficient multiplies; all but a constant about their means.
    ///   - values: What is fitted.
    ///   - known: The rows' own variances, where there are some.
    ///   - leastPivot: The share of a column's square that no other column explains, at the least.
    init?(
        _ columns: [[Double]], _ values: [Double],
        known: [(variance: Double?, degreesOfFreedom: Double)] = [], leastPivot: Double = 1e-8
    ) {
        func product(_ left: [Double], _ right: [Double]) -> Double {
            zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
        }
        // Columns of length one, so that a pivot is the share that is a column's own.
        let lengths = columns.map { product($0, $0).squareRoot() }
        guard values.count >= columns.count, lengths.allSatisfy({ $0 > 0 }) else { return nil }
        let units = zip(columns, lengths).map { column, length in column.map { $0 / length } }
        var normal = DenseMatrix(
            columns: units.map { left in units.map { product(left, $0) } })
        guard normal.factorCholesky(smallPivots: .refused(below: leastPivot)) else { return nil }
        let coefficients = zip(normal.solution(of: units.map { product($0, values) }), lengths)
            .map { $0 / $1 }
        inverse = columns.indices.map { row in
            let unit = columns.indices.map { $0 == row ? 1.0 : 0 }
            return zip(normal.solution(of: unit), lengths).map { $0 / ($1 * lengths[row]) }
        }
        let left = values.indices.reduce(0.0) { sum, row in
            let fitted = zip(columns, coefficients).reduce(0) { $0 + $1.0[row] * $1.1 }
            return sum + (values[row] - fitted) * (values[row] - fitted)
        }
        let spare = Double(values.count - columns.count)
        let variances = known.compactMap(\.variance)
        if spare > 0 {
            (noise, degreesOfFreedom) = (left / spare, spare)
        } else {
            noise =
                variances.isEmpty ? nil : variances.reduce(0, +) / Double(variances.count)
            degreesOfFreedom = known.reduce(0) { $0 + $1.degreesOfFreedom }
        }
        self.coefficients = coefficients
    }

    /// The variance of g·c for the coefficients c; nil without noise to judge by.
    func variance(of gradient: [Double]) -> Double? {
        noise.map { $0 * QuadraticForm.value(inverse, gradient) }
    }

    /// g·c for the coefficients c, with Student's interval.
    func quantity(of gradient: [Double], level: Double?) -> PlannedQuantity {
        let value = zip(gradient, coefficients).reduce(0) { $0 + $1.0 * $1.1 }
        let half = PlannedQuantity.halfWidth(variance(of: gradient), degreesOfFreedom, level)
        return PlannedQuantity(
            value, lower: half.map { value - $0 }, upper: half.map { value + $0 })
    }
}

extension DenseMatrix {
    /// The solution x of RᵀR·x = b for the factor R that this matrix has become.
    func solution(of rightSide: [Double]) -> [Double] {
        var solution = rightSide
        solveCholesky(&solution)
        return solution
    }
}

extension PlannedQuantity {
    /// A quantity from its logarithm, whose interval is Student's.
    ///
    /// - Parameters:
    ///   - logarithm: ln q.
    ///   - variance: That of ln q; nil where it is not known.
    ///   - degreesOfFreedom: Those of the variance.
    ///   - level: How sure the interval is to be; nil without one.
    init(
        logarithm: Double, variance: Double?, degreesOfFreedom: Double, level: Double?
    ) {
        let half = Self.halfWidth(variance, degreesOfFreedom, level)
        let value = exp(logarithm)
        self.init(
            value, lower: half.map { value * exp(-$0) }, upper: half.map { value * exp($0) })
    }

    /// A function of the quantity that rises or falls throughout.
    func mapped(_ function: (Double) -> Double) -> PlannedQuantity {
        let ends = [lower, upper].compactMap { $0.map(function) }.sorted()
        return PlannedQuantity(function(value), lower: ends.first, upper: ends.last)
    }

    /// Half the width of an interval by Student's t; nil without a variance, or where the interval
    /// says nothing.
    static func halfWidth(
        _ variance: Double?, _ degreesOfFreedom: Double, _ level: Double?
    ) -> Double? {
        guard let level, let variance, degreesOfFreedom > 0 else { return nil }
        let half =
            LawPredictor.Interval.quantile(level: level, degreesOfFreedom: degreesOfFreedom)
            * variance.squareRoot()
        return half.isFinite ? half : nil
    }
}
