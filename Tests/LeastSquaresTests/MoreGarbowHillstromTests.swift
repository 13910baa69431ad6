import LeastSquares
import TestSupport
import Testing

struct MoreGarbowHillstromTests {
    /// Far starts from which the sum of squares has no minimum to find: it overflows, its
    /// derivatives vanish, or it falls for ever along a valley to infinity.
    static let hopeless: [String] = [
        "Powell badly scaled x 100", "Beale x 10", "Beale x 100", "Jennrich and Sampson x 100",
        "Gulf research x 100", "Box x 100", "Biggs x 100",
    ]

    private func solve(_ problem: MoreProblem, factor: Double) -> Solution {
        // A start of zeros has no multiples: ones stand in, as in the paper's experiments.
        let isZero = problem.start.allSatisfy { $0 == 0 }
        let start = problem.start.map { isZero && factor > 1 ? factor : factor * $0 }
        var squares = DualProblem(parameterCount: start.count, formula: problem.residuals)
        return LevenbergMarquardt().solve(&squares, parameters: start.map { SolverParameter($0) })
    }

    private func isPublished(_ solution: Solution, of problem: MoreProblem) -> Bool {
        problem.minima.contains { abs(2 * solution.cost - $0) <= 2e-6 * $0 + 1e-14 }
    }

    @Test(arguments: MoreProblem.all)
    func `finds a published minimum from the standard start`(problem: MoreProblem) {
        let solution = solve(problem, factor: 1)
        #expect(
            isPublished(solution, of: problem),
            "\(problem.name): \(2 * solution.cost), \(solution.termination)")
        // Powell's Jacobian is singular at the solution: the cost falls towards zero for ever.
        let expected = problem.name != "Powell singular"
        #expect(
            solution.termination.converged == expected,
            "\(problem.name): \(solution.termination.explanation)")
    }

    @Test(arguments: MoreProblem.all, [10.0, 100])
    func `finds a published minimum from far starts, or says that it did not`(
        problem: MoreProblem, factor: Double
    ) {
        let solution = solve(problem, factor: factor)
        if Self.hopeless.contains("\(problem.name) x \(Int(factor))") {
            #expect(!solution.termination.converged || solution.stationarity < 1e-5)
        } else {
            #expect(
                isPublished(solution, of: problem),
                "\(problem.name): \(2 * solution.cost), \(solution.termination)")
        }
    }

    @Test func `knows at least twenty problems`() {
        #expect(MoreProblem.all.count >= 20)
        #expect(Set(MoreProblem.all.map(\.number)).count == MoreProblem.all.count)
    }
}
