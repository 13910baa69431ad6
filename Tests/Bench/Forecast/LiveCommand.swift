import ArgumentParser
import Fitting
import Foundation
import Imports
import Laws
import Records
import Schedules
import TestSupport

/// Every run of some studies replayed: its last losses forecast from its first part.
struct LiveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "live",
        abstract: "Replays runs: forecasts their end from 10 to 70 % of their log.",
        discussion: """
            Each run is cut off at a share of its steps and forecast to its end under its own \
            schedule: by itself, and with two finished runs of its study beside it. Printed are the \
            median error of the mean of the last five points, the share of those means inside the \
            90 % interval, how often there was no answer, and how many answers were impossible: a \
            loss not above 0, or ends in the wrong order. Beside them, of the run alone: its last value, and either plain law.
            """)

    @Option(help: "Study folders, instead of the sample runs and those in ISOLOSS_DATA.")
    var folder: [String] = []

    @Option(help: "At most so many runs of each study, spread over it.")
    var runs = 12

    private static let shares = [0.1, 0.2, 0.3, 0.5, 0.7]
    private static let methods = [
        "forecast with two", "forecast alone", "lr-annealing", "multi-power", "last value",
    ]

    /// What one way of forecasting made of all replays at one share.
    private struct Tally {
        var errors: [Double] = []
        var covered = 0
        var bounded = 0
        var unanswered = 0
        var impossible = 0
        var count = 0
    }

    func run() throws {
        var folders = folder
        if folders.isEmpty {
            folders = [SourceTree.path("sample-runs"), SourceTree.path("sample-runs/small")]
            if let data = ProcessInfo.processInfo.environment["ISOLOSS_DATA"] {
                folders += [
                    "\(data)/lr-annealing-25m", "\(data)/peak-rates/sweep-0.0005",
                    "\(data)/peak-rates/sweep-0.002",
                ]
            }
        }
        for folder in folders {
            let study = try RunLoader.load(paths: [folder]).runs
            let stride = max(1, study.count / runs)
            let replayed = study.indices.filter { $0.isMultiple(of: stride) }
            print("\n\(folder): \(replayed.count) of \(study.count) runs replayed")
            var table = BenchTable([
                "known", "forecast by", "median error", "covered", "no answer", "impossible",
            ])
            for share in Self.shares {
                var tallies = Array(repeating: Tally(), count: Self.methods.count)
                for index in replayed { try replay(index, of: study, share: share, &tallies) }
                for (method, tally) in zip(Self.methods, tallies) where tally.count > 0 {
                    table.add(Self.row(share, method, tally))
                }
            }
            table.print()
        }
    }

    private static func row(_ share: Double, _ method: String, _ tally: Tally) -> [String] {
        let sorted = tally.errors.sorted()
        let median = sorted.isEmpty ? Double.nan : sorted[sorted.count / 2]
        let covered =
            tally.bounded > 0
            ? String(format: "%.0f %%", 100 * Double(tally.covered) / Double(tally.bounded)) : "-"
        return [
            String(format: "%.0f %%", 100 * share), method,
            String(format: "%.3f %%", 100 * median), covered,
            "\(tally.unanswered) of \(tally.count)", "\(tally.impossible)",
        ]
    }

    private func replay(
        _ index: Int, of study: [Run], share: Double, _ tallies: inout [Tally]
    ) throws {
        let run = study[index]
        guard let curve = run.curve, let schedule = run.schedule, curve.steps.count >= 20 else {
            return
        }
        let now = Int(share * Double(schedule.totalSteps))
        let known = curve.steps.indices.filter { curve.steps[$0] < now }
        guard known.count >= 8, let last = known.last else { return }
        var young = run
        young.curve = LossCurve(
            steps: known.map { curve.steps[$0] }, losses: known.map { curve.losses[$0] })
        let others = study.indices.filter { $0 != index }
        // Two finished runs, the nearest in the study's order that are not the same trunk's end.
        let beside = others.prefix(2).map { study[$0] }
        let steps = Array(curve.steps.suffix(5))
        let truth = curve.losses.suffix(5).reduce(0, +) / Double(steps.count)
        let fits: [(law: String, runs: [Run])] = [
            ("forecast", [young] + beside), ("forecast", [young]), ("lr-annealing", [young]),
            ("multi-power", [young]),
        ]
        for (method, fit) in fits.enumerated() {
            tallies[method].count += 1
            guard let report = try? Fitter().fit(FitRequest(law: fit.law), runs: fit.runs),
                let predictor = try? LawPredictor(report: report),
                let band = try? predictor.curve(
                    schedule: schedule, features: run.features, steps: steps, interval: .init(),
                    after: young.curve)
            else {
                tallies[method].unanswered += 1
                continue
            }
            add(band, truth, to: &tallies[method])
        }
        tallies[4].count += 1
        tallies[4].errors.append(abs(curve.losses[last] / truth - 1))
    }

    private func add(_ band: LawPredictor.Band, _ truth: Double, to tally: inout Tally) {
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        let loss = mean(band.losses)
        guard loss.isFinite else {
            tally.unanswered += 1
            return
        }
        if loss <= 0 { tally.impossible += 1 }
        tally.errors.append(abs(loss / truth - 1))
        guard let lower = band.lower.map(mean), let upper = band.upper.map(mean), lower.isFinite
        else { return }
        if lower > loss || loss > upper { tally.impossible += 1 }
        tally.bounded += 1
        if lower <= truth, truth <= upper { tally.covered += 1 }
    }
}
