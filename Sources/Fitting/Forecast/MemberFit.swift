import Foundation
import Laws
import LeastSquares

/// Fits one member of a forecast to all sizes of a study.
struct MemberFit {
    /// Where a member's fit ended.
    struct Outcome {
        /// Values in the law's own units, per size.
        var values: [[Double]]
        var atBound: [[Bool]]
        var termination: Termination
        var iterations: Int
        var evaluations: Int
        var starts: Int
        var startsAgreeing: Int
    }

    let law: ConfiguredLaw
    let objective: Objective
    /// Parameters held at a value, by position.
    let fixed: [Int: Double]

    /// Where searches start beside the priors' centres: a drop's pace and a decay range over
    /// decades, and may have more than one valley.
    private static let starts: [String: [Double]] = [
        "drop_rate": [1, 8, 0.125], "annealing_decay": [0.995, 0.98, 0.999],
    ]

    /// Points that decide a forecast as well as a million.
    static let searchPoints = 4_000
    /// Costs that differ by less than this fraction are one.
    private static let agreement = 1e-6

    /// The priors on parameters that are not fixed.
    var held: [PooledProblem.Held] { PooledProblem.Held.all(of: law, fixed: fixed) }

    /// Fits each size alone, then all jointly from there.
    ///
    /// - Parameter sizes: The points of each size, none empty.
    /// - Returns: The optimum, or nil when no start can be evaluated.
    func fit(_ sizes: [Observations]) -> Outcome? {
        let thinned = sizes.map { $0.thinned(by: max(1, $0.pointCount / Self.searchPoints)) }
        var alone: [(outcome: Outcome, solution: Solution)] = []
        for observations in thinned {
            guard let found = best(of: observations) else { return nil }
            alone.append(found)
        }
        guard thinned.count > 1 else { return alone.first?.outcome }
        return joint(alone, thinned)
    }

    private func best(of observations: Observations) -> (outcome: Outcome, solution: Solution)? {
        var problem = PooledProblem(
            law: law, sizes: [observations], objective: objective, held: held)
        var best: Solution?
        var (iterations, evaluations) = (0, 0)
        var costs: [Double] = []
        for start in starts(for: observations) {
            let solution = LevenbergMarquardt().solve(
                &problem, parameters: solverParameters(at: start), loss: objective.loss,
                weights: problem.weights)
            iterations += solution.termination.iterations
            evaluations += solution.termination.evaluations
            guard solution.cost.isFinite else { continue }
            costs.append(solution.cost)
            if solution.cost < best?.cost ?? .infinity { best = solution }
        }
        guard let best else { return nil }
        let outcome = Outcome(
            values: [values(best.parameters[...])], atBound: [best.atBound],
            termination: best.termination, iterations: iterations, evaluations: evaluations,
            starts: costs.count,
            startsAgreeing: costs.count { $0 <= best.cost * (1 + Self.agreement) })
        return (outcome, best)
    }

    private func joint(
        _ alone: [(outcome: Outcome, solution: Solution)], _ sizes: [Observations]
    ) -> Outcome? {
        var problem = PooledProblem(
            law: law, sizes: sizes, objective: objective, held: held)
        let block = law.parameters.count
        var parameters = alone.flatMap { solverParameters(at: $0.outcome.values[0]) }
        for entry in held {
            let mean = alone.reduce(0) { $0 + $1.solution.parameters[entry.index] }
            parameters.append(SolverParameter(mean / Double(alone.count)))
        }
        let solution = LevenbergMarquardt().solve(
            &problem, parameters: parameters, loss: objective.loss, weights: problem.weights)
        guard solution.cost.isFinite else { return nil }
        let ranges = sizes.indices.map { ($0 * block)..<(($0 + 1) * block) }
        return Outcome(
            values: ranges.map { values(solution.parameters[$0]) },
            atBound: ranges.map { Array(solution.atBound[$0]) },
            termination: solution.termination,
            iterations: alone.reduce(solution.termination.iterations) {
                $0 + $1.outcome.iterations
            },
            evaluations: alone.reduce(solution.termination.evaluations) {
                $0 + $1.outcome.evaluations
            }, starts: alone.reduce(0) { $0 + $1.outcome.starts },
            startsAgreeing: alone.reduce(0) { $0 + $1.outcome.startsAgreeing })
    }

    /// Starts in the law's own units: shapes from the priors, coefficients by a linear solve.
    private func starts(for observations: Observations) -> [[Double]] {
        let specs = law.parameters
        let free = specs.indices.map { fixed[$0] == nil }
        var projection = LinearProjection(
            law: law, free: free, losses: observations.losses,
            evaluator: law.law.evaluator(for: observations.inputs))
        let priors = Dictionary(uniqueKeysWithValues: held.map { ($0.index, $0.prior.center) })
        let spread = specs.indices.first { free[$0] && Self.starts[specs[$0].name] != nil }
        let choices = spread.flatMap { Self.starts[specs[$0].name] } ?? [0]
        return choices.map { choice in
            var values = specs.indices.map { index in
                fixed[index] ?? priors[index].map { specs[index].scale.value(at: $0) } ?? 1
            }
            if let spread { values[spread] = choice }
            _ = projection.project(&values)
            return values
        }
    }

    private func solverParameters(at values: [Double]) -> [SolverParameter] {
        zip(law.parameters, values).enumerated().map { index, pair in
            SolverParameter(
                pair.0, at: pair.0.scale.coordinate(of: pair.1), isFixed: fixed[index] != nil)
        }
    }

    private func values(_ coordinates: ArraySlice<Double>) -> [Double] {
        zip(law.parameters, coordinates).enumerated().map { index, pair in
            fixed[index] ?? pair.0.value(at: pair.1)
        }
    }
}
