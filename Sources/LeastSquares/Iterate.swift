/// The point of a search with its residuals, Jacobian, gradient and scales, and the point being
/// tried.
///
/// "Row" counts residuals, "column" counts free parameters; matrices are column-major. The trial
/// point's residuals and Jacobian change places with the point's when the trial is accepted.
struct Iterate {
    let loss: WeightedLoss
    let parameterCount: Int

    /// Maps a column to its parameter.
    let free: [Int]

    // One number per parameter. A fixed parameter has no bounds.
    let point: Vector
    let trialPoint: Vector
    let lower: Vector
    let upper: Vector

    // One number per row, and rows × parameters.
    private(set) var residuals: Vector
    private(set) var trialResiduals: Vector
    private(set) var jacobian: Vector
    private(set) var trialJacobian: Vector

    /// wψ(r) per row.
    let influences: Vector

    /// wψ(r)/r per row.
    let reweighted: Vector

    // One number per column.
    let gradient: Vector
    let previousGradient: Vector
    /// Σ wᵢ Jᵢ².
    private let squares: Vector
    /// Column scales of the damping, D.
    let scales: Vector
    /// Column lengths, by which dependent columns are told.
    let norms: Vector

    /// Σ wᵢ ρ(rᵢ) at the point.
    private(set) var cost = Double.nan

    var rows: Int { loss.rows }
    var columns: Int { free.count }

    /// Places the first trial at the parameters' starts.
    init(_ parameters: [SolverParameter], loss: WeightedLoss, workspace: Workspace) {
        self.loss = loss
        parameterCount = parameters.count
        free = parameters.indices.filter { !parameters[$0].isFixed }
        point = workspace.take(parameters.count)
        trialPoint = workspace.take(parameters.count)
        lower = workspace.take(parameters.count)
        upper = workspace.take(parameters.count)
        residuals = workspace.take(loss.rows)
        trialResiduals = workspace.take(loss.rows)
        jacobian = workspace.take(loss.rows * parameters.count)
        trialJacobian = workspace.take(loss.rows * parameters.count)
        influences = workspace.take(loss.rows)
        reweighted = workspace.take(loss.rows)
        gradient = workspace.take(free.count)
        previousGradient = workspace.take(free.count)
        squares = workspace.take(free.count)
        scales = workspace.take(free.count)
        norms = workspace.take(free.count)
        for (index, parameter) in parameters.enumerated() {
            point[index] = parameter.start
            trialPoint[index] = parameter.start
            lower[index] = parameter.isFixed ? -.infinity : parameter.lower
            upper[index] = parameter.isFixed ? .infinity : parameter.upper
        }
        for column in 0..<columns { scales[column] = 0 }
    }

    /// The cost at a trial point just evaluated; NaN when anything that counts is not finite.
    func trialCost() -> Double {
        let cost = finiteTrialCost
        guard cost.isNaN, loss.hasDroppedRows else { return cost }
        // What could not be evaluated in rows of weight zero must not count: 0·NaN would spread.
        for row in 0..<rows where loss.weights[row] == 0 {
            if !trialResiduals[row].isFinite { trialResiduals[row] = 0 }
            for parameter in free where !trialJacobian[parameter * rows + row].isFinite {
                trialJacobian[parameter * rows + row] = 0
            }
        }
        return finiteTrialCost
    }

    private var finiteTrialCost: Double {
        let cost = loss.cost(of: trialResiduals)
        let isFinite =
            cost.isFinite
            && free.allSatisfy { VectorKernels.isFinite(trialJacobian + $0 * rows, count: rows) }
        return isFinite ? cost : .nan
    }

    /// Makes the trial point the current one, and computes gradient and scales there.
    mutating func acceptTrial(cost newCost: Double) {
        swap(&residuals, &trialResiduals)
        swap(&jacobian, &trialJacobian)
        point.update(from: trialPoint, count: parameterCount)
        previousGradient.update(from: gradient, count: columns)
        cost = newCost
        loss.fillReweighted(at: residuals, into: reweighted)
        loss.fillInfluences(at: residuals, into: influences)
        for (column, parameter) in free.enumerated() {
            let moments = VectorKernels.moments(
                jacobian + parameter * rows, influences: influences, reweighted: reweighted,
                weights: loss.weights, count: rows)
            gradient[column] = moments.slope
            squares[column] = moments.square
            let norm = moments.reweightedSquare.squareRoot()
            // Scales that shrink slowly keep a parameter whose influence fades from running away,
            // and still let go of a start that was far off.
            scales[column] = max(norm, 0.7 * scales[column])
            if scales[column] == 0 { scales[column] = 1 }
            // A parameter without influence keeps its place, and the others still move: measured by
            // its scale, the least damping tells its column from a dependent one.
            norms[column] = norm > 0 ? norm : scales[column]
        }
    }

    /// One entry of Jᵀx for a number per row.
    func jacobianProduct(_ column: Int, _ x: Vector) -> Double {
        VectorKernels.dot(jacobian + free[column] * rows, x, count: rows)
    }

    /// One entry of J₋ᵀ·wψ(r), with the Jacobian of the last point and the influences of this one.
    func previousJacobianProduct(_ column: Int) -> Double {
        // Accepting a trial put the last point's Jacobian in the trial's place.
        VectorKernels.dot(trialJacobian + free[column] * rows, influences, count: rows)
    }

    /// Fills base + J·x for a number per column.
    func move(_ base: Vector, along x: Vector, into target: Vector) {
        free.withUnsafeBufferPointer { free in
            VectorKernels.combine(
                base, columns: jacobian, stride: rows, chosen: free, factors: x, into: target,
                count: rows)
        }
    }

    /// The largest cosine between the influences and a column that is free to move.
    ///
    /// A column whose descent points out of the bounds is not free.
    var projectedCosine: Double {
        let influenceSquare = VectorKernels.squareOverWeightSum(
            influences, weights: loss.weights, count: rows)
        var largest = 0.0
        for (column, parameter) in free.enumerated() {
            let isBlocked =
                (point[parameter] <= lower[parameter] && gradient[column] >= 0)
                || (point[parameter] >= upper[parameter] && gradient[column] <= 0)
            let product = (squares[column] * influenceSquare).squareRoot()
            if !isBlocked, product > 0 { largest = max(largest, abs(gradient[column]) / product) }
        }
        return largest
    }

    /// The point as a result.
    func solution(_ termination: Termination) -> Solution {
        var gradients = [Double](repeating: 0, count: parameterCount)
        var atBound = [Bool](repeating: false, count: parameterCount)
        for (column, parameter) in free.enumerated() {
            gradients[parameter] = gradient[column]
            let value = point[parameter]
            atBound[parameter] = value == lower[parameter] || value == upper[parameter]
        }
        return Solution(
            parameters: copy(point, parameterCount), cost: cost, residuals: copy(residuals, rows),
            jacobian: copy(jacobian, rows * parameterCount), gradient: gradients,
            atBound: atBound, termination: termination)
    }

    private func copy(_ vector: Vector, _ count: Int) -> [Double] {
        [Double](UnsafeBufferPointer(start: vector, count: count))
    }
}
