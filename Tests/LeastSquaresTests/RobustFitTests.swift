import LeastSquares
import TestSupport
import Testing

/// Fits with robust losses: the same optimum as by brute force, and no crawl at the end.
struct RobustFitTests {
    static let losses: [RobustLoss] = [
        .huber(delta: 0.05), .softL1(delta: 0.05), .cauchy(delta: 0.05), .tukey(delta: 0.4),
    ]

    /// A saturating curve with noise, and gross errors in every seventh point.
    private func curve(seed: UInt64) -> DualProblem {
        var generator = SeededGenerator(seed: seed)
        let points = (0..<70).map { index in
            let x = Double(index) / 10
            let noise = Double.random(in: -0.1...0.1, using: &generator)
            let error = index % 7 == 3 ? 1.5 : 0
            return (x, 2 - 1.5 / (1 + x) + noise + error)
        }
        return DualProblem(parameterCount: 3) { b in
            points.map { x, y in y - (b[0] - b[1] / (1 + x * b[2])) }
        }
    }

    private let start = [SolverParameter(1), SolverParameter(1), SolverParameter(0.5)]

    /// Where Huber ends: Tukey ignores far points altogether, so it needs a start that is close.
    private func closeStart(_ problem: inout DualProblem) -> [SolverParameter] {
        LevenbergMarquardt().solve(&problem, parameters: start, loss: .huber(delta: 0.05))
            .parameters.map { SolverParameter(1.01 * $0) }
    }

    @Test(arguments: losses)
    func `resists gross errors`(loss: RobustLoss) {
        var problem = curve(seed: 31)
        let close = closeStart(&problem)
        let robust = LevenbergMarquardt().solve(&problem, parameters: close, loss: loss)
        let squares = LevenbergMarquardt().solve(&problem, parameters: start)
        #expect(robust.termination.converged, "\(robust.termination.explanation)")
        #expect(abs(robust.parameters[0] - 2) < 0.1)
        #expect(abs(squares.parameters[0] - 2) > 0.15)
    }

    @Test(arguments: losses)
    func `has no slope left at the solution`(loss: RobustLoss) {
        var problem = curve(seed: 32)
        let close = closeStart(&problem)
        let solution = LevenbergMarquardt().solve(&problem, parameters: close, loss: loss)
        for slope in solution.gradient {
            #expect(abs(slope) < 1e-11)
        }
    }

    @Test(arguments: losses)
    func `ends without a crawl`(loss: RobustLoss) {
        var problem = curve(seed: 33)
        let close = closeStart(&problem)
        let loose = LevenbergMarquardt(
            options: SolverOptions(costTolerance: 1e-6, maximumPolishingSteps: 0)
        ).solve(&problem, parameters: close, loss: loss)
        let refit = loose.parameters.map { SolverParameter($0) }
        let tight = LevenbergMarquardt(options: SolverOptions(maximumPolishingSteps: 0))
            .solve(&problem, parameters: refit, loss: loss)
        #expect(tight.termination.converged)
        #expect(tight.termination.iterations <= 8)
    }

    @Test func `converges fast when points sit on Huber's kink`() {
        // A median-like location: the optimum leaves one point just inside, the others far out.
        let loss = RobustLoss.huber(delta: 1e-6)
        let responses = (0..<101).map { Double($0 * $0) }
        var problem = LinearProblem(predictors: responses.map { _ in [1] }, responses: responses)
        let solution = LevenbergMarquardt().solve(
            &problem, parameters: [SolverParameter(0)], loss: loss)
        #expect(abs(solution.parameters[0] - 2_500) < 1e-9)
        #expect(solution.termination.converged)
        #expect(solution.termination.iterations < 40)
    }

    @Test func `finds the least absolute deviations line as delta goes to zero`() {
        // Four points on the line 1 + 2x, one far away: the line through the four is optimal.
        var problem = LinearProblem(
            predictors: [[1, 0], [1, 1], [1, 2], [1, 3], [1, 4]], responses: [1, 3, 5, 7, 100])
        let solution = LevenbergMarquardt().solve(
            &problem, parameters: [SolverParameter(0), SolverParameter(0)],
            loss: .huber(delta: 1e-9))
        #expect(abs(solution.parameters[0] - 1) < 1e-8)
        #expect(abs(solution.parameters[1] - 2) < 1e-8)
    }

    @Test func `gives the same answer in a used workspace of another size`() {
        let workspace = Workspace()
        var large = curve(seed: 34)
        var small = LinearProblem.line(count: 5, noise: 1, seed: 35)
        let pair = [SolverParameter(0), SolverParameter(0)]
        let loss = RobustLoss.huber(delta: 0.05)
        let solver = LevenbergMarquardt()
        let fresh = solver.solve(&large, parameters: start, loss: loss)
        let line = solver.solve(&small, parameters: pair)
        #expect(solver.solve(&small, parameters: pair, workspace: workspace) == line)
        #expect(
            solver.solve(&large, parameters: start, loss: loss, workspace: workspace) == fresh)
        #expect(solver.solve(&small, parameters: pair, workspace: workspace) == line)
    }

    @Test func `needs few evaluations for a resample started at the optimum`() {
        let workspace = Workspace()
        var problem = curve(seed: 36)
        let loss = RobustLoss.huber(delta: 0.05)
        let solver = LevenbergMarquardt()
        let whole = solver.solve(&problem, parameters: start, loss: loss)
        let refit = LevenbergMarquardt(
            options: SolverOptions(costTolerance: 1e-10, maximumPolishingSteps: 0))
        var generator = SeededGenerator(seed: 37)
        var evaluations = 0
        for _ in 0..<50 {
            var weights = [Double](repeating: 0, count: problem.residualCount)
            for _ in weights.indices {
                weights[Int.random(in: weights.indices, using: &generator)] += 1
            }
            let solution = refit.solve(
                &problem, parameters: whole.parameters.map { SolverParameter($0) }, loss: loss,
                weights: weights, workspace: workspace)
            #expect(solution.termination.converged)
            evaluations += solution.termination.evaluations
        }
        #expect(evaluations < 50 * 12)
    }
}
