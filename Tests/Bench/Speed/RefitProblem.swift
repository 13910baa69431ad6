import Foundation
import Laws
import LeastSquares

/// Log residuals of a law over the solver's coordinates, for single searches and refits.
struct RefitProblem: LeastSquaresProblem {
    let residualCount: Int
    let parameterCount: Int
    private let specs: [ParameterSpec]
    private let targets: [Double]
    private var evaluator: any LawEvaluator
    private var values: [Double]

    init(law: NamedLaw, inputs: [LawInput], losses: [Double]) {
        specs = law.parameters
        evaluator = law.law.evaluator(for: inputs)
        targets = losses.map { log($0) }
        residualCount = losses.count
        parameterCount = specs.count
        values = Array(repeating: 0, count: specs.count)
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
        for point in 0..<residualCount {
            let predicted = residuals[point]
            residuals[point] = targets[point] - log(predicted)
            guard let jacobian else { continue }
            let inverse = -1 / predicted
            for index in specs.indices {
                jacobian[index * residualCount + point] *=
                    inverse * specs[index].scale.slope(at: values[index])
            }
        }
    }
}
