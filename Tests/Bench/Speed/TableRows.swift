import Fitting
import Foundation
import Laws
import LeastSquares
import Records

/// The canonical Chinchilla objective on the table: one start, and the global optimum.
struct TableRows {
    let runs: [Run]
    let peer: PeerProcess
    /// How often each measurement is taken, ours and the peer's in turn.
    let rounds: Int

    /// Where both solvers begin: A and B e^6, E e^0.5, both exponents 0.35.
    private static let start = [6.0, 6, 0.5, 0.35, 0.35]

    /// The fit's own parameters at that start, in the law's order E, A, B, α, β.
    private static let lawStart = [exp(0.5), exp(6), exp(6), 0.35, 0.35]

    /// Ours are so short that a clock reading would be a good part of one.
    private static let repetitions = 20

    func rows() throws -> [SpeedRow] {
        try peer.load(table: runs)
        return try oneStart() + globalFit()
    }

    private func oneStart() throws -> [SpeedRow] {
        let law = try LawCatalog.standard.law("chinchilla")
        var problem = try RefitProblem(law: law, runs: runs)
        let parameters = problem.parameters(at: Self.lawStart)
        let workspace = Workspace()
        let question = PeerQuestion("one_start").with(\.start, Self.start)
        var times: (ours: [Double], robust: [Double], plain: [Double]) = ([], [], [])
        var costs = (ours: 0.0, robust: 0.0, plain: 0.0)
        var evaluations = 0
        for _ in 0..<rounds {
            for _ in 0..<Self.repetitions {
                let (seconds, solution) = Stopwatch.measure {
                    problem.solve(parameters, workspace: workspace)
                }
                times.ours.append(seconds)
                costs.ours = solution.cost
                evaluations = solution.termination.evaluations
            }
            let robust = try peer.ask(question.with(\.method, "trf"))
            let plain = try peer.ask(question.with(\.method, "lm"))
            times.robust.append(robust.seconds)
            times.plain.append(plain.seconds)
            costs.robust = robust.cost ?? .nan
            costs.plain = plain.cost ?? .nan
        }
        print("one start: \(evaluations) evaluations")
        let row = SpeedRow(
            work: "one start, canonical objective", seconds: Stopwatch.median(times.ours),
            goal: "≤ 0.1 ms", peer: "SciPy trf, huber, Jacobian",
            peerSeconds: Stopwatch.median(times.robust), optimum: costs.ours,
            peerOptimum: costs.robust)
        var projected = row
        projected.work = "one start as a fit makes it, projected"
        (projected.seconds, projected.optimum) = try projectedStart(law, &problem, workspace)
        var plain = row
        plain.peer = "SciPy lm, least squares"
        plain.peerSeconds = Stopwatch.median(times.plain)
        plain.peerOptimum = nil
        plain.note = "another objective"
        return [row, plain, projected]
    }

    /// From the same exponents, with E, A and B by a linear solve that counts: how fits start.
    private func projectedStart(
        _ law: ConfiguredLaw, _ problem: inout RefitProblem, _ workspace: Workspace
    ) throws -> (seconds: Double, cost: Double) {
        let observations = try ObservationBuilder(law: law).observations(of: runs)
        var projection = LinearProjection(
            law: law, free: law.parameters.map { _ in true }, losses: observations.losses,
            evaluator: law.law.evaluator(for: observations.inputs))
        let searches = (0..<rounds * Self.repetitions).map { _ in
            Stopwatch.measure {
                var values = Self.lawStart
                _ = projection.project(&values)
                return problem.solve(problem.parameters(at: values), workspace: workspace)
            }
        }
        return (Stopwatch.median(searches.map(\.0)), searches[0].1.cost)
    }

    private func globalFit() throws -> [SpeedRow] {
        var fits: [FitTimes] = []
        var starts: [PeerAnswer] = []
        var grids: [PeerAnswer] = []
        for _ in 0..<rounds {
            for _ in 0..<Self.repetitions {
                fits.append(try FitTimes(FitRequest(law: "chinchilla"), runs: runs))
            }
            starts.append(try peer.ask(PeerQuestion("starts")))
            grids.append(try peer.ask(PeerQuestion("grid").with(\.side, 100)))
        }
        let ours = fits.last?.report
        let agreement = ours?.termination.map { "\($0.startsAgreeing) of \($0.starts)" } ?? "-"
        print("certified global optimum: \(agreement) starts agree;", FitTimes.summary(of: fits))
        let row = SpeedRow(
            work: "fit to the global optimum", seconds: Stopwatch.median(fits.map(\.total)),
            goal: "≤ 2 ms", peer: "SciPy, \(starts[0].starts ?? 0) starts",
            peerSeconds: Stopwatch.median(starts.map(\.seconds)), optimum: ours?.cost,
            peerOptimum: starts[0].cost)
        var grid = row
        grid.peer = "100×100 grid, linear solves"
        grid.peerSeconds = Stopwatch.median(grids.map(\.seconds))
        grid.peerOptimum = grids[0].cost
        return [row, grid]
    }
}
