extension Search {
    /// Σ wᵢ ρ(rᵢ) of the residuals given; NaN when any is not finite, or their sum overflows.
    func cost(of residuals: UnsafeMutablePointer<Double>) -> Double {
        switch loss {
        case .squares:
            let sum = VectorKernels.squareSum(residuals, weights: memory.weights, count: rows)
            return sum.isFinite ? 0.5 * sum : .nan
        case .huber(let delta):
            let sum = VectorKernels.huberSum(
                residuals, weights: memory.weights, delta: delta, count: rows)
            return sum.isFinite ? sum : .nan
        case .softL1, .cauchy, .tukey:
            // Comparisons inside these losses could swallow a NaN: look for it first.
            guard VectorKernels.isFinite(residuals, count: rows) else { return .nan }
            var sum = 0.0
            for row in 0..<rows {
                sum += memory.weights[row] * loss.value(residuals[row])
            }
            return sum
        }
    }

    /// Fills w·ψ(r) for the residuals given.
    func fillInfluences(
        at residuals: UnsafeMutablePointer<Double>, into influences: UnsafeMutablePointer<Double>
    ) {
        if case .huber(let delta) = loss {
            VectorKernels.huberInfluences(
                residuals, weights: memory.weights, delta: delta, count: rows, into: influences)
        } else {
            for row in 0..<rows {
                influences[row] = memory.weights[row] * loss.influence(residuals[row])
            }
        }
    }

    private func fillRowWeights() {
        if case .huber(let delta) = loss {
            VectorKernels.huberWeights(
                memory.residuals, weights: memory.weights, delta: delta, count: rows,
                into: memory.rowWeights)
        } else {
            for row in 0..<rows {
                memory.rowWeights[row] =
                    memory.weights[row] * loss.weight(memory.residuals[row])
            }
        }
    }

    /// Cost at a trial point just evaluated; NaN when anything that counts is not finite.
    func trialCost() -> Double {
        let cost = finiteCost
        guard cost.isNaN, hasDroppedRows else { return cost }
        // What could not be evaluated in rows of weight zero must not count: 0·NaN would spread.
        for row in 0..<rows where memory.weights[row] == 0 {
            if !memory.trialResiduals[row].isFinite { memory.trialResiduals[row] = 0 }
            for parameter in free where !memory.trialJacobian[parameter * rows + row].isFinite {
                memory.trialJacobian[parameter * rows + row] = 0
            }
        }
        return finiteCost
    }

    private var finiteCost: Double {
        let cost = cost(of: memory.trialResiduals)
        let isFinite =
            cost.isFinite
            && free.allSatisfy {
                VectorKernels.isFinite(memory.trialJacobian + $0 * rows, count: rows)
            }
        return isFinite ? cost : .nan
    }

    /// Makes the trial point the current one.
    mutating func acceptTrial(cost newCost: Double) {
        swap(&memory.residuals, &memory.trialResiduals)
        swap(&memory.jacobian, &memory.trialJacobian)
        for index in 0..<parameterCount {
            memory.point[index] = memory.trialPoint[index]
        }
        for column in 0..<columns {
            memory.gradientChange[column] = memory.gradient[column]
        }
        chooseModel(actual: cost - newCost)
        cost = newCost
        linearise()
        learnResidualCurvature()
    }

    /// Makes the trial point the first one.
    mutating func start(cost newCost: Double) {
        swap(&memory.residuals, &memory.trialResiduals)
        swap(&memory.jacobian, &memory.trialJacobian)
        cost = newCost
        linearise()
        forgetResidualCurvature()
    }

    /// Computes gradient and column scales at the point, and forgets the model of the last one.
    mutating func linearise() {
        fillRowWeights()
        fillInfluences(at: memory.residuals, into: memory.influences)
        for (column, parameter) in free.enumerated() {
            let moments = VectorKernels.moments(
                memory.jacobian + parameter * rows, influences: memory.influences,
                reweighted: memory.rowWeights, weights: memory.weights, count: rows)
            memory.gradient[column] = moments.slope
            memory.squares[column] = moments.square
            let norm = moments.reweightedSquare.squareRoot()
            // Scales that shrink slowly keep a parameter whose influence fades from running away,
            // and still let go of a start that was far off.
            memory.scales[column] = max(norm, 0.7 * memory.scales[column])
            if memory.scales[column] == 0 { memory.scales[column] = 1 }
            // A parameter without influence keeps its place, and the others still move: measured by
            // its scale, the least damping tells its column from a dependent one.
            memory.norms[column] = norm > 0 ? norm : memory.scales[column]
        }
        hasNewton = false
        hasMajorant = false
    }

    /// The largest cosine between the influences and a column that is free to move.
    ///
    /// Bounds: a column whose descent points out of the allowed range is not free.
    var projectedCosine: Double {
        let influenceSquare = VectorKernels.squareOverWeightSum(
            memory.influences, weights: memory.weights, count: rows)
        var largest = 0.0
        for (column, parameter) in free.enumerated() where !isBlocked(column, parameter) {
            let product = (memory.squares[column] * influenceSquare).squareRoot()
            if product > 0 { largest = max(largest, abs(memory.gradient[column]) / product) }
        }
        return largest
    }

    /// Whether a parameter sits on a bound with the cost falling beyond it.
    func isBlocked(_ column: Int, _ parameter: Int) -> Bool {
        let value = memory.point[parameter]
        let slope = memory.gradient[column]
        return (value <= memory.lower[parameter] && slope >= 0)
            || (value >= memory.upper[parameter] && slope <= 0)
    }
}
