import LawTestSupport
import Laws
import LeastSquares
import Records
import TestSupport
import Testing

@testable import Fitting

/// The starts of a search: what they solve for is solved, and what they say of it is true.
@Suite struct StartingPointsTests {
    private func problem(_ runs: [Run], law: ConfiguredLaw) throws -> (LawProblem, Observations) {
        let observations = try ObservationBuilder(law: law).observations(of: runs)
        return (LawProblem(law: law, observations: observations, residual: .log), observations)
    }

    private func start(
        _ index: Int, of runs: [Run], law: ConfiguredLaw, seed: UInt64 = 1
    ) throws -> (start: StartingPoints.Start, problem: LawProblem) {
        let (problem, observations) = try problem(runs, law: law)
        var points = StartingPoints(
            law: law, free: law.parameters.map { _ in true }, observations: observations,
            evaluator: problem.evaluator, seed: seed)
        let values = law.parameters.map { _ in 0.0 }
        return (points.start(index, fixed: values), problem)
    }

    private func coordinates(_ values: [Double], law: ConfiguredLaw) -> [Double] {
        zip(law.parameters, values).map { $0.scale.coordinate(of: $1) }
    }

    @Test(arguments: 0..<6)
    func `its predictions are the law's own`(index: Int) throws {
        let law = try LawCatalog.standard.law("chinchilla")
        let runs = try SyntheticStudy.table(noise: 0.01, seed: 3)
        var (start, problem) = try start(index, of: runs, law: law)
        let predicted = try #require(start.predicted)
        let told = problem.cost(ofPredictions: predicted, loss: .huber(delta: 1e-3))
        let own = problem.cost(
            at: coordinates(start.values, law: law), loss: .huber(delta: 1e-3))
        #expect(abs(told / own - 1) < 1e-10)
    }

    @Test func `solves for what the loss is linear in`() throws {
        let law = try LawCatalog.standard.law("chinchilla")
        let runs = try SyntheticStudy.table(noise: 0, seed: 0)
        let (problem, observations) = try problem(runs, law: law)
        var projection = LinearProjection(
            law: law, free: law.parameters.map { _ in true }, losses: observations.losses,
            evaluator: problem.evaluator)
        var values = [0, 0, 0, 0.35, 0.37]
        let isProjected = projection.project(&values)
        #expect(isProjected)
        #expect(zip(values, [1.8, 480, 2_100]).allSatisfy { abs($0 / $1 - 1) < 1e-8 })
        #expect(
            zip(projection.predicted, observations.losses).allSatisfy { abs($0 / $1 - 1) < 1e-12 })
    }

    @Test func `keeps coefficients positive where the data would have them negative`() throws {
        let law = try LawCatalog.standard.law("chinchilla")
        // Losses that rise with the size: A wants to be negative.
        var runs = try SyntheticStudy.table(noise: 0, seed: 0)
        for index in runs.indices { runs[index].loss = 2 + 0.01 * Double(index) }
        let (start, _) = try start(2, of: runs, law: law)
        let predicted = try #require(start.predicted)
        #expect(start.values[1] > 0)
        #expect(start.values[2] > 0)
        #expect(predicted.allSatisfy { $0 > 0 })
    }

    @Test func `a law with a start model of its own says no predictions`() throws {
        let law = try LawCatalog.standard.law("data-constrained")
        var runs = try SyntheticStudy.table(noise: 0.01, seed: 4)
        for index in runs.indices { runs[index].features[.uniqueTokenCount] = 1e10 }
        let (start, _) = try start(1, of: runs, law: law)
        #expect(start.predicted == nil)
        let areFinite = start.values.allSatisfy { $0.isFinite }
        #expect(areFinite)
    }

    @Test(arguments: 1...4)
    func `the design is as even as its recurrence`(dimensions: Int) {
        let design = SpaceFillingDesign(dimensions: dimensions, seed: 9)
        let steps = zip(design.point(0), design.point(1)).map { first, second in
            let step = second - first
            return step < 0 ? step + 1 : step
        }
        // a = 1/g of g^(d+1) = g + 1, and its powers.
        let root = 1 / steps[0]
        var power = 1.0
        for _ in 0...dimensions { power *= root }
        #expect(abs(power - root - 1) < 1e-9)
        for (position, step) in steps.enumerated() where position > 0 {
            #expect(abs(step - steps[position - 1] / root) < 1e-9)
        }
    }
}
