/// Geodesic acceleration: the step bends with the valley it follows.
///
/// A step v follows the tangent of a curved valley and soon leaves it. With the second directional
/// derivative r″ of the residuals along v, taken from one more evaluation, the correction
/// a = −(JᵀJ + μD²)⁻¹Jᵀr″ gives the parabola v + ½a. Where a is as long as v, no quadratic
/// describes the residuals, and the step is not to be trusted however much it lowers the cost.
///
/// Source: Transtrum and Sethna, "Improvements to the Levenberg–Marquardt algorithm for nonlinear
/// least-squares minimization" (2012), arXiv:1201.5885.
extension Search {
    /// Which part of the step the probe takes.
    private static var probeShare: Double { 0.1 }

    /// The greatest ratio 2‖D·a‖/‖D·v‖ of a step to be trusted.
    private static var greatestBend: Double { 0.75 }

    /// What the curvature of the residuals says about a step.
    struct Bend {
        /// How many times more it bends than a step to be trusted; infinite when that cannot be
        /// computed.
        var excess: Double
        /// Actual over predicted reduction of the cost, had the step been taken straight.
        ///
        /// Says whether the bend was worth its evaluation; NaN where no cost comes of it.
        var straightGain: Double
    }

    /// Fills the trial point with a point part of the way along the step.
    func moveProbe() {
        for index in 0..<parameterCount {
            memory.trialPoint[index] = memory.point[index]
        }
        for (column, parameter) in free.enumerated() {
            memory.trialPoint[parameter] += Self.probeShare * memory.step[column]
        }
    }

    /// Bends the step by the residuals found at the probe.
    ///
    /// - Parameter damping: The damping the step was computed with.
    /// - Returns: Whether to trust it, and whether it was worth it.
    mutating func bendStep(damping: Double) -> Bend {
        let (system, _) = prepare(isSquares ? .newton : .majorant, round: 0)
        move(memory.residuals, along: memory.step)
        weighSecondDerivatives()
        let straightGain = (cost - cost(of: memory.trialResiduals)) / predicted
        for (column, parameter) in free.enumerated() {
            let slope = VectorKernels.dot(
                memory.jacobian + parameter * rows, memory.change, count: rows)
            // Qᵀr belongs to the step itself: take it out of the right-hand side again.
            memory.slope[column] = slope - carried(system, column)
        }
        let query = SmallSystem.Query(
            damping: damping, scales: memory.scales, norms: memory.norms, gradient: memory.slope,
            hasExtra: false, scratch: memory.small)
        for column in 0..<columns {
            memory.increment[column] = 0
        }
        guard system.solve(query, open: open, x: memory.increment) == .solved else {
            return Bend(excess: .infinity, straightGain: straightGain)
        }
        return Bend(excess: addHalfIncrement() / Self.greatestBend, straightGain: straightGain)
    }

    /// Turns the linearised residuals in `change` into weighted r″, and the probe's residuals into
    /// what the whole step would leave by the parabola through them, r + J·v + ½r″.
    private func weighSecondDerivatives() {
        let (residuals, probe, change) = (memory.residuals, memory.trialResiduals, memory.change)
        let weights = memory.rowWeights
        let share = Self.probeShare
        for row in 0..<rows {
            let slope = (probe[row] - residuals[row]) / share
            let second = 2 / share * (slope - (change[row] - residuals[row]))
            probe[row] = change[row] + 0.5 * second
            // Rows that do not count may hold anything, and 0·NaN would spread.
            change[row] = weights[row] > 0 ? weights[row] * second : 0
        }
        guard hasDroppedRows else { return }
        for row in 0..<rows where !(memory.weights[row] > 0) { probe[row] = 0 }
    }

    /// The gradient that a system's own right-hand side stands for, one column.
    private func carried(_ system: SmallSystem, _ column: Int) -> Double {
        var sum = 0.0
        for row in 0...column {
            sum += system.factor[column * columns + row] * system.rotated[row]
        }
        return sum
    }

    /// - Returns: 2‖D·a‖/‖D·v‖; infinity when it is not a number.
    private func addHalfIncrement() -> Double {
        var stepSquare = 0.0
        var bendSquare = 0.0
        for (column, parameter) in free.enumerated() {
            let scaledStep = memory.scales[column] * memory.step[column]
            let scaledBend = memory.scales[column] * memory.increment[column]
            stepSquare += scaledStep * scaledStep
            bendSquare += scaledBend * scaledBend
            let place = memory.point[parameter]
            memory.step[column] = max(
                memory.lower[parameter] - place,
                min(
                    memory.upper[parameter] - place,
                    memory.step[column] + 0.5 * memory.increment[column]))
        }
        let ratio = 2 * (bendSquare / stepSquare).squareRoot()
        return ratio.isNaN ? .infinity : ratio
    }
}
