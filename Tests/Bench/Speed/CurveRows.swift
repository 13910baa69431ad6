import Fitting
import Foundation
import Laws
import Records
import Schedules

/// Fits of the laws of learning-rate schedules to three curves of 437 points.
struct CurveRows {
    let runs: [Run]
    let peer: PeerProcess
    let rounds: Int
    /// The peer's CPU seconds for one multi-power search, after which it is stopped.
    let limit: Double

    /// L0, A, α, C and −log(1 − λ), a guess near the usual fits.
    private static let annealingStart = [3, 0.5, 0.5, 0.3, -log(1e-3)]

    /// L0, A, α, B, log C, log β and γ, the same.
    private static let multiPowerStart = [2.8, 0.5, 0.5, 500, 0, log(0.5), 0.5]

    func rows() throws -> [SpeedRow] {
        _ = try peer.ask(PeerQuestion("load_curves").with(\.curves, peerCurves()))
        return try annealing() + [multiPowerEvaluation(), multiPower()]
    }

    private func peerCurves() -> [PeerQuestion.Curve] {
        runs.compactMap { run in
            guard let schedule = run.schedule, let curve = run.curve else { return nil }
            let steps = SpeedData.steps(of: run)
            return PeerQuestion.Curve(
                steps: steps, losses: Array(curve.losses.suffix(steps.count)),
                rates: schedule.learningRates(through: schedule.totalSteps),
                firstDrop: schedule.warmupSteps + 1)
        }
    }

    private func fits(_ law: String) throws -> [FitTimes] {
        let fits = try (0..<rounds).map { _ in try FitTimes(FitRequest(law: law), runs: runs) }
        print("\(law):", FitTimes.summary(of: fits))
        return fits
    }

    private func annealing() throws -> [SpeedRow] {
        let question = PeerQuestion("annealing").with(\.start, Self.annealingStart)
        let fits = try self.fits("lr-annealing")
        let filtered = try (0..<rounds).map { _ in try peer.ask(question.with(\.loop, false)) }
        let looped = try peer.ask(question.with(\.loop, true))
        let row = SpeedRow(
            work: "LR-annealing fit, λ fitted, all starts",
            seconds: Stopwatch.median(fits.map(\.total)), goal: "≥ 50×",
            peer: "SciPy trf, NumPy loops, one start", peerSeconds: looped.seconds,
            optimum: fits[0].report.cost, peerOptimum: looped.cost)
        var filter = row
        filter.peer = "SciPy trf, lfilter, one start"
        filter.peerSeconds = Stopwatch.median(filtered.map(\.seconds))
        filter.peerOptimum = filtered[0].cost
        return [row, filter]
    }

    private func multiPowerEvaluation() throws -> SpeedRow {
        let law = try LawCatalog.standard.law("multi-power")
        let inputs = runs.compactMap { run in
            run.schedule.map {
                LawInput(
                    features: run.features, areas: ScheduleAreas($0),
                    steps: SpeedData.steps(of: run))
            }
        }
        var evaluation = Evaluation(law: law, inputs: inputs)
        let start = Self.multiPowerStart
        let values = start[0...3] + [exp(start[4]), exp(start[5]), start[6]]
        var ours: [Double] = []
        var peers: [Double] = []
        let question = PeerQuestion("multi_power_evaluation").with(\.start, start)
        for _ in 0..<rounds {
            ours.append(Stopwatch.measure { evaluation.run(at: Array(values)) }.seconds)
            peers.append(try peer.ask(question).seconds)
        }
        return SpeedRow(
            work: "multi-power losses and Jacobian", seconds: Stopwatch.median(ours), goal: "",
            peer: "NumPy double sum", peerSeconds: Stopwatch.median(peers))
    }

    private func multiPower() throws -> SpeedRow {
        let fits = try self.fits("multi-power")
        let question = PeerQuestion("multi_power").with(\.start, Self.multiPowerStart)
            .with(\.seconds, limit)
        let answer = try peer.ask(question)
        let end = answer.finished == true ? "one start" : "stopped at \(Int(limit)) s"
        return SpeedRow(
            work: "multi-power fit, all starts", seconds: Stopwatch.median(fits.map(\.total)),
            goal: "≤ 0.2 s", peer: "SciPy trf, double sum, \(end)", peerSeconds: answer.seconds,
            optimum: fits[0].report.cost, peerOptimum: answer.cost)
    }
}
