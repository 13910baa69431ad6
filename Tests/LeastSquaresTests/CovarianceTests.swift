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
        #expect(covariance.degreesOfFreedom == 28)
    }

    @Test func `is the same for Huber when no residual is outside`() {
        var problem = LinearProblem.line(count: 30, noise: 0.5, seed: 2)
        let squares = LevenbergMarquardt().solve(&problem, parameters: start)
        let loss = RobustLoss.huber(delta: 10)
        let huber = LevenbergMarquardt().solve(&problem, parameters: start, loss: loss)
        let left = squares.covariance(start).matrix
        let right = huber.covariance(start, loss: loss).matrix
        for (a, b) in zip(left, right) {
            #expect(isClose(a, b, 1e-8))
        }
    }

    @Test func `has Huber's form for a location parameter`() {
        // Five points at −2 … 2 and δ = 1.5: the mean stays 0, three points inside.
        var problem = LinearProblem(
            predictors: [[1], [1], [1], [1], [1]], responses: [-2, -1, 0, 1, 2])
        let loss = RobustLoss.huber(delta: 1.5)
        let solution = LevenbergMarquardt().solve(
            &problem, parameters: [SolverParameter(0.3)], loss: loss)
        let covariance = solution.covariance([SolverParameter(0.3)], loss: loss)
        let inside = 0.6
        let correction = 1 + 1.0 / 5 * (inside * (1 - inside)) / (inside * inside)
        let scale = correction * correction * (2 * 2.25 + 2) / 4 / (inside * inside)
        #expect(abs(solution.parameters[0]) < 1e-12)
        #expect(isClose(covariance.matrix[0], scale / 5))
    }

    @Test func `is the sandwich of White for rows of unequal noise`() {
        var problem = LinearProblem(
            predictors: [[1], [1], [1], [1]], responses: [0, 0, 0, 4])
        let solution = LevenbergMarquardt().solve(&problem, parameters: [SolverParameter(0)])
        let covariance = solution.covariance([SolverParameter(0)], form: .sandwich)
        // Σr²/n² · n/(n − 1) with residuals −1, −1, −1, 3.
        #expect(isClose(covariance.matrix[0], 12.0 / 16 * 4 / 3))
    }

    @Test func `adds influences inside a cluster before it squares them`() {
        var problem = LinearProblem(
            predictors: [[1], [1], [1], [1]], responses: [1, 1, -1, -1])
        let solution = LevenbergMarquardt().solve(&problem, parameters: [SolverParameter(0)])
        let apart = solution.covariance([SolverParameter(0)], form: .sandwich)
        let together = solution.covariance(
            [SolverParameter(0)], form: .clustered([1, 1, 2, 2]))
        #expect(isClose(together.matrix[0], 2 * apart.matrix[0]))
        let cancelling = solution.covariance(
            [SolverParameter(0)], form: .clustered([1, 2, 1, 2]))
        #expect(cancelling.matrix[0] < 1e-20)
    }

    @Test func `grows with the points per effective point`() {
        var problem = LinearProblem.line(count: 30, noise: 0.5, seed: 3)
        let solution = LevenbergMarquardt().solve(&problem, parameters: start)
        let plain = solution.covariance(start)
        let inflated = solution.covariance(start, inflation: 4)
        #expect(isClose(inflated.standardErrors[0], 2 * plain.standardErrors[0]))
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
        #expect(covariance.degreesOfFreedom == 29)
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

    @Test func `knows the noise of a median, which few points inside Huber's delta tell of`() {
        // The standard error of a median of n normal numbers is √(π/2n) of their deviation.
        var generator = SeededGenerator(seed: 41)
        let count = 400
        var sum = 0.0
        for _ in 0..<20 {
            let responses = (0..<count).map { _ in
                (0..<12).reduce(-6.0) { total, _ in
                    total + Double.random(in: 0..<1, using: &generator)
                }
            }
            var problem = LinearProblem(
                predictors: responses.map { _ in [1] }, responses: responses)
            let loss = RobustLoss.huber(delta: 1e-3)
            let solution = LevenbergMarquardt().solve(
                &problem, parameters: [SolverParameter(0.1)], loss: loss)
            sum +=
                solution.covariance([SolverParameter(0.1)], loss: loss, form: .sandwich)
                .standardErrors[0]
        }
        let expected = (Double.pi / 2 / Double(count)).squareRoot()
        #expect(abs(sum / 20 / expected - 1) < 0.1)
    }
}
