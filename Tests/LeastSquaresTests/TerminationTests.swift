import LeastSquares
import Testing

struct TerminationTests {
    private func termination(
        _ reason: Termination.Reason, measure: Double, tolerance: Double, iterations: Int = 7
    ) -> Termination {
        Termination(
            reason: reason, measure: measure, tolerance: tolerance, iterations: iterations,
            evaluations: 8)
    }

    @Test func `has the reasons of the contract`() {
        #expect(
            Termination.Reason.allCases.map(\.rawValue) == [
                "cost", "step", "gradient", "iteration_limit", "stalled", "not_finite",
            ])
    }

    @Test func `counts cost, step and gradient as converged, and nothing else`() {
        for reason in Termination.Reason.allCases {
            let value = termination(reason, measure: 0, tolerance: 1)
            #expect(value.converged == [.cost, .step, .gradient].contains(reason))
        }
    }

    @Test(arguments: [
        (
            Termination.Reason.cost, 1e-16, 1e-14,
            "relative reduction of the cost 1e-16 <= cost tolerance 1e-14"
        ),
        (
            .step, 1e-13, 1e-12,
            "relative change of the scaled parameters 1e-13 <= step tolerance 1e-12"
        ),
        (
            .gradient, 0, 1e-12,
            "largest cosine between residuals and a free Jacobian column 0.0 "
                + "<= gradient tolerance 1e-12"
        ),
        (
            .stalled, 1e33, 1e32,
            "no step lowers the cost: damping 1e+33 > damping limit 1e+32"
        ),
        (
            .notFinite, 1e33, 1e32,
            "no step leads to finite residuals and derivatives: "
                + "damping 1e+33 > damping limit 1e+32"
        ),
    ])
    func `says the inequality that fired`(
        reason: Termination.Reason, measure: Double, tolerance: Double, sentence: String
    ) {
        let value = termination(reason, measure: measure, tolerance: tolerance)
        #expect(value.explanation == sentence)
    }

    @Test func `says when the start could not be evaluated`() {
        let value = termination(.notFinite, measure: .nan, tolerance: 0, iterations: 0)
        #expect(
            value.explanation
                == "the residuals or their derivatives are not finite at the start")
    }
}
