package import Laws
import LeastSquares

/// Finds the parameters in which a law is linear, given the others, by one linear solve.
///
/// With the shape parameters held, loss = φ₀ + Σ cⱼ·φⱼ, where φⱼ = ∂loss/∂cⱼ. The cⱼ that minimise
/// the squared relative residuals are a start close to the best one for any of our objectives, so
/// that a search only has to cover the shape parameters (variable projection: Golub and Pereyra
/// 1973, used here for starting points alone).
package struct LinearProjection {
    private let specs: [ParameterSpec]
    private let linear: [Int]
    private let losses: [Double]
    private let inverseLosses: [Double]
    private var evaluator: any LawEvaluator
    private var jacobian: [Double]
    /// Scratch: (loss − prediction)/loss.
    private var residuals: [Double]

    /// The law's losses at the values projected last.
    private(set) var predicted: [Double]

    /// - Parameters:
    ///   - law: The law.
    ///   - free: Which parameters are not fixed.
    ///   - losses: The losses to fit.
    ///   - evaluator: The law at their points.
    package init(law: ConfiguredLaw, free: [Bool], losses: [Double], evaluator: any LawEvaluator) {
        let specs = law.parameters
        self.specs = specs
        linear = specs.indices.filter { free[$0] && specs[$0].start == .projected }
        self.losses = losses
        inverseLosses = losses.map { 1 / $0 }
        self.evaluator = evaluator
        predicted = Array(repeating: 0, count: losses.count)
        residuals = predicted
        jacobian = Array(repeating: 0, count: losses.count * specs.count)
    }

    /// Replaces the linear parameters among `values` by their best values, inside their bounds.
    ///
    /// - Returns: False for a law without such parameters: nothing is evaluated then.
    package mutating func project(_ values: inout [Double]) -> Bool {
        guard !linear.isEmpty else { return false }
        for index in linear { values[index] = 1 }
        evaluate(values)
        let floors = linear.map { floor(of: $0) }
        let solved = LinearCoefficients.best(normalEquations(), floors: floors)
        for (index, value) in zip(linear, solved) {
            let bounds = specs[index].bounds
            values[index] = min(max(value, bounds.lowerBound), bounds.upperBound)
            predict(from: index, at: values[index])
        }
        return true
    }

    /// Where a coefficient that wants to be negative is put: at its bound, or, where only positive
    /// values exist, at a thousandth of the loss.
    private func floor(of index: Int) -> Double {
        let spec = specs[index]
        guard spec.scale == .log else { return spec.bounds.lowerBound }
        let count = losses.count
        var scale = 0.0
        for place in (index * count)..<((index + 1) * count) {
            let size = abs(jacobian[place])
            scale = size > scale ? size : scale
        }
        guard scale > 0 else { return 1 }
        return max(spec.bounds.lowerBound, 1e-3 * losses[0] / scale)
    }

    private mutating func evaluate(_ values: [Double]) {
        values.withUnsafeBufferPointer { values in
            predicted.withUnsafeMutableBufferPointer { predicted in
                jacobian.withUnsafeMutableBufferPointer { jacobian in
                    evaluator.evaluate(values, losses: predicted, jacobian: jacobian)
                }
            }
        }
    }

    /// With the coefficients at 1, what they are to change explains observed − predicted; divided
    /// by the losses, since residuals are relative.
    private mutating func normalEquations() -> NormalEquations {
        let (count, linear, inverseLosses) = (losses.count, linear, inverseLosses)
        for point in 0..<count {
            residuals[point] = (losses[point] - predicted[point]) * inverseLosses[point]
        }
        jacobian.withUnsafeMutableBufferPointer { jacobian in
            for index in linear {
                let column = index * count
                for point in 0..<count { jacobian[column + point] *= inverseLosses[point] }
            }
        }
        var system = jacobian.withUnsafeBufferPointer { jacobian in
            residuals.withUnsafeBufferPointer { residuals in
                let columns = linear.map {
                    UnsafeBufferPointer(rebasing: jacobian[($0 * count)..<(($0 + 1) * count)])
                }
                return NormalEquations(columns: columns, target: residuals)
            }
        }
        system.move(by: 1)
        return system
    }

    /// Moves the predictions from a coefficient of 1 to its value.
    private mutating func predict(from index: Int, at value: Double) {
        let column = index * losses.count
        for point in losses.indices {
            predicted[point] += (value - 1) * jacobian[column + point] * losses[point]
        }
    }
}
