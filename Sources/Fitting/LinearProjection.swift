import Laws

/// Finds the parameters in which a law is linear, given the others, by one linear solve.
///
/// With the shape parameters held, loss = φ₀ + Σ cⱼ·φⱼ, where φⱼ = ∂loss/∂cⱼ. The cⱼ that minimise
/// the squared relative residuals are a start close to the best one for any of our objectives, so
/// that a search only has to cover the shape parameters (variable projection: Golub and Pereyra
/// 1973, used here for starting points alone).
struct LinearProjection {
    private let specs: [ParameterSpec]
    private let linear: [Int]
    private let losses: [Double]
    private var evaluator: any LawEvaluator
    private var predicted: [Double]
    private var jacobian: [Double]

    /// - Parameters:
    ///   - law: The law.
    ///   - free: Which parameters are not fixed.
    ///   - observations: The points to fit.
    init(law: NamedLaw, free: [Bool], observations: Observations) {
        let specs = law.parameters
        self.specs = specs
        linear = specs.indices.filter { free[$0] && specs[$0].start == .projected }
        losses = observations.losses
        evaluator = law.law.evaluator(for: observations.inputs)
        predicted = Array(repeating: 0, count: losses.count)
        jacobian = Array(repeating: 0, count: losses.count * specs.count)
    }

    /// Replaces the linear parameters among `values` by their best values, inside their bounds.
    mutating func project(_ values: inout [Double]) {
        guard !linear.isEmpty else { return }
        for index in linear { values[index] = 1 }
        evaluate(values)
        let columns = linear.map { column($0) }
        let solved = LinearCoefficients.best(
            columns: columns, target: target(), weights: losses,
            floors: linear.indices.map { floor(of: $0) })
        for (index, value) in zip(linear, solved) {
            let bounds = specs[index].bounds
            values[index] = min(max(value, bounds.lowerBound), bounds.upperBound)
        }
    }

    /// Where a coefficient that wants to be negative is put: at its bound, or, where only positive
    /// values exist, at a thousandth of the loss.
    private func floor(of position: Int) -> Double {
        let spec = specs[linear[position]]
        guard spec.scale == .log else { return spec.bounds.lowerBound }
        let scale = column(linear[position]).reduce(0) { max($0, abs($1)) }
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

    private func column(_ index: Int) -> ArraySlice<Double> {
        jacobian[(index * losses.count)..<((index + 1) * losses.count)]
    }

    /// What the linear part has to explain: observed − φ₀, where all coefficients were 1.
    private func target() -> [Double] {
        var target = losses
        for point in target.indices {
            var constant = predicted[point]
            for index in linear { constant -= jacobian[index * losses.count + point] }
            target[point] -= constant
        }
        return target
    }
}
