package import Laws
package import LeastSquares

/// A law and its observations as the solver sees them: residuals over coordinates.
package struct LawProblem: SearchProblem {
    package let residualCount: Int
    package let parameterCount: Int
    package var weights: [Double]? { nil }
    private let specs: [ParameterSpec]
    private let isLog: Bool
    /// Observed losses, or their logs for log residuals.
    private let targets: [Double]
    /// The law at the points.
    private(set) var evaluator: any LawEvaluator
    private var values: [Double]
    /// Scratch: what each row of the Jacobian is multiplied by.
    private var rowScales: [Double]
    /// Scratch: logs of the predictions.
    private var logs: [Double]

    package init(law: ConfiguredLaw, observations: Observations, residual: Objective.Residual) {
        specs = law.parameters
        isLog = residual == .log
        evaluator = law.law.evaluator(for: observations.inputs)
        let losses = observations.losses
        logs = losses
        if isLog { VectorMath.log(losses, into: &logs) }
        targets = logs
        residualCount = losses.count
        parameterCount = specs.count
        values = Array(repeating: 0, count: specs.count)
        rowScales = Array(repeating: 1, count: losses.count)
    }

    /// Residuals observed − predicted, in logs for log residuals.
    ///
    /// The law predicts in its own units; d log L / du = (∂L/∂value)·(dvalue/du)/L. A prediction
    /// that is not above 0 has no log: the residual turns NaN, which the solver steps back from.
    package mutating func evaluate(
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
        targets.withUnsafeBufferPointer { targets in
            guard isLog else {
                return VectorKernels.subtract(
                    UnsafeBufferPointer(residuals), from: targets, into: residuals)
            }
            logs.withUnsafeMutableBufferPointer { logs in
                VectorMath.log(UnsafeBufferPointer(residuals), into: logs)
                VectorKernels.subtract(UnsafeBufferPointer(logs), from: targets, into: residuals)
            }
        }
    }

    /// The cost of the residuals that predictions leave.
    mutating func cost(ofPredictions predicted: [Double], loss: RobustLoss) -> Double {
        guard isLog else { return loss.sum(zip(targets, predicted).map { $0 - $1 }) }
        VectorMath.log(predicted, into: &logs)
        for point in targets.indices { logs[point] = targets[point] - logs[point] }
        return loss.sum(logs)
    }

    /// The cost at coordinates, without a search.
    mutating func cost(at coordinates: [Double], loss: RobustLoss) -> Double {
        loss.sum(evaluated(at: coordinates, wantsJacobian: false).residuals)
    }

    private mutating func scale(
        _ jacobian: UnsafeMutableBufferPointer<Double>,
        losses: UnsafeMutableBufferPointer<Double>
    ) {
        let (specs, values, isLog, count) = (specs, values, isLog, residualCount)
        rowScales.withUnsafeMutableBufferPointer { rowScales in
            // One division a point serves all columns.
            if isLog { VectorKernels.invert(UnsafeBufferPointer(losses), into: rowScales) }
            for index in specs.indices {
                VectorKernels.scale(
                    UnsafeMutableBufferPointer(
                        rebasing: jacobian[(index * count)..<((index + 1) * count)]),
                    by: UnsafeBufferPointer(rowScales),
                    times: -specs[index].scale.slope(at: values[index]))
            }
        }
    }
}

/// A problem that a search from several starts minimises.
package protocol SearchProblem: LeastSquaresProblem {
    /// One per residual; nil for all ones.
    var weights: [Double]? { get }
}

extension LeastSquaresProblem {
    /// Residuals and, when asked, their derivatives at a point.
    mutating func evaluated(
        at coordinates: [Double], wantsJacobian: Bool = true
    ) -> (residuals: [Double], jacobian: [Double]) {
        var residuals = Array(repeating: 0.0, count: residualCount)
        var jacobian = Array(
            repeating: 0.0, count: wantsJacobian ? residualCount * parameterCount : 0)
        coordinates.withUnsafeBufferPointer { coordinates in
            residuals.withUnsafeMutableBufferPointer { residuals in
                jacobian.withUnsafeMutableBufferPointer { jacobian in
                    evaluate(
                        coordinates, residuals: residuals,
                        jacobian: wantsJacobian ? jacobian : nil)
                }
            }
        }
        return (residuals, jacobian)
    }
}

extension SolverParameter {
    /// A law's parameter as the solver sees it: its bounds in the solver's coordinate.
    ///
    /// - Parameters:
    ///   - spec: The parameter.
    ///   - coordinate: Where to begin.
    ///   - isFixed: Whether it stays there.
    init(_ spec: ParameterSpec, at coordinate: Double, isFixed: Bool) {
        self.init(
            coordinate, lower: spec.scale.coordinate(of: spec.bounds.lowerBound),
            upper: spec.scale.coordinate(of: spec.bounds.upperBound), isFixed: isFixed)
    }
}

extension SolverOptions {
    /// For the many searches of a fit, of which the best one is taken to the last digit afterwards.
    ///
    /// A start only has to show which optimum it leads to; a refit, to end within a ten-thousandth
    /// of a standard error, which a part in 10¹¹ of the cost is below.
    package static let search = SolverOptions(costTolerance: 1e-11, maximumPolishingSteps: 0)
}
