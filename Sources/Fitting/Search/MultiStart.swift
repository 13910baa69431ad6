import Laws
import LeastSquares

/// The end of a search from several starts.
struct SearchOutcome {
    var best: Solution
    /// Starts searched from; those that end at one place on few points share the rest of the way.
    var starts = 0
    /// The starts that ended at the best cost.
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

/// The search for the global optimum: one local search per start, until enough of them agree.
///
/// Any problem that can be made from points is searched so: a law alone, or a law under priors.
struct MultiStart<Problem: SearchProblem> {
    let specs: [ParameterSpec]
    /// The value of each fixed parameter by position.
    let fixed: [Int: Double]
    let objective: Objective
    let observations: Observations
    /// The problem that some of the points make.
    let makeProblem: (Observations) -> Problem

    /// The most points that starts are searched on.
    var searchPoints = SearchLimits.points
    /// True when the best optimum is finished on all points where the search looked at fewer.
    var finishesOnAll = true

    /// Searches from starts.
    ///
    /// A coefficient on its bound hides what depends on it: where the best optimum has one, starts
    /// over the whole bounds are searched too.
    ///
    /// - Parameters:
    ///   - starts: Coordinates of the solver, made for the points that searches look at first.
    ///   - wideStarts: More of them, over the parameters' whole bounds.
    ///   - progress: Told the share of starts made, before each one.
    ///   - isCancelled: Asked before each start.
    /// - Returns: The best optimum, or nil when no start can be evaluated.
    func search(
        from starts: (LocalSearch<Problem>) -> [[Double]],
        wideStarts: (LocalSearch<Problem>) -> [[Double]] = { _ in [] },
        progress: (Double) -> Void = { _ in }, isCancelled: () -> Bool = { false }
    ) -> SearchOutcome? {
        let stride = max(1, observations.pointCount / searchPoints)
        let searched = observations.thinned(by: stride)
        var search = LocalSearch(
            observations: searched, loss: objective.loss, makeProblem: makeProblem)
        var outcome: SearchOutcome?
        // Costs of the starts that ended at a solution: only those can agree on one.
        var costs: [Double] = []
        var remaining = starts(search)
        var isWide = false
        var tried = 0
        while true {
            if tried == remaining.count {
                guard !isWide, let outcome, isHidden(outcome.best) else { break }
                isWide = true
                remaining = wideStarts(search)
                tried = 0
                continue
            }
            let start = remaining[tried]
            if !isWide { progress(Double(tried) / Double(remaining.count)) }
            tried += 1
            if isCancelled() { break }
            let solution = search.solve(solverParameters(at: start))
            guard solution.cost.isFinite else { continue }
            if solution.termination.converged { costs.append(solution.cost) }
            var found = outcome ?? SearchOutcome(best: solution)
            if solution.cost <= found.best.cost { found.best = solution }
            found.starts += 1
            found.agreeing = agreeing(costs, on: found.best.cost, searched.pointCount)
            outcome = found
            if found.starts >= SearchLimits.fewestStarts,
                found.agreeing >= SearchLimits.wantedAgreeing
            {
                if isWide { continue }
                remaining = Array(remaining.prefix(tried))
            }
        }
        guard var outcome else { return nil }
        outcome.stride = stride
        var problem = stride > 1 && finishesOnAll ? makeProblem(observations) : search.problem
        // The best one is taken to the last digit, with the solver's strict defaults.
        let finished = LevenbergMarquardt().solve(
            &problem, parameters: solverParameters(at: outcome.best.parameters),
            loss: objective.loss, weights: problem.weights)
        if stride > 1 && finishesOnAll || finished.cost <= outcome.best.cost {
            outcome.best = finished
        }
        outcome.iterations = search.iterations + finished.termination.iterations
        outcome.evaluations = search.evaluations + finished.termination.evaluations
        if stride == 1 {
            outcome.agreeing = agreeing(costs, on: outcome.best.cost, problem.residualCount)
        }
        return outcome
    }

    /// True when a coefficient lies on its bound, so that the cost says nothing of its term's shape.
    private func isHidden(_ best: Solution) -> Bool {
        specs.indices.contains {
            fixed[$0] == nil && specs[$0].start == .projected && best.atBound[$0]
        }
    }

    /// The mean square of what residuals are differences of: 1 for logs, which are relative.
    private var residualScale: Double {
        guard objective.residual == .linear else { return 1 }
        let losses = observations.losses
        return losses.reduce(0) { $0 + $1 * $1 } / Double(losses.count)
    }

    /// The number of costs that are one with the best.
    private func agreeing(_ costs: [Double], on best: Double, _ residualCount: Int) -> Int {
        // Where the data follow the law to eight digits, what is left of the cost is all the same 0.
        let floor = 0.5 * 1e-16 * residualScale * Double(residualCount)
        return costs.count { $0 <= best * (1 + SearchLimits.agreement) + floor }
    }

    private func solverParameters(at coordinates: [Double]) -> [SolverParameter] {
        zip(specs, coordinates).enumerated().map { index, pair in
            SolverParameter(pair.0, at: pair.1, isFixed: fixed[index] != nil)
        }
    }
}

/// The numbers behind a search from several starts.
enum SearchLimits {
    /// Two optima are one when their costs differ by less than this fraction.
    static let agreement = 1e-8
    /// Enough starts agree when this many do, and no fewer than this many were tried.
    static let wantedAgreeing = 5
    static let fewestStarts = 6
    /// Points that tell optima apart as well as a million: a search looks at no more than about
    /// these, and the best optimum is finished on all points.
    static let points = 4_000
    /// A curve of more points is looked at through about so many first.
    static let pointsPerCurve = 40
    /// Two ends on few points are one when costs agree and no coordinate differs by more than this
    /// share of its size: where a few points leave a parameter open, costs alone would not tell.
    static let closeness = 1e-3
}

/// The local search of a start: on a few points of each curve until it ends, then on all of them.
///
/// Neighbouring points of a curve say nearly the same, so that a few lead close to the optimum of
/// all for a fraction of the work. Starts that reach the same coarse optimum are refined once.
struct LocalSearch<Problem: SearchProblem> {
    /// The end of a search on few points, and the end on all that it led to.
    private struct Visit {
        let coarse: Solution
        let fine: Solution
    }

    /// The problem of all points.
    private(set) var problem: Problem
    /// The problem of the points that a search looks at first.
    private(set) var coarseProblem: Problem
    let coarseObservations: Observations
    /// Steps tried and evaluations made, over all starts.
    private(set) var iterations = 0
    private(set) var evaluations = 0

    private let loss: RobustLoss
    private let hasCoarse: Bool
    private let workspace = Workspace()
    private var visits: [Visit] = []

    init(
        observations: Observations, loss: RobustLoss, makeProblem: (Observations) -> Problem
    ) {
        self.loss = loss
        problem = makeProblem(observations)
        let few = observations.thinnedEach(to: SearchLimits.pointsPerCurve)
        hasCoarse = 2 * few.pointCount <= observations.pointCount
        coarseObservations = hasCoarse ? few : observations
        coarseProblem = hasCoarse ? makeProblem(coarseObservations) : problem
    }

    /// Searches from parameters of the solver.
    ///
    /// - Parameter parameters: Where to begin, with the bounds.
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
        _ problem: inout Problem, _ parameters: [SolverParameter]
    ) -> Solution {
        LevenbergMarquardt(options: .search).solve(
            &problem, parameters: parameters, loss: loss, weights: problem.weights,
            workspace: workspace)
    }

    private mutating func count(_ solution: Solution) -> Solution {
        iterations += solution.termination.iterations
        evaluations += solution.termination.evaluations
        return solution
    }

    private static func areOne(_ first: Solution, _ second: Solution) -> Bool {
        first.termination.converged && second.termination.converged
            && abs(first.cost - second.cost) <= SearchLimits.agreement * first.cost
            && zip(first.parameters, second.parameters).allSatisfy {
                abs($0 - $1) <= SearchLimits.closeness * max(abs($0), abs($1))
            }
    }
}

extension LocalSearch<LawProblem> {
    /// The starts of a law's design, for the points that searches look at first.
    ///
    /// Half of them are taken in order of their cost, half in the design's own order, so that the
    /// promising ones come first and the agreement still speaks for the whole space.
    ///
    /// - Parameters:
    ///   - law: The law.
    ///   - fixed: The value of each fixed parameter by position.
    ///   - seed: Moves the design.
    ///   - isWide: Whether the design spans the parameters' whole bounds.
    /// - Returns: Coordinates of the solver.
    func designedStarts(
        of law: ConfiguredLaw, fixed: [Int: Double], seed: UInt64, isWide: Bool = false
    ) -> [[Double]] {
        var problem = coarseProblem
        let free = law.parameters.indices.map { fixed[$0] == nil }
        var points = StartingPoints(
            law: law, free: free, observations: coarseObservations, evaluator: problem.evaluator,
            seed: seed, isWide: isWide)
        let values = law.parameters.indices.map { fixed[$0] ?? 0 }
        var starts: [[Double]] = []
        var costs: [Double] = []
        for index in 0..<points.count {
            let start = points.start(index, fixed: values)
            let coordinates = zip(law.parameters, start.values).map { $0.scale.coordinate(of: $1) }
            starts.append(coordinates)
            costs.append(
                start.predicted.map { problem.cost(ofPredictions: $0, loss: loss) }
                    ?? problem.cost(at: coordinates, loss: loss))
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
}
