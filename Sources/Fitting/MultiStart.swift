import Laws
import LeastSquares

/// The search for the global optimum: one local search per start, until enough of them agree.
///
/// Half of the starts are taken in order of their cost, half in the design's own order, so that the
/// promising ones come first and the agreement still speaks for the whole space.
struct MultiStart {
    /// What a search found and how it knows.
    struct Outcome {
        var best: Solution
        /// Starts searched from; those that end at one place on few points share the rest of the way.
        var starts = 0
        /// Those that ended at the best cost.
        var agreeing = 0
        /// The search looked at every n-th point; the best optimum is of all of them.
        var stride = 1
        /// Over all starts.
        var iterations = 0
        var evaluations = 0

        init(best: Solution) {
            self.best = best
        }
    }

    /// Two optima are one when their costs differ by less than this fraction.
    static let agreement = 1e-8
    /// Enough starts agree when this many do, and no fewer than this many were tried.
    static let wantedAgreeing = 5
    static let fewestStarts = 6
    /// Points that tell optima apart as well as a million: a search looks at no more than about
    /// these, and the best optimum is finished on all points.
    private static let searchPoints = 4_000

    let prepared: Fitter.Prepared

    private var law: ConfiguredLaw { prepared.law }
    private var fixed: [Int: Double] { prepared.fixed }
    private var objective: Objective { prepared.request.objective }

    /// Searches from the law's design of starts.
    ///
    /// - Parameters:
    ///   - progress: Told the share of starts made, before each one.
    ///   - isCancelled: Asked before each start.
    /// - Returns: The best optimum, or nil when no start can be evaluated.
    func search(progress: (Double) -> Void, isCancelled: () -> Bool) -> Outcome? {
        let stride = max(1, prepared.pointCount / Self.searchPoints)
        let searched = prepared.observations.thinned(by: stride)
        var startSearch = StartSearch(law: law, observations: searched, objective: objective)
        var outcome: Outcome?
        // Costs of the starts that ended at a solution: only those can agree on one.
        var costs: [Double] = []
        let starts = orderedStarts(startSearch)
        for (index, start) in starts.enumerated() {
            progress(Double(index) / Double(starts.count))
            if isCancelled() { break }
            let solution = startSearch.solve(solverParameters(at: coordinates(of: start)))
            guard solution.cost.isFinite else { continue }
            if solution.termination.converged { costs.append(solution.cost) }
            var found = outcome ?? Outcome(best: solution)
            if solution.cost <= found.best.cost { found.best = solution }
            found.starts += 1
            found.agreeing = agreeing(costs, on: found.best.cost, searched.pointCount)
            outcome = found
            if found.starts >= Self.fewestStarts, found.agreeing >= Self.wantedAgreeing { break }
        }
        guard var outcome else { return nil }
        outcome.stride = stride
        var problem = startSearch.problem
        if stride > 1 {
            problem = LawProblem(
                law: law, observations: prepared.observations, residual: objective.residual)
        }
        // The best one is taken to the last digit, with the solver's strict defaults.
        let finished = LevenbergMarquardt().solve(
            &problem, parameters: solverParameters(at: outcome.best.parameters),
            loss: objective.loss)
        if stride > 1 || finished.cost <= outcome.best.cost { outcome.best = finished }
        outcome.iterations = startSearch.iterations + finished.termination.iterations
        outcome.evaluations = startSearch.evaluations + finished.termination.evaluations
        if stride == 1 {
            outcome.agreeing = agreeing(costs, on: outcome.best.cost, problem.residualCount)
        }
        return outcome
    }

    /// The mean square of what residuals are differences of: 1 for logs, which are relative.
    private var residualScale: Double {
        guard objective.residual == .linear else { return 1 }
        let losses = prepared.observations.losses
        return losses.reduce(0) { $0 + $1 * $1 } / Double(losses.count)
    }

    /// How many of the costs are one with the best.
    private func agreeing(_ costs: [Double], on best: Double, _ residualCount: Int) -> Int {
        // Where the data follow the law to eight digits, what is left of the cost is all the same 0.
        let floor = 0.5 * 1e-16 * residualScale * Double(residualCount)
        return costs.count { $0 <= best * (1 + Self.agreement) + floor }
    }

    private func orderedStarts(_ search: StartSearch) -> [[Double]] {
        var problem = search.coarseProblem
        let free = law.parameters.indices.map { fixed[$0] == nil }
        var points = StartingPoints(
            law: law, free: free, observations: search.coarseObservations,
            evaluator: problem.evaluator, seed: prepared.request.seed)
        let values = law.parameters.indices.map { fixed[$0] ?? 0 }
        var starts: [[Double]] = []
        var costs: [Double] = []
        for index in 0..<points.count {
            let start = points.start(index, fixed: values)
            starts.append(start.values)
            costs.append(
                start.predicted.map { problem.cost(ofPredictions: $0, loss: objective.loss) }
                    ?? problem.cost(at: coordinates(of: start.values), loss: objective.loss))
        }
        let usable = starts.indices.filter { costs[$0].isFinite }
        let byCost = usable.sorted { costs[$0] < costs[$1] }
        var order: [Int] = []
        var taken = Set<Int>()
        for (cheap, spread) in zip(byCost, usable) {
            for index in [cheap, spread] where taken.insert(index).inserted { order.append(index) }
        }
        return order.map { starts[$0] }
    }

    private func coordinates(of values: [Double]) -> [Double] {
        zip(law.parameters, values).map { $0.scale.coordinate(of: $1) }
    }

    private func solverParameters(at coordinates: [Double]) -> [SolverParameter] {
        zip(law.parameters, coordinates).enumerated().map { index, pair in
            SolverParameter(pair.0, at: pair.1, isFixed: fixed[index] != nil)
        }
    }
}
