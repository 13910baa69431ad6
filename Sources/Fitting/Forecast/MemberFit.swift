import Foundation
import Laws
import LeastSquares
import Records

/// Fits one member of a mixture to all sizes of a study, under its parameters' priors.
struct MemberFit {
    /// The end of a member's fit.
    struct Outcome {
        /// Values in the law's own units, per size.
        var values: [[Double]]
        var atBound: [[Bool]]
        var search: SearchOutcome
    }

    let law: ConfiguredLaw
    let objective: Objective
    /// The value of each fixed parameter by position.
    let fixed: [Int: Double]

    /// Points that decide a member's parameters as well as a million.
    static let searchPoints = 1_000

    func priors(for inputs: [LawInput]) -> [PlacedPrior] {
        PlacedPrior.all(of: law, fixed: fixed, for: inputs)
    }

    /// Fits each size alone, then all jointly from there.
    ///
    /// - Parameters:
    ///   - sizes: The points of each size, none empty.
    ///   - studies: All points of each size, where `sizes` has a part: priors are of the whole.
    /// - Returns: The optimum, or nil when no start can be evaluated.
    func fit(_ sizes: [Observations], of studies: [Observations]? = nil) -> Outcome? {
        var alone: [SearchOutcome] = []
        for (observations, study) in zip(sizes, studies ?? sizes) {
            guard let found = optimum(of: observations, under: priors(for: study.inputs)) else {
                return nil
            }
            alone.append(found)
        }
        guard sizes.count > 1 else {
            return alone.first.map { outcome($0, parts: [$0.best.parameters.indices]) }
        }
        return joint(alone, sizes)
    }

    private func optimum(
        of observations: Observations, under priors: [PlacedPrior]
    ) -> SearchOutcome? {
        var search = MultiStart(
            specs: law.parameters, fixed: fixed, objective: objective, observations: observations
        ) { points in
            PooledProblem(law: law, sizes: [points], objective: objective, priors: priors)
        }
        search.searchPoints = Self.searchPoints
        search.finishesOnAll = false
        return search.search(from: { starts(for: $0.coarseObservations, under: priors) })
    }

    private func joint(_ alone: [SearchOutcome], _ sizes: [Observations]) -> Outcome? {
        let strides = sizes.map { max(1, $0.pointCount / Self.searchPoints) }
        // A size that knows no gain needs the prior of one, by which the others lend it theirs.
        let priors = sizes.map { self.priors(for: $0.inputs) }.max { $0.count < $1.count } ?? []
        var problem = PooledProblem(
            law: law, sizes: zip(sizes, strides).map { $0.thinned(by: $1) }, objective: objective,
            priors: priors)
        let block = law.parameters.count
        var parameters = alone.flatMap { found in
            zip(law.parameters, found.best.parameters).enumerated().map { index, pair in
                SolverParameter(pair.0, at: pair.1, isFixed: fixed[index] != nil)
            }
        }
        for prior in priors {
            let mean = alone.reduce(0) { $0 + $1.best.parameters[prior.index] }
            parameters.append(SolverParameter(mean / Double(alone.count)))
        }
        let solution = LevenbergMarquardt().solve(
            &problem, parameters: parameters, loss: objective.loss, weights: problem.weights)
        guard solution.cost.isFinite else { return nil }
        var all = SearchOutcome(best: solution)
        all.stride = strides.max() ?? 1
        all.iterations = solution.termination.iterations
        all.evaluations = solution.termination.evaluations
        for found in alone {
            all.iterations += found.iterations
            all.evaluations += found.evaluations
            all.starts += found.starts
            all.agreeing += found.agreeing
        }
        return outcome(all, parts: sizes.indices.map { ($0 * block)..<(($0 + 1) * block) })
    }

    private func outcome(_ search: SearchOutcome, parts: [Range<Int>]) -> Outcome {
        Outcome(
            values: parts.map { part in
                zip(law.parameters, search.best.parameters[part]).enumerated().map { index, pair in
                    fixed[index] ?? pair.0.value(at: pair.1)
                }
            }, atBound: parts.map { Array(search.best.atBound[$0]) }, search: search)
    }

    /// Coordinates of starts: shapes from the priors, coefficients by a linear solve.
    private func starts(
        for observations: Observations, under priors: [PlacedPrior]
    ) -> [[Double]] {
        let specs = law.parameters
        let free = specs.indices.map { fixed[$0] == nil }
        var projection = LinearProjection(
            law: law, free: free, losses: observations.losses,
            evaluator: law.law.evaluator(for: observations.inputs))
        let centers = Dictionary(uniqueKeysWithValues: priors.map { ($0.index, $0.center) })
        let tried = specs.indices.first { free[$0] && !specs[$0].trials.isEmpty }
        return (tried.map { specs[$0].trials } ?? [0]).map { trial in
            var values = specs.indices.map { index in
                fixed[index] ?? centers[index].map { specs[index].scale.value(at: $0) } ?? 1
            }
            if let tried { values[tried] = trial }
            _ = projection.project(&values)
            return zip(specs, values).map { $0.scale.coordinate(of: $1) }
        }
    }
}
