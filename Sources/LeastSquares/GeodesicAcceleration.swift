/// Geodesic acceleration: the step follows the curvature of the valley.
///
/// A step v follows the tangent of a curved valley and soon leaves it. With the second directional
/// derivative r″ of the residuals along v, taken from one more evaluation, the correction
/// a = −(JᵀJ + μD²)⁻¹Jᵀr″ gives the parabola v + ½a. Where a is as long as v, no quadratic describes
/// the residuals, and the step is not to be trusted however much it lowers the cost.
///
/// Source: Transtrum and Sethna, "Improvements to the Levenberg–Marquardt algorithm for nonlinear
/// least-squares minimization" (2012), arXiv:1201.5885.
struct GeodesicAcceleration {
    /// Weighted r″ per row, and Jᵀ of it per column.
    private let second: Vector
    private let slope: Vector

    /// The part of the step that the probe takes.
    private static let probeShare = 0.1

    /// The greatest ratio 2‖D·a‖/‖D·v‖ of a step to be trusted.
    private static let greatestRatio = 0.75

    init(rows: Int, columns: Int, workspace: Workspace) {
        second = workspace.take(rows)
        slope = workspace.take(columns)
    }

    /// The judgement of a step by the curvature of the residuals along it.
    struct Judgement {
        /// Length of the correction over that of a step to be trusted; infinite when it cannot be
        /// computed.
        var excess: Double

        /// Actual over predicted reduction of the cost by the uncorrected step.
        ///
        /// Tells if the correction earned its evaluation; NaN where no cost comes of it.
        var straightGain: Double
    }

    /// Fills the trial point with a point part of the way along the step.
    func placeProbe(along step: TrialStep, of iterate: Iterate) {
        iterate.trialPoint.update(from: iterate.point, count: iterate.parameterCount)
        for (column, parameter) in iterate.free.enumerated() {
            iterate.trialPoint[parameter] += Self.probeShare * step.vector[column]
        }
    }

    /// Corrects the step by the residuals found at the probe.
    ///
    /// - Parameters:
    ///   - step: The step, corrected on return.
    ///   - damping: The damping that the step was computed with.
    ///   - iterate: The point, with the probe's residuals in the trial's place.
    ///   - linear: The model that the step was computed from.
    /// - Returns: The judgement of the step.
    func correct(
        _ step: inout TrialStep, damping: Double, at iterate: Iterate,
        linear: inout LinearModel
    ) -> Judgement {
        let system = linear.system(
            iterate.loss.isSquares ? .secondDerivative : .majorant, at: iterate)
        iterate.move(iterate.residuals, along: step.vector, into: second)
        weighSecondDerivatives(at: iterate)
        let straightGain =
            (iterate.cost - iterate.loss.cost(of: iterate.trialResiduals)) / step.predicted
        for column in 0..<iterate.columns {
            // Qᵀr belongs to the step itself: take it out of the right-hand side again.
            slope[column] =
                iterate.jacobianProduct(column, second) - system.carriedGradient(column)
            step.increment[column] = 0
        }
        let query = DampedNormalEquations.Query(
            damping: damping, scales: iterate.scales, norms: iterate.norms, gradient: slope)
        guard system.solve(query, open: step.open, x: step.increment) == .solved else {
            return Judgement(excess: .infinity, straightGain: straightGain)
        }
        return Judgement(
            excess: addHalfIncrement(to: step, at: iterate) / Self.greatestRatio,
            straightGain: straightGain)
    }

    /// Turns the linearised residuals in `second` into weighted r″, and the probe's residuals into
    /// those of the whole step by the parabola through them, r + J·v + ½r″.
    private func weighSecondDerivatives(at iterate: Iterate) {
        let (residuals, probe) = (iterate.residuals, iterate.trialResiduals)
        let (second, weights) = (second, iterate.reweighted)
        let share = Self.probeShare
        for row in 0..<iterate.rows {
            let slope = (probe[row] - residuals[row]) / share
            let derivative = 2 / share * (slope - (second[row] - residuals[row]))
            probe[row] = second[row] + 0.5 * derivative
            // Rows that do not count may hold anything, and 0·NaN would spread.
            second[row] = weights[row] > 0 ? weights[row] * derivative : 0
        }
        guard iterate.loss.hasDroppedRows else { return }
        for row in 0..<iterate.rows where !(iterate.loss.weights[row] > 0) { probe[row] = 0 }
    }

    /// - Returns: 2‖D·a‖/‖D·v‖; infinity when it is not a number.
    private func addHalfIncrement(
        to step: TrialStep, at iterate: Iterate
    ) -> Double {
        var stepSquare = 0.0
        var correctionSquare = 0.0
        for (column, parameter) in iterate.free.enumerated() {
            let scaledStep = iterate.scales[column] * step.vector[column]
            let scaledCorrection = iterate.scales[column] * step.increment[column]
            stepSquare += scaledStep * scaledStep
            correctionSquare += scaledCorrection * scaledCorrection
            let place = iterate.point[parameter]
            step.vector[column] = max(
                iterate.lower[parameter] - place,
                min(
                    iterate.upper[parameter] - place,
                    step.vector[column] + 0.5 * step.increment[column]))
        }
        let ratio = 2 * (correctionSquare / stepSquare).squareRoot()
        return ratio.isNaN ? .infinity : ratio
    }
}
