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
}
