/// The residuals linearised at the point, factored for damped steps.
///
/// Holds the factorisations with either curvature of the loss at the point, so that a rejected step
/// costs no new one, and a third for places along a step.
struct LinearModel {
    /// The curvature of the residuals that the linear model leaves out.
    private(set) var quasiNewton: StructuredQuasiNewton

    private var newton: DampedNormalEquations
    private var majorant: DampedNormalEquations
    private var elsewhere: DampedNormalEquations

    /// Padded rows × (columns + 1), which the QR overwrites, and the triangle it leaves.
    private let tall: Vector
    private let triangle: Vector

    /// Square roots of the curvatures of the rows kept.
    private let roots: Vector

    /// Rows of positive curvature; `keptCount` entries count.
    private var kept: [Int]
    private var keptCount = 0

    private let columns: Int

    init(rows: Int, columns: Int, workspace: Workspace) {
        self.columns = columns
        quasiNewton = StructuredQuasiNewton(columns: columns, workspace: workspace)
        let scratch = workspace.take(DampedNormalEquations.scratchSize(columns))
        newton = DampedNormalEquations(columns: columns, scratch: scratch, workspace: workspace)
        majorant = DampedNormalEquations(columns: columns, scratch: scratch, workspace: workspace)
        elsewhere = DampedNormalEquations(
            columns: columns, scratch: scratch, workspace: workspace)
        tall = workspace.take(DenseMatrix.paddedRows(rows) * (columns + 1))
        triangle = workspace.take((columns + 1) * (columns + 1))
        roots = workspace.take(rows)
        kept = [Int](repeating: 0, count: rows)
    }

    /// Takes notice of an accepted step.
    ///
    /// - Parameters:
    ///   - step: The step.
    ///   - reduction: The reduction of the cost that it achieved.
    ///   - iterate: The new point.
    mutating func advance(by step: TrialStep, reduction: Double, to iterate: Iterate) {
        quasiNewton.choose(after: step, actual: reduction)
        quasiNewton.learn(from: step, to: iterate)
        invalidate()
    }

    /// Leaves the curvature of the residuals out: Gauss–Newton's model is never indefinite.
    mutating func forgetQuasiNewton() {
        quasiNewton.forget()
        invalidate()
    }

    private mutating func invalidate() {
        newton.state = .stale
        majorant.state = .stale
    }

    /// The factored model at the point, computed on first use.
    mutating func system(
        _ curvature: RowCurvature, at iterate: Iterate
    ) -> DampedNormalEquations {
        switch curvature {
        case .secondDerivative:
            if newton.state == .stale {
                newton.state = factor(
                    curvature, of: iterate, at: iterate.residuals, into: newton)
            }
            return newton
        case .majorant:
            if majorant.state == .stale {
                majorant.state = factor(
                    curvature, of: iterate, at: iterate.residuals, into: majorant)
            }
            return majorant
        }
    }

    /// The factored model with the loss expanded at other residuals.
    mutating func system(
        _ curvature: RowCurvature, of iterate: Iterate, at residuals: Vector
    ) -> DampedNormalEquations {
        elsewhere.state = factor(curvature, of: iterate, at: residuals, into: elsewhere)
        return elsewhere
    }

    /// Computes the step of plain squares for a damping, by one damped linear solve.
    ///
    /// - Returns: False when the model is singular at this damping.
    mutating func propose(
        _ step: inout TrialStep, damping: Double, from iterate: Iterate
    ) -> Bool {
        let system = system(.secondDerivative, at: iterate)
        let query = DampedNormalEquations.Query(
            damping: damping, scales: iterate.scales, norms: iterate.norms, gradient: nil)
        step.clear()
        guard step.solve(system, query, slope: iterate.gradient, from: iterate)
        else { return false }
        step.addIncrement()
        step.predicted = system.reduction(slope: iterate.gradient, step.increment)
        return step.predicted.isFinite
    }

    /// Fills a system; its copies share the memory.
    ///
    /// - Returns: The state that it is in then.
    private mutating func factor(
        _ curvature: RowCurvature, of iterate: Iterate, at residuals: Vector,
        into system: DampedNormalEquations
    ) -> DampedNormalEquations.State {
        let loss = iterate.loss
        let hasNegative = loss.fillRoots(of: curvature, at: residuals, into: roots)
        keepPositive(rows: iterate.rows)
        let height = DenseMatrix.paddedRows(keptCount)
        for (column, parameter) in iterate.free.enumerated() {
            gather(iterate.jacobian + parameter * iterate.rows, into: column, height: height)
        }
        if loss.isSquares { gather(residuals, into: columns, height: height) }
        DenseMatrix.triangle(
            tall, rows: height, columns: loss.isSquares ? columns + 1 : columns, into: triangle,
            stride: columns + 1)
        for column in 0..<columns {
            for row in 0..<columns {
                system.factor[column * columns + row] = triangle[column * (columns + 1) + row]
            }
            system.rotated[column] =
                loss.isSquares ? triangle[columns * (columns + 1) + column] : 0
        }
        guard quasiNewton.isActive || hasNegative else { return .triangular }
        for index in 0..<(columns * columns) {
            system.addition[index] = quasiNewton.isActive ? quasiNewton.matrix[index] : 0
        }
        if hasNegative { addNegative(of: iterate, at: residuals, to: system) }
        return .augmented
    }

    /// Lists the rows of positive curvature, and moves their roots to the front.
    private mutating func keepPositive(rows: Int) {
        let roots = roots
        keptCount = kept.withUnsafeMutableBufferPointer { kept in
            var count = 0
            for row in 0..<rows {
                // Written always and kept or overwritten: cheaper than a branch that is often
                // mispredicted.
                let root = roots[row]
                kept[count] = row
                roots[count] = root
                count += root > 0 ? 1 : 0
            }
            return count
        }
    }

    /// Copies the kept rows of a vector, times their roots, into a column of the tall matrix.
    private func gather(_ source: Vector, into column: Int, height: Int) {
        let target = tall + column * height
        if keptCount == kept.count {
            for row in 0..<keptCount { target[row] = roots[row] * source[row] }
        } else {
            kept.withUnsafeBufferPointer { kept in
                for position in 0..<keptCount {
                    target[position] = roots[position] * source[kept[position]]
                }
            }
        }
        for position in keptCount..<height { target[position] = 0 }
    }

    /// Adds Σ w ρ″ J Jᵀ over the rows of negative curvature.
    private func addNegative(
        of iterate: Iterate, at residuals: Vector, to system: DampedNormalEquations
    ) {
        let (rows, jacobian) = (iterate.rows, iterate.jacobian)
        for row in 0..<rows {
            let curvature = iterate.loss.secondDerivative(row, at: residuals)
            guard curvature < 0 else { continue }
            for (column, parameter) in iterate.free.enumerated() {
                let scaled = curvature * jacobian[parameter * rows + row]
                for (other, otherParameter) in iterate.free.enumerated() {
                    system.addition[column * columns + other] +=
                        scaled * jacobian[otherParameter * rows + row]
                }
            }
        }
    }
}
