import ArgumentParser
import Fitting
import Foundation
import Imports
import Laws
import Records

/// Fits whose optima are known, from the default starts, checked to six digits of cost.
struct ReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Checks fits of real data against their known optima; fails on a miss.")

    func run() throws {
        guard let folder = ProcessInfo.processInfo.environment["ISOLOSS_DATA"] else {
            print("skipped: ISOLOSS_DATA names no data folder")
            return
        }
        var misses = 0
        for reference in KnownOptimum.all {
            let result = try reference.check(in: folder)
            print(result.line)
            if !result.isHit { misses += 1 }
        }
        print("\(KnownOptimum.all.count - misses) of \(KnownOptimum.all.count) optima reached")
        if misses > 0 { throw ExitCode(1) }
    }
}

/// An optimum that was found by other means: exhaustive multi-start searches in other software.
struct KnownOptimum {
    var title: String
    var path: String
    var runs: [String]?
    var request: FitRequest
    var cost: Double
    /// Mean relative error averaged over the runs with role test, where it is known.
    var testError: Double?

    /// Six digits of cost: what every fit must reach.
    static let tolerance = 5e-7

    static let all = [
        KnownOptimum(
            title: "lr-annealing, three curves", path: "lr-annealing-25m",
            request: FitRequest(law: "lr-annealing"), cost: 1.79687786e-4, testError: 0.00130),
        KnownOptimum(
            title: "lr-annealing, annealing_from=start", path: "lr-annealing-25m",
            request: FitRequest(law: "lr-annealing", options: ["annealing_from": "start"]),
            cost: 2.07410796e-4),
        KnownOptimum(
            title: "lr-annealing, one cosine, decay 0.999", path: "lr-annealing-25m",
            runs: ["cosine_24000"],
            request: FitRequest(law: "lr-annealing", fixed: ["annealing_decay": 0.999]),
            cost: 1.91669429e-5),
        KnownOptimum(
            title: "multi-power, three curves", path: "lr-annealing-25m",
            request: FitRequest(law: "multi-power"), cost: 1.38361080e-4),
        KnownOptimum(
            title: "chinchilla, 240 points", path: "chinchilla-figure4.csv",
            request: FitRequest(law: "chinchilla", excludeHighest: 5), cost: 1.018274018e-3),
    ]

    /// Fits and compares.
    func check(in folder: String) throws -> (line: String, isHit: Bool) {
        let loaded = try RunLoader.load(paths: [folder + "/" + path])
        let chosen = loaded.runs.filter { run in
            runs.map { $0.contains(run.id) } ?? (run.role ?? .train == .train)
        }
        let report = try Fitter().fit(request, runs: chosen)
        let cost = report.cost ?? .infinity
        let isHit = cost <= self.cost * (1 + Self.tolerance)
        let agreeing = report.termination.map { "\($0.startsAgreeing)/\($0.starts)" } ?? "-"
        var line = isHit ? "ok    " : "MISS  "
        line += title.padding(toLength: 40, withPad: " ", startingAt: 0)
        line += " cost \(cost) known \(self.cost), starts agreeing \(agreeing), "
        line += String(format: "%.1f ms", 1e3 * (report.durationSeconds ?? 0))
        guard let testError else { return (line, isHit) }
        let score = try LawPredictor(report: report).score(loaded.runs.filter { $0.role == .test })
        let error = score.average.meanRelativeError
        line += String(format: ", test error %.5f known %.5f", error, testError)
        return (line, isHit && error < testError + 5e-6)
    }
}
