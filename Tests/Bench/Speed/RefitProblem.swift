import Foundation
import Laws
import LeastSquares

/// Log residuals of a law over the solver's coordinates, for single searches and refits.
struct RefitProblem: LeastSquaresProblem {
    /// What a fit's own searches and refits use: strict, with the last digits left to the best one.
    static let options = SolverOptions(costTolerance: 1e-11, maximumPolishingSteps: 0)

    let residualCount: Int
    let parameterCount: Int
    private let specs: [ParameterSpec]
    private let targets: [Double]
    private var evaluator: any LawEvaluator
    private var values: [Double]
    /// Scratch: −1 over each predicted loss.
    private var rowScales: [Double]

    init(law: NamedLaw, inputs: [LawInput], losses: [Double]) {
        specs = law.parameters
        evaluator = law.law.evaluator(for: inputs)
        targets = losses.map { log($0) }
        residualCount = losses.count
        parameterCount = specs.count
        values = Array(repeating: 0, count: specs.count)
        rowScales = Array(repeating: 0, count: losses.count)
    }

    /// The solver's parameters at values in the law's own units.
    func parameters(at values: [Double]) -> [SolverParameter] {
        zip(specs, values).map { spec, value in
            SolverParameter(
                spec.scale.coordinate(of: value),
                lower: spec.scale.coordinate(of: spec.bounds.lowerBound),
                upper: spec.scale.coordinate(of: spec.bounds.upperBound))
        }
    }

    /// The values in the law's own units at a solution.
    func values(at solution: Solution) -> [Double] {
        zip(specs, solution.parameters).map { $0.scale.value(at: $1) }
    }

    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>, residuals: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        for index in specs.indices {
            values[index] = specs[index].scale.value(at: parameters[index])
        }
        values.withUnsafeBufferPointer { values in
            evaluator.evaluate(values, losses: residuals, jacobian: jacobian)
        }
        if let jacobian { scale(jacobian, losses: residuals) }
        for point in 0..<residualCount { residuals[point] = targets[point] - log(residuals[point]) }
    }

    /// From ∂loss/∂value to ∂residual/∂coordinate: dr/du = −(dvalue/du)·(∂L/∂value)/L.
    private mutating func scale(
        _ jacobian: UnsafeMutableBufferPointer<Double>,
        losses: UnsafeMutableBufferPointer<Double>
    ) {
        for point in 0..<residualCount { rowScales[point] = -1 / losses[point] }
        rowScales.withUnsafeBufferPointer { rowScales in
            for index in specs.indices {
                let slope = specs[index].scale.slope(at: values[index])
                let column = index * residualCount
                for point in 0..<residualCount {
                    jacobian[column + point] *= slope * rowScales[point]
                }
            }
        }
    }
}
