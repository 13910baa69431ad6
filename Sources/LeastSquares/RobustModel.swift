/// The local model of a robust loss: the linearised residuals under the loss itself.
///
/// A step solves min Σ w ρ(r + J·d) + ½μ‖D·d‖² (+ ½dᵀSd) by a few Newton steps, which cost no
/// evaluation: the outer iterations then behave as they do for squares, kinks or not. Where most
/// residuals lie beyond the loss's bend, Newton's parabola, made of the few inside, often goes too
/// far. Then the least linearised cost along its direction is taken; only where that does not help
/// either, the step of the majorant, a parabola above the cost.
struct RobustModel {
    /// The linearised residuals at the step so far, and after the increment tried.
    private var shifted: Vector
    private var moved: Vector

    /// The gradient of the linearised, damped problem at the step so far.
    private let slope: Vector

    private static let maximumRounds = 8

    /// A Newton step to be cut to less than this share says little about the way down.
    private static let usefulShare = 0.1

    init(rows: Int, columns: Int, workspace: Workspace) {
        shifted = workspace.take(rows)
        moved = workspace.take(rows)
        slope = workspace.take(columns)
    }

    /// Computes the step for a damping.
    ///
    /// - Returns: False when neither parabola lowers the linearised cost.
    mutating func propose(
        _ step: inout TrialStep, damping: Double, from iterate: Iterate,
        linear: inout LinearModel
    ) -> Bool {
        shifted.update(from: iterate.residuals, count: iterate.rows)
        slope.update(from: iterate.gradient, count: iterate.columns)
        step.clear()
        var modelCost = iterate.cost
        var hasStep = false
        for round in 0..<Self.maximumRounds {
            guard
                let next = improve(
                    &step, .secondDerivative, round, damping, modelCost, iterate, &linear)
                    ?? improve(&step, .majorant, round, damping, modelCost, iterate, &linear)
            else { break }
            let gained = modelCost - next
            modelCost = next
            hasStep = true
            // Where no row changed its curvature the parabola was exact, and this is its minimum.
            let isExact =
                round == 0 && abs(gained - step.decrement(at: iterate)) <= 0.02 * gained
            let isSpent = round > 0 && gained <= 0.05 * (iterate.cost - modelCost)
            if isExact || isSpent || round == Self.maximumRounds - 1 { break }
            refreshSlope(step, damping: damping, iterate, linear.quasiNewton)
        }
        step.predicted = iterate.cost - iterate.loss.cost(of: shifted)
        if linear.quasiNewton.isActive {
            step.predicted -= 0.5 * linear.quasiNewton.bilinear(step.vector, step.vector)
        }
        return hasStep
    }

    /// One step on the linearised problem.
    ///
    /// - Returns: The linearised cost after the step; `nil` when it does not fall.
    private mutating func improve(
        _ step: inout TrialStep, _ curvature: RowCurvature, _ round: Int, _ damping: Double,
        _ modelCost: Double, _ iterate: Iterate, _ linear: inout LinearModel
    ) -> Double? {
        let system =
            round == 0
            ? linear.system(curvature, at: iterate)
            : linear.system(curvature, of: iterate, at: shifted)
        let query = DampedNormalEquations.Query(
            damping: damping, scales: iterate.scales, norms: iterate.norms, gradient: slope)
        guard step.solve(system, query, slope: slope, from: iterate) else { return nil }
        iterate.move(shifted, along: step.increment, into: moved)
        let smooth = SmoothPart(
            step, damping: damping, scales: iterate.scales, columns: iterate.columns,
            linear.quasiNewton)
        // Near the solution a good step changes the cost by less than its rounding.
        let limit = modelCost + 1e-14 * iterate.cost
        var next = iterate.loss.cost(of: moved) + smooth.value(at: 1)
        if !(next <= limit), curvature == .secondDerivative,
            let share = leastShare(along: step.increment, smooth, iterate),
            share >= Self.usefulShare
        {
            for column in 0..<iterate.columns { step.increment[column] *= share }
            iterate.move(shifted, along: step.increment, into: moved)
            next = iterate.loss.cost(of: moved) + smooth.value(at: share)
        }
        guard next <= limit else { return nil }
        swap(&shifted, &moved)
        step.addIncrement()
        return next
    }

    /// The share of the increment at which the linearised cost is nearly least.
    ///
    /// A tenth of the first slope left is near enough for a direction that is none of the best.
    ///
    /// - Returns: A share between 0 and 1; `nil` where the slope does not change its sign.
    private func leastShare(
        along increment: Vector, _ smooth: SmoothPart, _ iterate: Iterate
    ) -> Double? {
        let loss = iterate.loss
        func slope(_ share: Double) -> Double {
            loss.slope(from: shifted, to: moved, share: share) + smooth.slope + share
                * smooth.curvature
        }
        // At 0 it is the gradient that the increment was solved from.
        var first = 0.0
        for column in 0..<iterate.columns { first += self.slope[column] * increment[column] }
        let last = slope(1)
        guard first < 0, last > 0 else { return nil }
        var bracket = RootBracket(low: (0, first), high: (1, last))
        for _ in 0..<20 {
            let share = bracket.falsePosition
            let found = slope(share)
            if abs(found) <= 0.1 * abs(first) { return share }
            bracket.narrow(at: share, value: found)
        }
        return bracket.low.place > 0 ? bracket.low.place : nil
    }

    private func refreshSlope(
        _ step: TrialStep, damping: Double, _ iterate: Iterate,
        _ quasiNewton: StructuredQuasiNewton
    ) {
        iterate.loss.fillInfluences(at: shifted, into: moved)
        for column in 0..<iterate.columns {
            let scale = iterate.scales[column]
            slope[column] =
                iterate.jacobianProduct(column, moved)
                + damping * scale * scale * step.vector[column]
            if quasiNewton.isActive { slope[column] += quasiNewton.product(column, step.vector) }
        }
    }
}

/// The addition of damping and curvature of the residuals to the linearised cost along an
/// increment: a parabola in the share of it.
private struct SmoothPart {
    private var constant = 0.0
    private(set) var slope = 0.0
    private(set) var curvature = 0.0

    init(
        _ step: TrialStep, damping: Double, scales: Vector, columns: Int,
        _ quasiNewton: StructuredQuasiNewton
    ) {
        let (vector, increment) = (step.vector, step.increment)
        for column in 0..<columns {
            let weight = damping * scales[column] * scales[column]
            constant += 0.5 * weight * vector[column] * vector[column]
            slope += weight * vector[column] * increment[column]
            curvature += weight * increment[column] * increment[column]
        }
        guard quasiNewton.isActive else { return }
        constant += 0.5 * quasiNewton.bilinear(vector, vector)
        slope += quasiNewton.bilinear(vector, increment)
        curvature += quasiNewton.bilinear(increment, increment)
    }

    func value(at share: Double) -> Double { constant + share * (slope + 0.5 * share * curvature) }
}
