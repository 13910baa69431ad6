import Foundation
import LeastSquares
import TestSupport
import Testing

/// The certified problems of the NIST archive, solved with default options.
struct NISTTests {
    static let names = NISTModels.all.keys.sorted()

    @Test(arguments: names, [0, 1])
    func `reaches the certified parameters from both published starts`(
        name: String, start: Int
    ) throws {
        var problem = try NISTProblem(name: name)
        let dataset = problem.dataset
        let parameters = dataset.starts[start].map { SolverParameter($0) }
        let solution = LevenbergMarquardt().solve(&problem, parameters: parameters)
        #expect(solution.termination.converged, "\(solution.termination.explanation)")
        for (value, certified) in zip(solution.parameters, dataset.parameters) {
            #expect(NISTProblem.digits(value, certified) >= 8, "\(value) for \(certified)")
        }
        // Lanczos1 is exact to 14 digits: its certified sum is below what doubles can evaluate.
        let isExact = name == "Lanczos1"
        let sum = NISTProblem.digits(2 * solution.cost, dataset.residualSumOfSquares)
        #expect(sum >= (isExact ? 2 : 9))
        let covariance = solution.covariance(parameters)
        for (value, certified) in zip(covariance.standardErrors, dataset.standardDeviations) {
            #expect(
                NISTProblem.digits(value, certified) >= (isExact ? 3 : 6),
                "\(value) for \(certified)")
        }
    }

    @Test(arguments: names)
    func `has exact derivatives of every model`(name: String) throws {
        let dataset = try NISTProblem(name: name).dataset
        let model = try #require(NISTModels.all[name])
        let place = dataset.parameters
        var slopes = [Double](repeating: 0, count: place.count)
        var ignored = slopes
        for x in dataset.predictors {
            _ = place.withUnsafeBufferPointer { model(x, $0, &slopes) }
            for index in place.indices {
                let step = 1e-5 * abs(place[index])
                let values = [-2.0, -1, 1, 2].map { share in
                    var moved = place
                    moved[index] += share * step
                    return moved.withUnsafeBufferPointer { model(x, $0, &ignored) }
                }
                let difference =
                    (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step)
                let size = max(abs(slopes[index]), abs(values[1] / place[index]))
                #expect(abs(difference - slopes[index]) <= 1e-7 * size)
            }
        }
    }

    @Test func `holds all 27 problems, as many as the archive`() throws {
        #expect(Self.names.count == 27)
        for name in Self.names {
            let dataset = try NISTProblem(name: name).dataset
            #expect(dataset.name == name)
            #expect(dataset.starts.allSatisfy { $0.count == dataset.parameters.count })
            #expect(dataset.predictors.count == dataset.responses.count)
        }
    }

    @Test func `has the certified sum at the certified parameters`() throws {
        for name in Self.names where name != "Lanczos1" {
            var problem = try NISTProblem(name: name)
            let dataset = problem.dataset
            let fixed = dataset.parameters.map { SolverParameter($0, isFixed: true) }
            let solution = LevenbergMarquardt().solve(&problem, parameters: fixed)
            let sum = NISTProblem.digits(2 * solution.cost, dataset.residualSumOfSquares)
            #expect(sum >= 5, "\(name) \(2 * solution.cost)")
        }
    }

    @Test func `defines Roszman1 with the arctangent of one argument`() throws {
        let file = try #require(
            Bundle.module.url(forResource: "Roszman1", withExtension: "dat", subdirectory: "NIST"))
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains("arctan[b3/(x-b4)]/pi"))
    }

    @Test func `names the missing part of a file that is not of the archive`() {
        #expect(throws: NISTDataset.Fault.missing("Dataset Name")) {
            try NISTDataset(text: "step,loss\n1,2\n")
        }
        #expect(throws: NISTDataset.Fault.missing("starting values")) {
            try NISTDataset(text: "Dataset Name:  Nothing\n")
        }
    }
}
