/// A robust loss over weighted rows: Σ wᵢ ρ(rᵢ) and its derivatives by the residuals.
///
/// A row of weight zero does not count, even where its residual is not finite. Plain squares and
/// Huber's loss, which most fits use, run in vector registers.
struct WeightedLoss {
    let loss: RobustLoss
    let rows: Int
    let weights: Vector

    /// Square roots of the weights.
    private let roots: Vector

    /// True when a row has weight zero.
    let hasDroppedRows: Bool

    var isSquares: Bool { loss == .squares }

    /// Copies the weights; `nil` stands for ones.
    init(_ loss: RobustLoss, weights given: [Double]?, rows: Int, workspace: Workspace) {
        self.loss = loss
        self.rows = rows
        weights = workspace.take(rows)
        roots = workspace.take(rows)
        var hasDroppedRows = false
        for row in 0..<rows {
            let weight = max(0, given?[row] ?? 1)
            weights[row] = weight
            roots[row] = weight.squareRoot()
            if !(weight > 0) { hasDroppedRows = true }
        }
        self.hasDroppedRows = hasDroppedRows
    }

    /// Σ wᵢ ρ(rᵢ); NaN when a residual is not finite, or the sum overflows.
    func cost(of residuals: Vector) -> Double {
        switch loss {
        case .squares:
            let sum = VectorKernels.squareSum(residuals, weights: weights, count: rows)
            return sum.isFinite ? 0.5 * sum : .nan
        case .huber(let delta):
            let sum = VectorKernels.huberSum(
                residuals, weights: weights, delta: delta, count: rows)
            return sum.isFinite ? sum : .nan
        case .softL1, .cauchy, .tukey:
            // Comparisons inside these losses could swallow a NaN: look for it first.
            guard VectorKernels.isFinite(residuals, count: rows) else { return .nan }
            var sum = 0.0
            for row in 0..<rows { sum += weights[row] * loss.value(residuals[row]) }
            return sum
        }
    }

    /// Fills the influences wᵢ ψ(rᵢ).
    func fillInfluences(at residuals: Vector, into influences: Vector) {
        if case .huber(let delta) = loss {
            VectorKernels.huberInfluences(
                residuals, weights: weights, delta: delta, count: rows, into: influences)
        } else {
            for row in 0..<rows {
                influences[row] = weights[row] * loss.influence(residuals[row])
            }
        }
    }

    /// Fills the reweighted rows wᵢ ψ(rᵢ)/rᵢ.
    func fillReweighted(at residuals: Vector, into reweighted: Vector) {
        if case .huber(let delta) = loss {
            VectorKernels.huberWeights(
                residuals, weights: weights, delta: delta, count: rows, into: reweighted)
        } else {
            for row in 0..<rows { reweighted[row] = weights[row] * loss.weight(residuals[row]) }
        }
    }

    /// Fills the square roots of the rows' curvatures, 0 where a curvature is negative.
    ///
    /// - Parameters:
    ///   - curvature: The parabola that stands for the loss.
    ///   - residuals: The places.
    ///   - target: Receives the roots.
    /// - Returns: True when a curvature is negative.
    func fillRoots(of curvature: RowCurvature, at residuals: Vector, into target: Vector) -> Bool {
        switch (curvature, loss) {
        case (_, .squares):
            target.update(from: roots, count: rows)
            return false
        case (.secondDerivative, .huber(let delta)):
            VectorKernels.huberRoots(
                residuals, roots: roots, delta: delta, count: rows, into: target)
            return false
        case (.secondDerivative, _):
            var hasNegative = false
            for row in 0..<rows {
                let curvature = secondDerivative(row, at: residuals)
                hasNegative = hasNegative || curvature < 0
                target[row] = max(0, curvature).squareRoot()
            }
            return hasNegative
        case (.majorant, _):
            fillReweighted(at: residuals, into: target)
            for row in 0..<rows { target[row] = target[row].squareRoot() }
            return false
        }
    }

    /// wᵢ ρ″(rᵢ) of one row.
    func secondDerivative(_ row: Int, at residuals: Vector) -> Double {
        weights[row] * loss.curvature(residuals[row])
    }

    /// The slope of the cost along a line of residuals, Σ wᵢ ψ(aᵢ + share·dᵢ)·dᵢ with d = b − a.
    func slope(from a: Vector, to b: Vector, share: Double) -> Double {
        guard case .huber(let delta) = loss else {
            return slopeOfSmoothLoss(from: a, to: b, share: share)
        }
        return VectorKernels.huberSlope(
            from: a, to: b, share: share, weights: weights, delta: delta, count: rows)
    }

    /// Out of line: inlined into a loop, the compiler of Swift 6.3 reads the jump table of the
    /// losses for Huber's as well, at an index that it does not have.
    @inline(never)
    private func slopeOfSmoothLoss(from a: Vector, to b: Vector, share: Double) -> Double {
        var sum = 0.0
        for row in 0..<rows {
            let change = b[row] - a[row]
            sum += weights[row] * loss.influence(a[row] + share * change) * change
        }
        return sum
    }
}

/// The parabola that stands for the loss in each row.
enum RowCurvature {
    /// ρ″: right close to the solution, where it makes convergence fast.
    case secondDerivative

    /// ψ/r: a parabola above ρ, whose step never raises the cost of the linearised problem.
    case majorant
}
