import LeastSquares
import TestSupport
import Testing

struct DegenerateProblemTests {
    private let solver = LevenbergMarquardt()

    @Test func `ends as not finite when the start cannot be evaluated`() {
        var problem = DualProblem(parameterCount: 1) { x in [x[0].logarithm] }
        let solution = solver.solve(&problem, parameters: [SolverParameter(-1)])
        #expect(solution.termination.reason == .notFinite)
        #expect(!solution.termination.converged)
        #expect(solution.parameters == [-1])
        #expect(solution.termination.evaluations == 1)
    }

    @Test func `ends as not finite when the start itself is not a number`() {
        var problem = LinearProblem(predictors: [[1], [1]], responses: [1, 2])
        let solution = solver.solve(&problem, parameters: [SolverParameter(.nan, lower: 0)])
        #expect(solution.termination.reason == .notFinite)
    }

    @Test func `ends as not finite when the derivatives are not`() {
        var problem = DualProblem(parameterCount: 1) { x in [x[0].root - 3] }
        let solution = solver.solve(&problem, parameters: [SolverParameter(0)])
        #expect(solution.termination.reason == .notFinite)
    }

    @Test func `shortens steps into places that cannot be evaluated`() {
        // From x = 20 the first step of Gauss–Newton lands below 0, where there is no logarithm.
        var problem = DualProblem(parameterCount: 1) { x in [x[0].logarithm + 1] }
        let solution = solver.solve(&problem, parameters: [SolverParameter(20)])
        #expect(abs(solution.parameters[0] - 0.36787944117144233) < 1e-12)
        #expect(solution.termination.converged)
    }

    @Test func `ends as not finite when no step can be evaluated`() {
        var problem = DualProblem(parameterCount: 1) { x in
            [x[0].value == 1 ? x[0] : Dual(.nan, slopes: [.nan])]
        }
        let solution = solver.solve(&problem, parameters: [SolverParameter(1)])
        #expect(solution.termination.reason == .notFinite)
        #expect(solution.parameters == [1])
        #expect(solution.termination.iterations > 0)
    }

    @Test func `fits one point with one parameter`() {
        var problem = LinearProblem(predictors: [[2]], responses: [6])
        let solution = solver.solve(&problem, parameters: [SolverParameter(0)])
        #expect(abs(solution.parameters[0] - 3) < 1e-14)
        #expect(solution.termination.converged)
    }

    @Test func `fits fewer points than parameters somewhere on the valley floor`() {
        var problem = LinearProblem(predictors: [[1, 1, 1]], responses: [6])
        let parameters = [SolverParameter(0), SolverParameter(0), SolverParameter(0)]
        let solution = solver.solve(&problem, parameters: parameters)
        #expect(solution.cost < 1e-20)
        #expect(solution.termination.converged)
        #expect(solution.covariance(parameters).rank == 1)
        #expect(
            solution.covariance(parameters).standardErrors == [.infinity, .infinity, .infinity])
    }

    @Test func `passes through all points when there are as many as parameters`() {
        var problem = LinearProblem.line(count: 2, noise: 1, seed: 21)
        let solution = solver.solve(&problem, parameters: [SolverParameter(0), SolverParameter(0)])
        #expect(solution.cost < 1e-25)
        #expect(solution.termination.converged)
    }

    @Test func `leaves a parameter without influence where it is`() {
        var problem = LinearProblem(predictors: [[1, 0], [1, 0]], responses: [1, 3])
        let parameters = [SolverParameter(0), SolverParameter(7)]
        let solution = solver.solve(&problem, parameters: parameters)
        #expect(solution.parameters[1] == 7)
        #expect(abs(solution.parameters[0] - 2) < 1e-14)
        #expect(solution.termination.converged)
        #expect(solution.covariance(parameters).standardErrors[1] == .infinity)
    }

    @Test func `does not mind columns that differ by thirty orders of magnitude`() {
        let rows = (1...20).map { [1e15, 1e-15 * Double($0)] }
        let responses = rows.map { 2e-15 * $0[0] + 5e15 * $0[1] }
        var problem = LinearProblem(predictors: rows, responses: responses)
        let solution = solver.solve(&problem, parameters: [SolverParameter(1), SolverParameter(1)])
        #expect(abs(solution.parameters[0] / 2e-15 - 1) < 1e-10)
        #expect(abs(solution.parameters[1] / 5e15 - 1) < 1e-10)
    }

    @Test func `drops points of weight zero, even ones that cannot be evaluated`() {
        var problem = LinearProblem(predictors: [[1], [1], [1]], responses: [1, .nan, 3])
        let solution = solver.solve(
            &problem, parameters: [SolverParameter(0)], weights: [1, 0, 1])
        #expect(abs(solution.parameters[0] - 2) < 1e-14)
        #expect(solution.termination.converged)
    }

    @Test func `takes a weight for that many equal points`() {
        var weighted = LinearProblem(predictors: [[1], [1]], responses: [0, 4])
        var repeated = LinearProblem(predictors: [[1], [1], [1], [1]], responses: [0, 4, 4, 4])
        let loss = RobustLoss.softL1(delta: 1)
        let left = solver.solve(
            &weighted, parameters: [SolverParameter(1)], loss: loss, weights: [1, 3])
        let right = solver.solve(&repeated, parameters: [SolverParameter(1)], loss: loss)
        #expect(abs(left.parameters[0] - right.parameters[0]) < 1e-12)
        #expect(abs(left.cost - right.cost) < 1e-12)
    }

    @Test func `stops at once when every weight is zero`() {
        var problem = LinearProblem(predictors: [[1], [1]], responses: [1, 3])
        let parameters = [SolverParameter(5)]
        let solution = solver.solve(&problem, parameters: parameters, weights: [0, 0])
        #expect(solution.cost == 0)
        #expect(solution.parameters == [5])
        let covariance = solution.covariance(parameters, weights: [0, 0])
        #expect(covariance.rank == 0)
        #expect(covariance.standardErrors == [.infinity])
    }

    @Test func `returns the start when every parameter is fixed`() {
        var problem = LinearProblem(predictors: [[1], [1]], responses: [1, 3])
        let solution = solver.solve(&problem, parameters: [SolverParameter(5, isFixed: true)])
        #expect(solution.parameters == [5])
        #expect(solution.cost == 10)
        #expect(solution.termination.reason == .gradient)
    }

    @Test func `stops at once on a solution`() {
        var problem = LinearProblem(predictors: [[1], [1]], responses: [2, 2])
        let solution = solver.solve(&problem, parameters: [SolverParameter(2)])
        #expect(solution.termination.reason == .gradient)
        #expect(solution.termination.iterations == 0)
        #expect(solution.cost == 0)
    }

    @Test func `stops at the limit of iterations and says so`() {
        var problem = DualProblem(parameterCount: 2) { x in
            [10 * (x[1] - x[0].squared), 1 - x[0]]
        }
        let limited = LevenbergMarquardt(options: SolverOptions(maximumIterations: 3))
        let solution = limited.solve(
            &problem, parameters: [SolverParameter(-1.2), SolverParameter(1)])
        #expect(solution.termination.reason == .iterationLimit)
        #expect(solution.termination.iterations == 3)
        #expect(solution.termination.explanation == "iterations 3 >= limit 3")
    }
}
