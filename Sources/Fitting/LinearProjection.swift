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
        let system = NormalEquations(
            columns: linear.map { column($0) }, target: target(), weights: losses)
        var active = Array(linear.indices)
        var solved = system.solve(over: active, pinned: [:])
        var pinned: [Int: Double] = [:]
        // Every round pins at least one parameter, so the rounds end.
        while let worst = active.min(by: { excess(solved, $0) < excess(solved, $1) }),
            excess(solved, worst) < 0
        {
            pinned[worst] = floor(of: worst)
            active.removeAll { $0 == worst }
            solved = system.solve(over: active, pinned: pinned)
        }
        for (position, index) in linear.enumerated() {
            let bounds = specs[index].bounds
            let value = pinned[position] ?? solved[position]
            values[index] = min(max(value, bounds.lowerBound), bounds.upperBound)
        }
    }

    private func excess(_ solved: [Double], _ position: Int) -> Double {
        solved[position].isFinite ? solved[position] - floor(of: position) : -.infinity
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

/// Σ ((target − Σ cⱼφⱼ)/weight)² and its minimum over some of the coefficients.
///
/// Cholesky on column-scaled normal equations: a handful of columns, and a start does not need the
/// digits that squaring the condition number costs.
private struct NormalEquations {
    private var matrix: [[Double]]
    private var rightSide: [Double]

    init(columns: [ArraySlice<Double>], target: [Double], weights: [Double]) {
        let inverse = weights.map { 1 / ($0 * $0) }
        func dot(_ left: ArraySlice<Double>, _ right: ArraySlice<Double>) -> Double {
            var sum = 0.0
            for ((left, right), weight) in zip(zip(left, right), inverse) {
                sum += left * right * weight
            }
            return sum
        }
        matrix = columns.map { left in columns.map { dot(left, $0) } }
        rightSide = columns.map { dot($0, target[...]) }
    }

    /// The coefficients, NaN where a column is not finite; the pinned ones are held.
    func solve(over active: [Int], pinned: [Int: Double]) -> [Double] {
        var solution = Array(repeating: 0.0, count: rightSide.count)
        for (index, value) in pinned { solution[index] = value }
        let scales = active.map { matrix[$0][$0] > 0 ? matrix[$0][$0].squareRoot() : 1 }
        var lower = active.map { _ in Array(repeating: 0.0, count: active.count) }
        for (row, rowIndex) in active.enumerated() {
            for (column, columnIndex) in active.prefix(row + 1).enumerated() {
                var sum = matrix[rowIndex][columnIndex] / (scales[row] * scales[column])
                for inner in 0..<column { sum -= lower[row][inner] * lower[column][inner] }
                // The ridge keeps columns that are copies of one another solvable.
                lower[row][column] =
                    row == column ? max(sum, 1e-12).squareRoot() : sum / lower[column][column]
            }
        }
        var work = active.enumerated().map { row, index in
            let held = pinned.reduce(0) { $0 + matrix[index][$1.key] * $1.value }
            return (rightSide[index] - held) / scales[row]
        }
        for row in work.indices {
            for inner in 0..<row { work[row] -= lower[row][inner] * work[inner] }
            work[row] /= lower[row][row]
        }
        for row in work.indices.reversed() {
            for inner in (row + 1)..<work.count { work[row] -= lower[inner][row] * work[inner] }
            work[row] /= lower[row][row]
        }
        for (row, index) in active.enumerated() { solution[index] = work[row] / scales[row] }
        return solution
    }
}
