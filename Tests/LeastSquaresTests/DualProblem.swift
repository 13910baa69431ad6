import LeastSquares
import TestSupport

/// Residuals written once, differentiated by dual numbers.
struct DualProblem: LeastSquaresProblem {
    let residualCount: Int
    let parameterCount: Int
    let formula: @Sendable ([Dual]) -> [Dual]

    /// How often it was evaluated.
    private(set) var evaluations = 0

    init(parameterCount: Int, formula: @escaping @Sendable ([Dual]) -> [Dual]) {
        self.parameterCount = parameterCount
        self.formula = formula
        let probe = Dual.variables([Double](repeating: 0.5, count: parameterCount))
        residualCount = formula(probe).count
    }

    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>, residuals: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        evaluations += 1
        for (row, residual) in formula(Dual.variables(Array(parameters))).enumerated() {
            residuals[row] = residual.value
            for column in 0..<parameterCount {
                jacobian?[column * residualCount + row] = residual.slopes[column]
            }
        }
    }
}

extension Solution {
    /// The largest cosine between the residuals and a Jacobian column: 0 where the sum of squares
    /// is stationary, computed apart from the solver.
    var stationarity: Double {
        let rows = residuals.count
        let size = residuals.reduce(0) { $0 + $1 * $1 }.squareRoot()
        var largest = 0.0
        for column in parameters.indices {
            let slopes = jacobian[(column * rows)..<(column * rows + rows)]
            let length = slopes.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let product = zip(slopes, residuals).reduce(0) { $0 + $1.0 * $1.1 }
            if length * size > 0 { largest = max(largest, abs(product) / (length * size)) }
        }
        return largest
    }
}
