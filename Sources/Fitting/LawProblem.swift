import Foundation
import Laws
import LeastSquares

/// A law and its observations as the solver sees them: residuals over coordinates.
struct LawProblem: LeastSquaresProblem {
    let residualCount: Int
    let parameterCount: Int
    private let specs: [ParameterSpec]
    private let isLog: Bool
    /// Observed losses, or their logs for log residuals.
    private let targets: [Double]
    private var evaluator: any LawEvaluator
    private var values: [Double]
    /// Scratch: what each row of the Jacobian is multiplied by.
    private var rowScales: [Double]

    init(law: NamedLaw, observations: Observations, residual: Objective.Residual) {
        specs = law.parameters
        isLog = residual == .log
        evaluator = law.law.evaluator(for: observations.inputs)
        targets = isLog ? observations.losses.map { log($0) } : observations.losses
        residualCount = targets.count
        parameterCount = specs.count
        values = Array(repeating: 0, count: specs.count)
        rowScales = Array(repeating: 1, count: targets.count)
    }

    /// Residuals observed − predicted, in logs for log residuals.
    ///
    /// The law predicts in its own units; d log L / du = (∂L/∂value)·(dvalue/du)/L. A prediction
    /// that is not above 0 has no log: the residual turns NaN, which the solver steps back from.
    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>,
        residuals: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        for index in specs.indices {
            values[index] = specs[index].scale.value(at: parameters[index])
        }
        values.withUnsafeBufferPointer { values in
            evaluator.evaluate(values, losses: residuals, jacobian: jacobian)
        }
        if let jacobian {
            scale(jacobian, losses: residuals)
        }
        for point in 0..<residualCount {
            let predicted = residuals[point]
            residuals[point] = targets[point] - (isLog ? log(predicted) : predicted)
        }
    }

    private mutating func scale(
        _ jacobian: UnsafeMutableBufferPointer<Double>,
        losses: UnsafeMutableBufferPointer<Double>
    ) {
        // One division a point serves all columns.
        if isLog {
            for point in 0..<residualCount { rowScales[point] = 1 / losses[point] }
        }
        rowScales.withUnsafeBufferPointer { rowScales in
            for index in specs.indices {
                let slope = -specs[index].scale.slope(at: values[index])
                let column = index * residualCount
                for point in 0..<residualCount {
                    jacobian[column + point] *= slope * rowScales[point]
                }
            }
        }
    }
}
