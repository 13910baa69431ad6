import Fitting
import Laws
import LeastSquares
import Records

/// The problem that a fit's own searches and refits solve, for timing single ones.
struct RefitProblem {
    var problem: LawProblem
    private let specs: [ParameterSpec]

    init(law: ConfiguredLaw, runs: [Run]) throws {
        problem = LawProblem(
            law: law, observations: try ObservationBuilder(law: law).observations(of: runs),
            residual: Objective.standard.residual)
        specs = law.parameters
    }

    /// The solver's parameters at values in the law's own units.
    func parameters(at values: [Double]) -> [SolverParameter] {
        zip(specs, values).map { spec, value in
            SolverParameter(
                spec.scale.coordinate(of: value),
                lower: spec.scale.coordinate(of: spec.bounds.lowerBound),
                upper: spec.scale.coordinate(of: spec.bounds.upperBound))
        }
    }

    /// The values in the law's own units at a solution.
    func values(at solution: Solution) -> [Double] {
        zip(specs, solution.parameters).map { $0.scale.value(at: $1) }
    }

    /// Searches as a fit does.
    mutating func solve(
        _ parameters: [SolverParameter], weights: [Double]? = nil, workspace: Workspace
    ) -> Solution {
        LevenbergMarquardt(options: .search).solve(
            &problem, parameters: parameters, loss: Objective.standard.loss, weights: weights,
            workspace: workspace)
    }
}
