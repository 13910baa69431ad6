extension Search {
    /// Computes the step for a damping, within the bounds.
    ///
    /// Plain squares take one damped linear solve. For other losses the linearised problem
    /// Σ w ρ(r + J·d) + ½μ‖D·d‖² is itself solved by a few Newton steps, which cost no evaluation:
    /// the outer iterations then behave as they do for squares, kinks or not.
    ///
    /// - Parameter damping: The damping μ.
    /// - Returns: False when the model is singular at this damping.
    mutating func propose(damping: Double) -> Bool {
        if proposePlain(damping: damping) { return true }
        guard hasResidualCurvature else { return false }
        // The learnt curvature can make the model indefinite; Gauss–Newton never is.
        forgetResidualCurvature()
        hasNewton = false
        hasMajorant = false
        return proposePlain(damping: damping)
    }

    private mutating func proposePlain(damping: Double) -> Bool {
        isSquares ? proposeSquares(damping: damping) : proposeRobust(damping: damping)
    }

    private mutating func proposeSquares(damping: Double) -> Bool {
        if !hasNewton {
            _ = factor(.newton, at: memory.residuals, into: memory.newton)
            hasNewton = true
        }
        for column in 0..<columns {
            memory.step[column] = 0
        }
        let query = SmallSystem.Query(
            damping: damping, scales: memory.scales, norms: memory.norms, gradient: nil,
            hasExtra: hasResidualCurvature, scratch: memory.small)
        guard solve(memory.newton, query, slope: memory.gradient) else { return false }
        for column in 0..<columns {
            memory.step[column] = memory.increment[column]
        }
        predicted = reduction(
            memory.newton, memory.gradient, hasExtra: hasResidualCurvature)
        return predicted.isFinite
    }

    /// −(slope·x + ½ xᵀHx) for the increment x.
    private func reduction(
        _ system: SmallSystem, _ slope: UnsafeMutablePointer<Double>, hasExtra: Bool
    ) -> Double {
        var sum = 0.0
        for column in 0..<columns {
            sum += slope[column] * memory.increment[column]
        }
        return -(sum + 0.5 * quadratic(system, memory.increment, hasExtra: hasExtra))
    }

    /// xᵀ(RᵀR + X)x.
    private func quadratic(
        _ system: SmallSystem, _ x: UnsafeMutablePointer<Double>, hasExtra: Bool
    ) -> Double {
        var sum = 0.0
        for row in 0..<columns {
            var product = 0.0
            for column in row..<columns {
                product += system.factor[column * columns + row] * x[column]
            }
            sum += product * product
        }
        guard hasExtra else { return sum }
        for column in 0..<columns {
            for row in 0..<columns {
                sum += x[row] * system.extra[column * columns + row] * x[column]
            }
        }
        return sum
    }

    private mutating func proposeRobust(damping: Double) -> Bool {
        for row in 0..<rows {
            memory.shifted[row] = memory.residuals[row]
        }
        for column in 0..<columns {
            memory.step[column] = 0
            memory.slope[column] = memory.gradient[column]
        }
        var modelCost = cost
        var hasStep = false
        for round in 0..<Self.innerRounds {
            guard let next = innerStep(round: round, damping: damping, from: modelCost)
            else { break }
            let gained = modelCost - next
            modelCost = next
            hasStep = true
            // Where no row changed its curvature the parabola was exact, and this is its minimum.
            let isExact = round == 0 && abs(gained - decrement) <= 0.02 * gained
            let isSpent = round > 0 && gained <= 0.05 * (cost - modelCost)
            if isExact || isSpent || round == Self.innerRounds - 1 { break }
            refreshSlope(damping: damping)
        }
        predicted = cost - cost(of: memory.shifted)
        if hasResidualCurvature {
            predicted -= 0.5 * residualBend(memory.step)
        }
        return hasStep
    }

    private static var innerRounds: Int { 8 }

    /// One Newton step on the linearised problem, or a majorant's when Newton's does not help.
    ///
    /// - Returns: The linearised cost after the step; `nil` when neither step lowers it.
    private mutating func innerStep(round: Int, damping: Double, from modelCost: Double) -> Double?
    {
        innerStep(.newton, round: round, damping: damping, from: modelCost)
            ?? innerStep(.majorant, round: round, damping: damping, from: modelCost)
    }

    private mutating func innerStep(
        _ curvature: Curvature, round: Int, damping: Double, from modelCost: Double
    ) -> Double? {
        let (system, hasNegative) = prepare(curvature, round: round)
        let query = SmallSystem.Query(
            damping: damping, scales: memory.scales, norms: memory.norms, gradient: memory.slope,
            hasExtra: hasResidualCurvature || hasNegative, scratch: memory.small)
        guard solve(system, query, slope: memory.slope) else { return nil }
        multiply(memory.increment)
        for row in 0..<rows {
            memory.change[row] += memory.shifted[row]
        }
        for column in 0..<columns {
            memory.increment[column] += memory.step[column]
        }
        var next = cost(of: memory.change)
        for column in 0..<columns {
            let scaled = memory.scales[column] * memory.increment[column]
            next += 0.5 * damping * scaled * scaled
        }
        if hasResidualCurvature {
            next += 0.5 * residualBend(memory.increment)
        }
        // Near the solution a good step changes the cost by less than its rounding.
        guard next <= modelCost + 1e-14 * cost else { return nil }
        for row in 0..<rows {
            memory.shifted[row] = memory.change[row]
        }
        for column in 0..<columns {
            memory.step[column] = memory.increment[column]
        }
        return next
    }

    /// The factored model for an inner round; the first round's is kept for other dampings.
    mutating func prepare(
        _ curvature: Curvature, round: Int
    ) -> (system: SmallSystem, hasNegative: Bool) {
        guard round == 0 else {
            let hasNegative = factor(curvature, at: memory.shifted, into: memory.inner)
            return (memory.inner, hasNegative)
        }
        switch curvature {
        case .newton:
            if !hasNewton {
                newtonHasNegative = factor(.newton, at: memory.residuals, into: memory.newton)
                hasNewton = true
            }
            return (memory.newton, newtonHasNegative)
        case .majorant:
            if !hasMajorant {
                _ = factor(.majorant, at: memory.residuals, into: memory.majorant)
                hasMajorant = true
            }
            return (memory.majorant, false)
        }
    }

    /// Gradient of the linearised, damped problem at the step so far.
    private mutating func refreshSlope(damping: Double) {
        for row in 0..<rows {
            memory.change[row] =
                memory.weights[row] * loss.influence(memory.shifted[row])
        }
        for (column, parameter) in free.enumerated() {
            let scale = memory.scales[column]
            var slope = VectorKernels.dot(
                memory.jacobian + parameter * rows, memory.change, count: rows)
            slope += damping * scale * scale * memory.step[column]
            if hasResidualCurvature {
                for other in 0..<columns {
                    slope +=
                        memory.residualCurvature[other * columns + column]
                        * memory.step[other]
                }
            }
            memory.slope[column] = slope
        }
    }

    /// xᵀSx for the curvature S of the residuals.
    func residualBend(_ x: UnsafeMutablePointer<Double>) -> Double {
        var sum = 0.0
        for column in 0..<columns {
            for row in 0..<columns {
                sum += x[row] * memory.residualCurvature[column * columns + row] * x[column]
            }
        }
        return sum
    }
}
