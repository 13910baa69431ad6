import Foundation
import LeastSquares
import TestSupport
import Testing

struct CovarianceTests {
    private let start = [SolverParameter(0), SolverParameter(0)]

    private func isClose(_ value: Double, _ expected: Double, _ tolerance: Double = 1e-10) -> Bool {
        abs(value - expected) <= tolerance * abs(expected)
    }

    @Test func `is the textbook covariance for a straight line`() {
        var problem = LinearProblem.line(count: 30, noise: 0.5, seed: 1)
        let hand = LineByHand(problem)
        let solution = LevenbergMarquardt().solve(&problem, parameters: start)
        let covariance = solution.covariance(start)
        #expect(isClose(solution.parameters[0], hand.intercept))
        #expect(isClose(solution.parameters[1], hand.slope))
        #expect(isClose(covariance.matrix[0], hand.covariance[0]))
        #expect(isClose(covariance.matrix[1], hand.covariance[1]))
        #expect(covariance.matrix[1] == covariance.matrix[2])
        #expect(isClose(covariance.matrix[3], hand.covariance[2]))
        #expect(isClose(covariance.standardErrors[1], hand.covariance[2].squareRoot()))
        #expect(covariance.rank == 2)
    }

    @Test func `scales with the noise that it is told of`() {
        var problem = LinearProblem.line(count: 30, noise: 0.5, seed: 3)
        let solution = LevenbergMarquardt().solve(&problem, parameters: start)
        func errors(variance: Double) -> [Double] {
            Covariance(
                jacobian: solution.jacobian, variance: variance, isKnown: [false, false],
                weights: Array(repeating: 1, count: 30)
            ).standardErrors
        }
        #expect(isClose(errors(variance: 4)[0], 2 * errors(variance: 1)[0]))
        #expect(errors(variance: .infinity) == [.infinity, .infinity])
    }

    @Test func `counts fixed parameters as known`() {
        var problem = LinearProblem.line(count: 30, noise: 0.5, seed: 4)
        let parameters = [SolverParameter(3, isFixed: true), SolverParameter(0)]
        let solution = LevenbergMarquardt().solve(&problem, parameters: parameters)
        let covariance = solution.covariance(parameters)
        #expect(solution.parameters[0] == 3)
        #expect(covariance.matrix[0] == 0)
        #expect(covariance.matrix[1] == 0)
        #expect(covariance.standardErrors[1] > 0)
    }

    @Test func `does not count rows of weight zero`() {
        var problem = LinearProblem.line(count: 30, noise: 0.5, seed: 5)
        let short = LinearProblem(
            predictors: Array(problem.predictors.prefix(20)),
            responses: Array(problem.responses.prefix(20)))
        problem.responses[25] = .nan
        let weights = (0..<30).map { $0 < 20 ? 1.0 : 0 }
        let solution = LevenbergMarquardt().solve(&problem, parameters: start, weights: weights)
        let hand = LineByHand(short)
        let covariance = solution.covariance(start, weights: weights)
        #expect(isClose(solution.parameters[1], hand.slope))
        #expect(isClose(covariance.matrix[3], hand.covariance[2]))
    }

    @Test func `says infinite where the data do not determine a parameter`() {
        // The second and third columns are the same: only their sum is determined.
        let rows = (0..<10).map { [1, Double($0), Double($0)] }
        var problem = LinearProblem(predictors: rows, responses: (0..<10).map { sin(Double($0)) })
        let parameters = [SolverParameter(0), SolverParameter(0), SolverParameter(0)]
        let solution = LevenbergMarquardt().solve(&problem, parameters: parameters)
        let covariance = solution.covariance(parameters)
        #expect(solution.termination.converged)
        #expect(covariance.rank == 2)
        #expect(covariance.conditionNumber == .infinity)
        #expect(covariance.standardErrors[0].isFinite)
        #expect(covariance.standardErrors[1] == .infinity)
        #expect(covariance.standardErrors[2] == .infinity)
        #expect(covariance.tradingOff() == [1, 2] || covariance.tradingOff() == [2, 1])
    }

    @Test func `knows no noise when there are as many points as parameters`() {
        var problem = LinearProblem.line(count: 2, noise: 0.5, seed: 6)
        let solution = LevenbergMarquardt().solve(&problem, parameters: start)
        let covariance = solution.covariance(start)
        #expect(covariance.standardErrors == [.infinity, .infinity])
        #expect(covariance.rank == 2)
    }

    @Test func `has condition number one for perpendicular columns of any length`() {
        var problem = LinearProblem(
            predictors: [[1e6, 0], [0, 1e-6], [1e6, 0], [0, 1e-6]], responses: [1, 2, 3, 4])
        let solution = LevenbergMarquardt().solve(&problem, parameters: start)
        #expect(isClose(solution.covariance(start).conditionNumber, 1, 1e-12))
    }

}
