extension Search {
    /// Σ wᵢ ρ(rᵢ) of the residuals given; NaN when any is not finite.
    func cost(of residuals: UnsafeMutablePointer<Double>) -> Double {
        // Comparisons inside the losses could swallow a NaN: look for it first.
        guard VectorKernels.isFinite(residuals, count: rows) else { return .nan }
        switch loss {
        case .squares:
            return 0.5
                * VectorKernels.squareSum(residuals, weights: memory.weights, count: rows)
        case .huber(let delta):
            return VectorKernels.huberSum(
                residuals, weights: memory.weights, delta: delta, count: rows)
        case .softL1, .cauchy, .tukey:
            var sum = 0.0
            for row in 0..<rows {
                sum += memory.weights[row] * loss.value(residuals[row])
            }
            return sum
        }
    }

    /// Whether the derivatives of the free parameters are finite.
    func isFinite(jacobian: UnsafeMutablePointer<Double>) -> Bool {
        free.allSatisfy { VectorKernels.isFinite(jacobian + $0 * rows, count: rows) }
    }

    /// Sets what could not be evaluated in rows of weight zero to zero: 0·NaN would spread.
    func silenceDroppedRows(
        residuals: UnsafeMutablePointer<Double>, jacobian: UnsafeMutablePointer<Double>
    ) {
        guard activeRows.count < rows else { return }
        for row in 0..<rows where memory.weights[row] == 0 {
            if !residuals[row].isFinite { residuals[row] = 0 }
            for parameter in free where !jacobian[parameter * rows + row].isFinite {
                jacobian[parameter * rows + row] = 0
            }
        }
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
        for row in 0..<rows {
            let weighted = memory.weights[row] * loss.weight(memory.residuals[row])
            memory.rowWeights[row] = weighted
            memory.influences[row] = weighted * memory.residuals[row]
        }
        for (column, parameter) in free.enumerated() {
            let derivatives = memory.jacobian + parameter * rows
            memory.gradient[column] = VectorKernels.dot(
                derivatives, memory.influences, count: rows)
            let norm = VectorKernels.squareSum(
                derivatives, weights: memory.rowWeights, count: rows
            ).squareRoot()
            // A parameter without influence keeps its place, and the others still move.
            memory.norms[column] = norm > 0 ? norm : max(memory.scales[column], 1)
            // Scales that shrink slowly keep a parameter whose influence fades from running away,
            // and still let go of a start that was far off.
            memory.scales[column] = max(norm, 0.7 * memory.scales[column])
            if memory.scales[column] == 0 { memory.scales[column] = 1 }
        }
        hasNewton = false
        hasMajorant = false
    }

    /// The largest cosine between the influences and a column that is free to move.
    ///
    /// Bounds: a column whose descent points out of the allowed range is not free.
    var projectedCosine: Double {
        var influenceSquare = 0.0
        for row in activeRows {
            let influence = memory.influences[row]
            if memory.weights[row] > 0 {
                influenceSquare += influence * influence / memory.weights[row]
            }
        }
        var largest = 0.0
        for (column, parameter) in free.enumerated() where !isBlocked(column, parameter) {
            let size = VectorKernels.squareSum(
                memory.jacobian + parameter * rows, weights: memory.weights, count: rows)
            let product = (size * influenceSquare).squareRoot()
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
