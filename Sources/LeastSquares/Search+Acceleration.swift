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
    static var greatestBend: Double { 0.75 }

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
    /// - Returns: 2‖D·a‖/‖D·v‖; infinity when it cannot be computed.
    mutating func bendStep(damping: Double) -> Double {
        let (system, _) = prepare(isSquares ? .newton : .majorant, round: 0)
        move(memory.residuals, along: memory.step)
        let share = Self.probeShare
        for row in 0..<rows {
            let slope = (memory.trialResiduals[row] - memory.residuals[row]) / share
            let straight = memory.change[row] - memory.residuals[row]
            let second = 2 / share * (slope - straight)
            memory.change[row] = memory.rowWeights[row] > 0 ? memory.rowWeights[row] * second : 0
        }
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
            return .infinity
        }
        return addHalfIncrement()
    }

    /// The gradient that a system's own right-hand side stands for, one column.
    private func carried(_ system: SmallSystem, _ column: Int) -> Double {
        var sum = 0.0
        for row in 0...column {
            sum += system.factor[column * columns + row] * system.rotated[row]
        }
        return sum
    }

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
