import LeastSquares
import TestSupport
import Testing

struct BoundsTests {
    /// Rosenbrock's valley, minimum at (1, 1).
    private func valley() -> DualProblem {
        DualProblem(parameterCount: 2) { x in [10 * (x[1] - x[0].squared), 1 - x[0]] }
    }

    @Test func `ends on the bound where the cost still falls beyond it`() {
        var problem = valley()
        let solution = LevenbergMarquardt().solve(
            &problem, parameters: [SolverParameter(-1.2, upper: 0.5), SolverParameter(1)])
        #expect(solution.parameters[0] == 0.5)
        #expect(abs(solution.parameters[1] - 0.25) < 1e-10)
        #expect(solution.atBound == [true, false])
        #expect(solution.termination.converged)
        #expect(solution.gradient[0] < 0)
    }

    @Test func `leaves a bound that it starts on`() {
        var problem = valley()
        let solution = LevenbergMarquardt().solve(
            &problem,
            parameters: [SolverParameter(-1.2, lower: -1.2), SolverParameter(3, upper: 3)])
        #expect(abs(solution.parameters[0] - 1) < 1e-10)
        #expect(abs(solution.parameters[1] - 1) < 1e-10)
        #expect(solution.atBound == [false, false])
    }

    @Test func `never evaluates outside the bounds`() {
        struct Watched: LeastSquaresProblem {
            var inner: DualProblem
            var lowest = Double.infinity
            var residualCount: Int { inner.residualCount }
            var parameterCount: Int { inner.parameterCount }
            mutating func evaluate(
                _ parameters: UnsafeBufferPointer<Double>,
                residuals: UnsafeMutableBufferPointer<Double>,
                jacobian: UnsafeMutableBufferPointer<Double>?
            ) {
                lowest = min(lowest, parameters[1])
                inner.evaluate(parameters, residuals: residuals, jacobian: jacobian)
            }
        }
        var problem = Watched(inner: valley())
        let solution = LevenbergMarquardt().solve(
            &problem, parameters: [SolverParameter(5), SolverParameter(4, lower: 0.1)])
        #expect(problem.lowest >= 0.1)
        #expect(abs(solution.parameters[0] - 1) < 1e-9)
    }

    @Test func `moves a start outside the bounds to the nearer one`() {
        var problem = LinearProblem(predictors: [[1], [1]], responses: [1, 3])
        let solution = LevenbergMarquardt().solve(
            &problem, parameters: [SolverParameter(-50, lower: 0, upper: 1)])
        #expect(solution.parameters == [1])
        #expect(solution.atBound == [true])
        #expect(solution.termination.reason == .gradient)
    }

    @Test func `keeps several parameters on bounds while others converge`() {
        // Separable: each parameter goes to the nearest allowed place to its target.
        let targets = [4.0, -3, 0.5, 9]
        var problem = DualProblem(parameterCount: 4) { x in
            x.indices.map { x[$0] - targets[$0] } + [0.1 * (x[2] * x[2] - 0.25)]
        }
        let bounded = targets.map { _ in SolverParameter(0, lower: -1, upper: 1) }
        let solution = LevenbergMarquardt().solve(&problem, parameters: bounded)
        #expect(solution.parameters[0] == 1)
        #expect(solution.parameters[1] == -1)
        #expect(abs(solution.parameters[2] - 0.5) < 1e-10)
        #expect(solution.parameters[3] == 1)
        #expect(solution.atBound == [true, true, false, true])
    }

    @Test func `accepts a lower bound equal to the upper`() {
        var problem = valley()
        let solution = LevenbergMarquardt().solve(
            &problem, parameters: [SolverParameter(0, lower: 2, upper: 2), SolverParameter(0)])
        #expect(solution.parameters[0] == 2)
        #expect(abs(solution.parameters[1] - 4) < 1e-10)
    }

    @Test(arguments: [
        RobustLoss.huber(delta: 0.1), .softL1(delta: 0.1), .cauchy(delta: 0.1),
    ])
    func `keeps to bounds with robust losses`(loss: RobustLoss) {
        var problem = LinearProblem.line(count: 40, noise: 0.3, seed: 11)
        let solution = LevenbergMarquardt().solve(
            &problem, parameters: [SolverParameter(0, upper: 2.5), SolverParameter(0)], loss: loss)
        #expect(solution.parameters[0] == 2.5)
        #expect(solution.atBound == [true, false])
        #expect(solution.gradient[0] < 0)
        #expect(abs(solution.gradient[1]) < 1e-8)
        #expect(solution.termination.converged)
    }

    @Test func `fixes parameters outside their bounds too`() {
        var problem = valley()
        let solution = LevenbergMarquardt().solve(
            &problem,
            parameters: [SolverParameter(3, upper: 1, isFixed: true), SolverParameter(0)])
        #expect(solution.parameters[0] == 3)
        #expect(abs(solution.parameters[1] - 9) < 1e-9)
        #expect(solution.atBound == [false, false])
    }
}
