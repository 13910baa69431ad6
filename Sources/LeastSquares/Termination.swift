/// The reason that a solve ended, with the inequality that fired.
package struct Termination: Equatable, Sendable {
    /// The rule that ended the search; raw values are the words of the JSON contract.
    package enum Reason: String, Equatable, Sendable, CaseIterable {
        case cost
        case step
        case gradient
        case iterationLimit = "iteration_limit"
        case stalled
        case notFinite = "not_finite"
    }

    /// The rule that ended the search.
    package let reason: Reason

    /// The quantity that the rule compares: a ratio, or a count of steps for the limit.
    package let measure: Double

    /// The value that the measure was compared with.
    package let tolerance: Double

    /// Steps tried, rejected ones and polishing included.
    package let iterations: Int

    /// Calls of the problem's `evaluate`.
    package let evaluations: Int

    package init(
        reason: Reason, measure: Double, tolerance: Double, iterations: Int, evaluations: Int
    ) {
        self.reason = reason
        self.measure = measure
        self.tolerance = tolerance
        self.iterations = iterations
        self.evaluations = evaluations
    }

    /// True when the point returned satisfies a stopping rule of a solution.
    package var converged: Bool {
        switch reason {
        case .cost, .step, .gradient: true
        case .iterationLimit, .stalled, .notFinite: false
        }
    }

    /// The inequality that fired, in words.
    package var explanation: String {
        switch reason {
        case .cost:
            "relative reduction of the cost \(measure) <= cost tolerance \(tolerance)"
        case .step:
            "relative change of the scaled parameters \(measure) <= step tolerance \(tolerance)"
        case .gradient:
            "largest cosine between residuals and a free Jacobian column \(measure) "
                + "<= gradient tolerance \(tolerance)"
        case .iterationLimit:
            "iterations \(Int(measure)) >= limit \(Int(tolerance))"
        case .stalled:
            "no step lowers the cost: damping \(measure) > damping limit \(tolerance)"
        case .notFinite:
            iterations == 0
                ? "the residuals or their derivatives are not finite at the start"
                : "no step leads to finite residuals and derivatives: "
                    + "damping \(measure) > damping limit \(tolerance)"
        }
    }
}
