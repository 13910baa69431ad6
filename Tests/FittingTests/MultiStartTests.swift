import LawTestSupport
import Laws
import LeastSquares
import Records
import Testing

@testable import Fitting

/// A start's search on few points first: it ends where a search on all points does.
@Suite struct MultiStartTests {
    private static let starts = [[3, 0.5, 0.5, 0.3, 0.99], [2, 1, 0.3, 1, 0.999]]

    private func observations() throws -> (law: ConfiguredLaw, observations: Observations) {
        let law = try LawCatalog.standard.law("lr-annealing")
        let runs = try SyntheticStudy.curves(noise: 0.002, seed: 5)
        return (law, try ObservationBuilder(law: law).observations(of: runs))
    }

    private func search(
        _ law: ConfiguredLaw, _ observations: Observations
    ) -> LocalSearch<LawProblem> {
        LocalSearch(observations: observations, loss: Objective.standard.loss) {
            LawProblem(law: law, observations: $0, residual: Objective.standard.residual)
        }
    }

    private func parameters(_ values: [Double], _ law: ConfiguredLaw) -> [SolverParameter] {
        zip(law.parameters, values).map {
            SolverParameter($0, at: $0.scale.coordinate(of: $1), isFixed: false)
        }
    }

    @Test func `curves are looked at through few points, then all`() throws {
        let (law, observations) = try observations()
        var search = search(law, observations)
        #expect(search.coarseObservations.pointCount * 2 <= observations.pointCount)
        let found = search.solve(parameters(Self.starts[0], law))
        #expect(found.residuals.count == observations.pointCount)
        var problem = search.problem
        let direct = LevenbergMarquardt().solve(
            &problem, parameters: parameters(Self.starts[0], law), loss: Objective.standard.loss)
        #expect(abs(found.cost / direct.cost - 1) < SearchLimits.agreement)
    }

    @Test func `starts that reach one coarse optimum are refined once`() throws {
        let (law, observations) = try observations()
        var both = search(law, observations)
        var work: [Int] = []
        let ends = Self.starts.map { start in
            let end = both.solve(parameters(start, law))
            work.append(both.evaluations)
            return end
        }
        #expect(ends[0] == ends[1])
        var second = search(law, observations)
        let alone = second.solve(parameters(Self.starts[1], law))
        #expect(abs(alone.cost / ends[1].cost - 1) < SearchLimits.agreement)
        #expect(work[1] - work[0] < second.evaluations)
    }

    @Test func `a short curve keeps its points beside a long one`() throws {
        let law = try LawCatalog.standard.law("lr-annealing")
        var runs = try SyntheticStudy.curves(noise: 0.002, seed: 5)
        let few = Array(runs[0].curve?.steps.suffix(12) ?? [])
        runs[0].curve = LossCurve(
            steps: few, losses: Array(runs[0].curve?.losses.suffix(12) ?? []))
        let observations = try ObservationBuilder(law: law).observations(of: runs)
        let search = search(law, observations)
        let coarse = search.coarseObservations
        #expect(coarse.pointCount < observations.pointCount)
        #expect(coarse.groups.count == observations.groups.count)
        #expect(coarse.groups[0].input.steps == few)
        #expect(
            coarse.groups.map(\.input.steps.last) == observations.groups.map(\.input.steps.last))
    }

    @Test func `rows of a table are never left out`() throws {
        let law = try LawCatalog.standard.law("chinchilla")
        let runs = try SyntheticStudy.table(noise: 0.01, seed: 6)
        let observations = try ObservationBuilder(law: law).observations(of: runs)
        let search = search(law, observations)
        #expect(search.coarseObservations.pointCount == observations.pointCount)
    }
}
