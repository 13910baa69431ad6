import LeastSquares
import TestSupport

/// Residuals y − X·θ: everything about it has a closed form.
struct LinearProblem: LeastSquaresProblem {
    /// One row of predictors per observation.
    let predictors: [[Double]]
    var responses: [Double]

    var residualCount: Int { responses.count }

    var parameterCount: Int { predictors.first?.count ?? 0 }

    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>, residuals: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        for (row, x) in predictors.enumerated() {
            residuals[row] = responses[row] - zip(x, parameters).reduce(0) { $0 + $1.0 * $1.1 }
            for column in x.indices {
                jacobian?[column * residualCount + row] = -x[column]
            }
        }
    }

    /// A line 3 − 2x with noise, at x = 0, 1, … .
    static func line(count: Int, noise: Double, seed: UInt64) -> LinearProblem {
        var generator = SeededGenerator(seed: seed)
        let rows = (0..<count).map { [1, Double($0)] }
        let responses = rows.map {
            3 - 2 * $0[1] + noise * Double.random(in: -1...1, using: &generator)
        }
        return LinearProblem(predictors: rows, responses: responses)
    }
}

/// Intercept and slope of a straight line by the textbook sums, with their covariance.
struct LineByHand {
    let intercept: Double
    let slope: Double

    /// Σ r²/(n − 2).
    let variance: Double

    /// Var intercept, covariance, var slope.
    let covariance: [Double]

    init(_ problem: LinearProblem) {
        let count = Double(problem.residualCount)
        let x = problem.predictors.map { $0[1] }
        let y = problem.responses
        let meanX = x.reduce(0, +) / count
        let meanY = y.reduce(0, +) / count
        let spread = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        let slope = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / spread
        let intercept = meanY - slope * meanX
        let squares = zip(x, y).reduce(0) { sum, point in
            let residual = point.1 - intercept - slope * point.0
            return sum + residual * residual
        }
        let variance = squares / (count - 2)
        self.slope = slope
        self.intercept = intercept
        self.variance = variance
        covariance = [
            variance * (1 / count + meanX * meanX / spread), -variance * meanX / spread,
            variance / spread,
        ]
    }
}
