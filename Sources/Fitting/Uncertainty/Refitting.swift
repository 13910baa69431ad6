import Laws
import LeastSquares

/// Fits again near an optimum: with other weights, other residuals, or a parameter held.
///
/// Not `Sendable`: each thread has its own, with its own memory.
final class Refitting {
    /// A refit's end.
    struct Refit: Sendable {
        /// In the solver's coordinates.
        var coordinates: [Double]
        var cost: Double
        var hasConverged: Bool
    }

    private let specs: [ParameterSpec]
    private let fixed: Set<Int>
    private let loss: RobustLoss
    private let best: Solution
    private let spread: [Double]
    private var problem: ShiftedProblem
    private let workspace = Workspace()

    private let quick = LevenbergMarquardt(options: .search)
    private let careful = LevenbergMarquardt()

    /// The other starts that a refit gets that did not converge.
    private static let restarts = 8

    /// - Parameters:
    ///   - prepared: The fit.
    ///   - best: Its optimum.
    ///   - spread: A standard error per coordinate, 0 where there is none.
    init(prepared: Fitter.Prepared, best: Solution, spread: [Double]) {
        specs = prepared.law.parameters
        fixed = Set(prepared.fixed.keys)
        loss = prepared.request.objective.loss
        self.best = best
        self.spread = spread
        problem = ShiftedProblem(
            LawProblem(
                law: prepared.law, observations: prepared.observations,
                residual: prepared.request.objective.residual))
    }

    /// Fits a resample.
    ///
    /// - Parameters:
    ///   - draw: What counts and how often, or the residuals to put on the fitted curve.
    ///   - seed: Of the starts tried when the first does not converge.
    /// - Returns: The best end found.
    func refit(_ draw: Resampling.Draw, seed: UInt64) -> Refit {
        switch draw {
        case .weights(let weights): return refit(weights: weights, seed: seed)
        case .residuals(let residuals):
            problem.shifts = zip(residuals, best.residuals).map { $0 - $1 }
            defer { problem.shifts = [] }
            return refit(weights: nil, seed: seed)
        }
    }

    private func refit(weights: [Double]?, seed: UInt64) -> Refit {
        let first = solve(quick, from: best.parameters, weights: weights)
        guard !first.hasConverged else { return first }
        var generator = SplitMix64(seed: seed)
        var found = solve(careful, from: best.parameters, weights: weights)
        for _ in 0..<Self.restarts {
            let start = zip(best.parameters, spread).map { value, error in
                value + 6 * error * (generator.nextUnit() - 0.5)
            }
            let refit = solve(careful, from: start, weights: weights)
            let isBetter = refit.hasConverged && (!found.hasConverged || refit.cost < found.cost)
            if isBetter { found = refit }
        }
        return found
    }

    /// Fits the data themselves with one parameter held.
    ///
    /// - Parameters:
    ///   - start: Where to begin, with the parameter's value in place.
    ///   - held: The parameter.
    /// - Returns: The end.
    func profile(from start: [Double], holding held: Int) -> Refit {
        solve(careful, from: start, weights: nil, holding: held)
    }

    private func solve(
        _ solver: LevenbergMarquardt, from start: [Double], weights: [Double]?,
        holding held: Int? = nil
    ) -> Refit {
        let parameters = zip(specs, start).enumerated().map { index, pair in
            SolverParameter(
                pair.0, at: pair.1, isFixed: fixed.contains(index) || index == held)
        }
        let solution = solver.solve(
            &problem, parameters: parameters, loss: loss, weights: weights, workspace: workspace)
        return Refit(
            coordinates: solution.parameters, cost: solution.cost,
            hasConverged: solution.termination.converged && solution.cost.isFinite)
    }
}

/// A law's residuals with something added: observations as a resample has them.
struct ShiftedProblem: LeastSquaresProblem {
    private var problem: LawProblem
    /// Empty for none.
    var shifts: [Double] = []

    init(_ problem: LawProblem) {
        self.problem = problem
    }

    var residualCount: Int { problem.residualCount }
    var parameterCount: Int { problem.parameterCount }

    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>,
        residuals: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        problem.evaluate(parameters, residuals: residuals, jacobian: jacobian)
        for index in shifts.indices { residuals[index] += shifts[index] }
    }
}
