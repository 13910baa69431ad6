import Laws
import LeastSquares

/// The local search of a start: on a few points of each curve until it ends, then on all of them.
///
/// Neighbouring points of a curve say nearly the same, so that a few lead close to the optimum of
/// all for a fraction of the work. Starts that end at the same place there would all go the same way
/// from it: the way is gone once.
struct StartSearch {
    /// A curve of more points is looked at through about so many first.
    private static let pointsPerCurve = 40
    /// Two ends on few points are one when costs agree and no coordinate differs by more than this
    /// share of its size: where a few points leave a parameter open, costs alone would not tell.
    private static let closeness = 1e-3

    /// Where a search on few points ended, and what came of it on all.
    private struct Visit {
        let coarse: Solution
        let fine: Solution
    }

    /// The law at all points.
    private(set) var problem: LawProblem
    /// The law at the points that a search looks at first.
    private(set) var coarseProblem: LawProblem
    let coarseObservations: Observations
    /// Steps tried and evaluations made, over all starts.
    private(set) var iterations = 0
    private(set) var evaluations = 0

    private let objective: Objective
    private let hasCoarse: Bool
    private let workspace = Workspace()
    private var visits: [Visit] = []

    init(law: ConfiguredLaw, observations: Observations, objective: Objective) {
        self.objective = objective
        problem = LawProblem(law: law, observations: observations, residual: objective.residual)
        let few = observations.thinnedEach(to: Self.pointsPerCurve)
        hasCoarse = 2 * few.pointCount <= observations.pointCount
        coarseObservations = hasCoarse ? few : observations
        coarseProblem =
            hasCoarse
            ? LawProblem(
                law: law, observations: coarseObservations, residual: objective.residual)
            : problem
    }

    /// Searches from parameters of the solver.
    ///
    /// - Returns: The end on all points.
    mutating func solve(_ parameters: [SolverParameter]) -> Solution {
        guard hasCoarse else { return count(search(&problem, parameters)) }
        let coarse = count(search(&coarseProblem, parameters))
        if let visit = visits.first(where: { Self.areOne($0.coarse, coarse) }) { return visit.fine }
        if coarse.cost.isFinite {
            var moved = parameters
            for index in moved.indices { moved[index].initialValue = coarse.parameters[index] }
            let fine = count(search(&problem, moved))
            if fine.cost.isFinite {
                visits.append(Visit(coarse: coarse, fine: fine))
                return fine
            }
        }
        // What few points allow, or forbid, may be nonsense at others: the start has its own way.
        return count(search(&problem, parameters))
    }

    private func search(
        _ problem: inout LawProblem, _ parameters: [SolverParameter]
    ) -> Solution {
        LevenbergMarquardt(options: .search).solve(
            &problem, parameters: parameters, loss: objective.loss, workspace: workspace)
    }

    private mutating func count(_ solution: Solution) -> Solution {
        iterations += solution.termination.iterations
        evaluations += solution.termination.evaluations
        return solution
    }

    private static func areOne(_ first: Solution, _ second: Solution) -> Bool {
        first.termination.converged && second.termination.converged
            && abs(first.cost - second.cost) <= MultiStart.agreement * first.cost
            && zip(first.parameters, second.parameters).allSatisfy {
                abs($0 - $1) <= closeness * max(abs($0), abs($1))
            }
    }
}
