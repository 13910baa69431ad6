package import Laws
import LeastSquares

/// Finds the parameters in which a law is linear, given the others, by one linear solve.
///
/// With the shape parameters fixed, loss = φ₀ + Σ cⱼ·φⱼ, where φⱼ = ∂loss/∂cⱼ. The cⱼ that minimise
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
        evaluator.evaluate(values, losses: &predicted, jacobian: &jacobian)
        let floors = linear.map { floor(of: $0) }
        let solved = LinearCoefficients.best(normalEquations(), floors: floors)
        for (index, value) in zip(linear, solved) {
            let bounds = specs[index].bounds
            values[index] = min(max(value, bounds.lowerBound), bounds.upperBound)
            predict(from: index, at: values[index])
        }
        return true
    }

    /// The place of a coefficient that wants to be negative: at its bound, or, where only positive
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

/// The coefficients of a sum of columns that is closest to a target, none below a floor.
enum LinearCoefficients {
    /// Solves min Σ (target − Σ cⱼφⱼ)² with cⱼ at least its floor.
    ///
    /// - Parameters:
    ///   - system: The sum's normal equations.
    ///   - floors: The least value of each coefficient; one that cannot be determined is put there.
    /// - Returns: A coefficient per column.
    static func best(_ system: NormalEquations, floors: [Double]) -> [Double] {
        var active = Array(floors.indices)
        var pinned: [Int: Double] = [:]
        var solved = system.solve(over: active, pinned: pinned)
        func excess(_ index: Int) -> Double {
            solved[index].isFinite ? solved[index] - floors[index] : -.infinity
        }
        // Every round pins one more coefficient, so the rounds end.
        while let worst = active.min(by: { excess($0) < excess($1) }), excess(worst) < 0 {
            pinned[worst] = floors[worst]
            active.removeAll { $0 == worst }
            solved = system.solve(over: active, pinned: pinned)
        }
        return floors.indices.map { pinned[$0] ?? solved[$0] }
    }
}

/// Σ (target − Σ cⱼφⱼ)² and its minimum over some of the coefficients.
///
/// Cholesky on column-scaled normal equations: a handful of columns, and a start does not need the
/// digits that squaring the condition number costs.
struct NormalEquations {
    private let count: Int
    /// Column-major.
    private var matrix: [Double]
    private var rightSide: [Double]

    /// - Parameters:
    ///   - columns: φⱼ at every point.
    ///   - target: What the sum is to be, at every point.
    init(columns: [UnsafeBufferPointer<Double>], target: UnsafeBufferPointer<Double>) {
        count = columns.count
        matrix = Array(repeating: 0, count: columns.count * columns.count)
        for row in columns.indices {
            for column in 0...row {
                let product = VectorKernels.dot(columns[row], columns[column])
                matrix[row * columns.count + column] = product
                matrix[column * columns.count + row] = product
            }
        }
        rightSide = columns.map { VectorKernels.dot($0, target) }
    }

    /// The normal equations of terms that add up to the losses, their differences relative.
    init(terms: [[Double]], losses: [Double]) {
        let scaled = terms.flatMap { zip($0, losses).map { $0 / $1 } }
        let ones = Array(repeating: 1.0, count: losses.count)
        self = scaled.withUnsafeBufferPointer { scaled in
            ones.withUnsafeBufferPointer { ones in
                let columns = terms.indices.map { term in
                    UnsafeBufferPointer(
                        rebasing: scaled[(term * ones.count)..<((term + 1) * ones.count)])
                }
                return NormalEquations(columns: columns, target: ones)
            }
        }
    }

    /// Adds a multiple of every column to the target.
    mutating func move(by multiple: Double) {
        for row in 0..<count {
            for column in 0..<count {
                rightSide[row] += multiple * matrix[column * count + row]
            }
        }
    }

    /// The coefficients, NaN where a column is not finite; the pinned ones are held.
    func solve(over active: [Int], pinned: [Int: Double]) -> [Double] {
        var solution = Array(repeating: 0.0, count: count)
        for (index, value) in pinned { solution[index] = value }
        let size = active.count
        let scales = active.map { index in
            let square = matrix[index * count + index]
            return square > 0 ? square.squareRoot() : 1
        }
        var normal = DenseMatrix(rows: size, columns: size)
        for (column, columnIndex) in active.enumerated() {
            for (row, rowIndex) in active.prefix(column + 1).enumerated() {
                normal[row, column] =
                    matrix[columnIndex * count + rowIndex] / (scales[row] * scales[column])
            }
        }
        var work = active.enumerated().map { row, index in
            let held = pinned.reduce(0) { $0 + matrix[index * count + $1.key] * $1.value }
            return (rightSide[index] - held) / scales[row]
        }
        // The ridge keeps columns that are copies of one another solvable.
        normal.factorCholesky(smallPivots: .raised(to: 1e-12))
        normal.solveCholesky(&work)
        for (row, index) in active.enumerated() { solution[index] = work[row] / scales[row] }
        return solution
    }
}
