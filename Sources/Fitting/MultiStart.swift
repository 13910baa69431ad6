import Laws
import LeastSquares

/// The search for the global optimum: one local fit per start, until enough of them agree.
///
/// Half of the starts are taken in order of their cost, half in the design's own order, so that the
/// promising ones come first and the agreement still speaks for the whole space.
struct MultiStart {
    /// What a search found and how it knows.
    struct Outcome {
        var best: Solution
        /// Local fits made.
        var starts: Int
        /// Those that ended at the best cost.
        var agreeing: Int
        /// Over all starts.
        var iterations: Int
        var evaluations: Int
    }

    /// Two optima are one when their costs differ by less than this fraction.
    static let agreement = 1e-8
    /// Enough starts agree when this many do, and no fewer than this many were tried.
    static let wantedAgreeing = 5
    static let fewestStarts = 6
    /// A start only has to show which optimum it leads to; the best one is then taken to the end.
    private static let searchOptions = SolverOptions(
        costTolerance: 1e-11, maximumPolishingSteps: 0)

    let prepared: Fitter.Prepared

    private var law: NamedLaw { prepared.law }
    private var fixed: [Int: Double] { prepared.fixed }
    private var objective: Objective { prepared.request.objective }

    /// Searches from the law's design of starts.
    ///
    /// - Parameters:
    ///   - progress: Told the share of starts made, before each one.
    ///   - isCancelled: Asked before each start.
    /// - Returns: The best optimum, or nil when no start can be evaluated.
    func search(progress: (Double) -> Void, isCancelled: () -> Bool) -> Outcome? {
        var problem = LawProblem(
            law: law, observations: prepared.observations, residual: objective.residual)
        let solver = LevenbergMarquardt(options: Self.searchOptions)
        let workspace = Workspace()
        // Residuals of a perfect fit are rounding errors: their squares are all the same 0.
        let roundingFloor = 1e-26 * Double(problem.residualCount)
        var outcome: Outcome?
        var costs: [Double] = []
        let starts = orderedStarts(&problem)
        for (index, start) in starts.enumerated() {
            progress(Double(index) / Double(starts.count))
            if isCancelled() { break }
            let solution = solver.solve(
                &problem, parameters: solverParameters(at: coordinates(of: start)),
                loss: objective.loss, workspace: workspace)
            guard solution.cost.isFinite else { continue }
            costs.append(solution.cost)
            if var found = outcome {
                found.iterations += solution.termination.iterations
                found.evaluations += solution.termination.evaluations
                if solution.cost < found.best.cost { found.best = solution }
                outcome = found
            } else {
                outcome = Outcome(
                    best: solution, starts: 0, agreeing: 0,
                    iterations: solution.termination.iterations,
                    evaluations: solution.termination.evaluations)
            }
            let best = outcome?.best.cost ?? .infinity
            let agreeing = costs.count { $0 <= best * (1 + Self.agreement) + roundingFloor }
            outcome?.starts = costs.count
            outcome?.agreeing = agreeing
            if costs.count >= Self.fewestStarts, agreeing >= Self.wantedAgreeing { break }
        }
        return outcome.map { finish($0, &problem, workspace) }
    }

    /// Takes the best optimum to the last digit, with the solver's strict defaults.
    private func finish(
        _ outcome: Outcome, _ problem: inout LawProblem, _ workspace: Workspace
    ) -> Outcome {
        let solution = LevenbergMarquardt().solve(
            &problem, parameters: solverParameters(at: outcome.best.parameters),
            loss: objective.loss, workspace: workspace)
        var finished = outcome
        finished.iterations += solution.termination.iterations
        finished.evaluations += solution.termination.evaluations
        if solution.cost <= outcome.best.cost { finished.best = solution }
        return finished
    }

    private func orderedStarts(_ problem: inout LawProblem) -> [[Double]] {
        let free = law.parameters.indices.map { fixed[$0] == nil }
        var points = StartingPoints(
            law: law, free: free, observations: prepared.observations,
            seed: prepared.request.seed)
        let values = law.parameters.indices.map { fixed[$0] ?? 0 }
        let starts = (0..<points.count).map { points.start($0, fixed: values) }
        var evaluation = CostEvaluation(residualCount: problem.residualCount)
        let costs = starts.map { start in
            evaluation.cost(of: &problem, at: coordinates(of: start), loss: objective.loss)
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
            let (spec, coordinate) = pair
            return SolverParameter(
                coordinate,
                lower: spec.scale.coordinate(of: spec.bounds.lowerBound),
                upper: spec.scale.coordinate(of: spec.bounds.upperBound),
                isFixed: fixed[index] != nil)
        }
    }
}

/// The cost of an objective at single points, without a search.
private struct CostEvaluation {
    private var residuals: [Double]

    init(residualCount: Int) {
        residuals = Array(repeating: 0, count: residualCount)
    }

    mutating func cost(
        of problem: inout LawProblem, at coordinates: [Double], loss: RobustLoss
    ) -> Double {
        coordinates.withUnsafeBufferPointer { coordinates in
            residuals.withUnsafeMutableBufferPointer { residuals in
                problem.evaluate(coordinates, residuals: residuals, jacobian: nil)
                return residuals.reduce(0) { $0 + loss.value($1) }
            }
        }
    }
}
