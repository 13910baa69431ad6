/// The step for a robust loss: Newton's method on the linearised problem, which costs no evaluation.
///
/// Where most residuals lie beyond the loss's bend, Newton's parabola, made of the few inside, often
/// goes too far. Then the least linearised cost along its direction is taken; only where that does
/// not help either, the step of the majorant, a parabola above the cost.
extension Search {
    private static var innerRounds: Int { 8 }

    /// A Newton step to be cut to less than this share says little about the way down.
    private static var leastShare: Double { 0.1 }

    /// Computes the step for a damping; the outer iterations then behave as they do for squares,
    /// kinks or not.
    mutating func proposeRobust(damping: Double) -> Bool {
        VectorKernels.copy(memory.residuals, to: memory.shifted, count: rows)
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
            predicted -= 0.5 * residualBend(memory.step, memory.step)
        }
        return hasStep
    }

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
        move(memory.shifted, along: memory.increment)
        let regular = regularPart(damping: damping)
        // Near the solution a good step changes the cost by less than its rounding.
        let limit = modelCost + 1e-14 * cost
        var next = cost(of: memory.change) + regular.value(at: 1)
        if !(next <= limit), curvature == .newton,
            let share = leastAlongIncrement(regular),
            share >= Self.leastShare
        {
            for column in 0..<columns {
                memory.increment[column] *= share
            }
            move(memory.shifted, along: memory.increment)
            next = cost(of: memory.change) + regular.value(at: share)
        }
        guard next <= limit else { return nil }
        swap(&memory.shifted, &memory.change)
        for column in 0..<columns {
            memory.step[column] += memory.increment[column]
        }
        return next
    }

    /// What the damping and the curvature of the residuals add to the linearised cost along the
    /// increment: a parabola in the share of it.
    private struct RegularPart {
        var constant = 0.0
        var slope = 0.0
        var bend = 0.0

        func value(at share: Double) -> Double { constant + share * (slope + 0.5 * share * bend) }
    }

    private func regularPart(damping: Double) -> RegularPart {
        var part = RegularPart()
        for column in 0..<columns {
            let weight = damping * memory.scales[column] * memory.scales[column]
            part.constant += 0.5 * weight * memory.step[column] * memory.step[column]
            part.slope += weight * memory.step[column] * memory.increment[column]
            part.bend += weight * memory.increment[column] * memory.increment[column]
        }
        guard hasResidualCurvature else { return part }
        part.constant += 0.5 * residualBend(memory.step, memory.step)
        part.slope += residualBend(memory.step, memory.increment)
        part.bend += residualBend(memory.increment, memory.increment)
        return part
    }

    /// The share of the increment at which the linearised cost is nearly least.
    ///
    /// By false position on the slope, the end that stays twice in a row counting half (Illinois);
    /// a tenth of the first slope left is near enough for a direction that is none of the best.
    ///
    /// - Parameter regular: The smooth part along the increment.
    /// - Returns: A share between 0 and 1; `nil` where the slope does not change its sign.
    private func leastAlongIncrement(_ regular: RegularPart) -> Double? {
        func slope(_ share: Double) -> Double {
            slopeOfLoss(at: share) + regular.slope + share * regular.bend
        }
        var (low, high) = (0.0, 1.0)
        // At 0 it is the gradient that the increment was solved from.
        var lowSlope = 0.0
        for column in 0..<columns {
            lowSlope += memory.slope[column] * memory.increment[column]
        }
        var highSlope = slope(high)
        guard lowSlope < 0, highSlope > 0 else { return nil }
        let enough = 0.1 * abs(lowSlope)
        for _ in 0..<20 {
            let share = low - (high - low) * lowSlope / (highSlope - lowSlope)
            let found = slope(share)
            if abs(found) <= enough { return share }
            if found < 0 {
                (low, lowSlope) = (share, found)
                highSlope *= 0.5
            } else {
                (high, highSlope) = (share, found)
                lowSlope *= 0.5
            }
        }
        return low > 0 ? low : nil
    }

    /// Σ w ψ(r + share·d)·d for the change d from `shifted` to `change`.
    private func slopeOfLoss(at share: Double) -> Double {
        guard case .huber(let delta) = loss else { return slopeOfSmoothLoss(at: share) }
        return VectorKernels.huberSlope(
            from: memory.shifted, to: memory.change, share: share, weights: memory.weights,
            delta: delta, count: rows)
    }

    /// Out of line: inlined into a loop, the compiler of Swift 6.3 reads the jump table of the
    /// losses for Huber's as well, at an index that it does not have.
    @inline(never)
    private func slopeOfSmoothLoss(at share: Double) -> Double {
        var sum = 0.0
        for row in 0..<rows {
            let change = memory.change[row] - memory.shifted[row]
            let place = memory.shifted[row] + share * change
            sum += memory.weights[row] * loss.influence(place) * change
        }
        return sum
    }

    /// Gradient of the linearised, damped problem at the step so far.
    private mutating func refreshSlope(damping: Double) {
        fillInfluences(at: memory.shifted, into: memory.change)
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

    /// xᵀSy for the curvature S of the residuals.
    func residualBend(
        _ x: UnsafeMutablePointer<Double>, _ y: UnsafeMutablePointer<Double>
    ) -> Double {
        var sum = 0.0
        for column in 0..<columns {
            for row in 0..<columns {
                sum += x[row] * memory.residualCurvature[column * columns + row] * y[column]
            }
        }
        return sum
    }
}
