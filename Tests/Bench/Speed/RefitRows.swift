import Fitting
import Foundation
import Laws
import LeastSquares
import Records
import TestSupport

/// Refits of resampled rows, each to its own optimum, started at the fit of all rows.
struct RefitRows {
    let runs: [Run]
    let peer: PeerProcess
    let refits: Int

    /// Both sides take turns in blocks of so many.
    private static let block = 250

    /// A refit counts as off when its cost is above the other's by more than this fraction.
    private static let tolerance = 1e-6

    func rows() throws -> [SpeedRow] {
        let draws = self.draws()
        let file = try DrawsFile(draws)
        defer { file.remove() }
        let report = try Fitter().fit(FitRequest(law: "chinchilla"), runs: runs)
        let optimum = report.parameters.map(\.value)
        let question = PeerQuestion("bootstrap").with(\.file, file.path).starting(at: optimum)
        var ours = try Refits(
            law: try LawCatalog.standard.law("chinchilla"), runs: runs, start: optimum)
        var peerCosts: [Double] = []
        var peerSeconds = 0.0
        for first in stride(from: 0, to: refits, by: Self.block) {
            let end = min(first + Self.block, refits)
            for index in first..<end {
                ours.refit(draws[(index * runs.count)..<((index + 1) * runs.count)])
            }
            let answer = try peer.ask(question.with(\.first, first).with(\.end, end))
            peerSeconds += answer.seconds
            peerCosts += answer.costs ?? []
        }
        print("standard errors over \(refits) refits:", ours.standardErrors)
        print("evaluations per refit:", Double(ours.evaluations) / Double(refits))
        let row = SpeedRow(
            work: "\(refits) bootstrap refits", seconds: ours.seconds,
            goal: String(format: "≤ %.3g s", 0.5 * Double(refits) / 4_000),
            peer: "SciPy trf, huber, warm", peerSeconds: peerSeconds,
            note: off(ours.costs, peerCosts))
        var whole = row
        whole.work = "fit with \(refits) refits, to its intervals"
        whole.note = "other resamples"
        whole.seconds = try wholeFit()
        return [row, whole]
    }

    /// CPU seconds, all threads together, of a fit that asks for its uncertainty by bootstrap.
    private func wholeFit() throws -> Double {
        let request = FitRequest(law: "chinchilla", uncertainty: .bootstrap(resamples: refits))
        return try Stopwatch.measure { try Fitter().fit(request, runs: runs) }.seconds
    }

    /// Which row each place of each resample holds.
    private func draws() -> [Int32] {
        var generator = SeededGenerator(seed: 4_000)
        let rows = Int32(runs.count)
        return (0..<(refits * runs.count)).map { _ in Int32.random(in: 0..<rows, using: &generator)
        }
    }

    private func off(_ ours: [Double], _ peers: [Double]) -> String {
        func above(_ left: [Double], _ right: [Double]) -> Int {
            zip(left, right).count { $0 > $1 * (1 + Self.tolerance) }
        }
        return "off: ours \(above(ours, peers)), peer \(above(peers, ours))"
    }
}

/// Our refits, a resample being a weight for each row: how often it was drawn.
private struct Refits {
    private(set) var seconds = 0.0
    private(set) var costs: [Double] = []
    private(set) var evaluations = 0
    private var problem: RefitProblem
    private let parameters: [SolverParameter]
    private let workspace = Workspace()
    private var found: [[Double]] = []

    init(law: ConfiguredLaw, runs: [Run], start: [Double]) throws {
        problem = try RefitProblem(law: law, runs: runs)
        parameters = problem.parameters(at: start)
    }

    mutating func refit(_ draw: ArraySlice<Int32>) {
        let began = Stopwatch.cpuSeconds
        var weights = Array(repeating: 0.0, count: problem.problem.residualCount)
        for row in draw { weights[Int(row)] += 1 }
        let solution = problem.solve(parameters, weights: weights, workspace: workspace)
        seconds += Stopwatch.cpuSeconds - began
        costs.append(solution.cost)
        evaluations += solution.termination.evaluations
        found.append(problem.values(at: solution))
    }

    /// Of E, A, B, α and β.
    var standardErrors: String {
        let names = ["E", "A", "B", "α", "β"]
        return names.enumerated().map { index, name in
            let values = found.map { $0[index] }
            let mean = values.reduce(0, +) / Double(values.count)
            let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return String(format: "\(name) %.4g", (square / Double(values.count - 1)).squareRoot())
        }.joined(separator: ", ")
    }
}
