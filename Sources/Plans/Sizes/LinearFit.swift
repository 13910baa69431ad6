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
    /// The variance of a row about the fit; nil where there are no more rows than coefficients.
    let noise: Double?
    let degreesOfFreedom: Double

    /// Fits; nil where the rows do not determine the coefficients.
    ///
    /// - Parameters:
    ///   - columns: What each coefficient multiplies; all but a constant about their means.
    ///   - values: What is fitted.
    ///   - leastPivot: The share of a column's square that no other column explains, at the least.
    init?(_ columns: [[Double]], _ values: [Double], leastPivot: Double = 1e-8) {
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
        degreesOfFreedom = Double(values.count - columns.count)
        noise = degreesOfFreedom > 0 ? left / degreesOfFreedom : nil
        self.coefficients = coefficients
    }

    /// The variance of g·c for the coefficients c; nil without noise to judge by.
    func variance(of gradient: [Double]) -> Double? {
        noise.map { $0 * QuadraticForm.value(inverse, gradient) }
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
