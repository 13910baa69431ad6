import ArgumentParser
import Fitting
import Foundation
import Imports
import Laws
import Records

/// Forecasts where they once failed: the rows of a table, each with the figure that was wanted.
///
/// Every row fits runs of a public study and judges others of it: constant runs alone, two peak rates,
/// three short runs of a sweep against runs twice as long, a log with one wrong point; and the time
/// of a fit. The data is in the folder that ISOLOSS_DATA names.
struct CasesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cases",
        abstract: "Forecasts the cases that once failed, beside both plain laws."
    )

    private static let laws = ["lr-annealing", "multi-power", "forecast"]

    func run() throws {
        try showTimes()
        guard let folder = ProcessInfo.processInfo.environment["ISOLOSS_DATA"] else {
            print("skipped: ISOLOSS_DATA names no data folder")
            return
        }
        var table = BenchTable(["case", "law", "error", "covered", "half width"])
        for name in ["forecast-constant-only", "forecast-two-peaks", "forecast-outlier"] {
            let runs = try RunLoader.load(paths: ["\(folder)/cases/\(name)"]).runs
            let tail = name == "forecast-constant-only" ? 0.1 : 1
            try add(
                name, fitted: runs.filter { $0.role == .train },
                judged: runs.filter { $0.role == .test }.map { Self.tail($0, share: tail) },
                to: &table)
        }
        let short = [
            "cos-10_cos_0_25000", "ann124-0.2_linear_0.2_25000", "ann124-0.8_linear_0.8_25000",
        ]
        for sweep in ["sweep-0.0005", "sweep-0.002"] {
            let runs = try RunLoader.load(paths: ["\(folder)/peak-rates/\(sweep)"]).runs
            try add(
                sweep, fitted: short.compactMap { id in runs.first { $0.id == id } },
                judged: runs.filter { $0.id.hasSuffix("_50000") }.map { Self.end($0, points: 5) },
                to: &table)
        }
        table.print()
    }

    /// The last points of a run, by their share of it.
    private static func tail(_ run: Run, share: Double) -> Run {
        end(run, points: Int((share * Double(run.curve?.steps.count ?? 0)).rounded()))
    }

    /// The last points of a run.
    private static func end(_ run: Run, points: Int) -> Run {
        var run = run
        run.curve = run.curve.map {
            LossCurve(
                steps: $0.steps.suffix(points), losses: $0.losses.suffix(points),
                learningRates: $0.learningRates.map { $0.suffix(points) })
        }
        return run
    }

    private func add(
        _ title: String, fitted: [Run], judged: [Run], to table: inout BenchTable
    ) throws {
        for law in Self.laws {
            let report = try Fitter().fit(FitRequest(law: law), runs: fitted)
            let predictor = try LawPredictor(report: report)
            let observations = try ObservationBuilder(law: predictor.law).observations(of: judged)
            let band = try predictor.predictions(at: observations.inputs, interval: .init())
            let losses = observations.losses
            let error =
                zip(losses, band.losses).reduce(0) { $0 + abs($1.0 - $1.1) / $1.0 }
                / Double(losses.count)
            let ends = zip(band.lower ?? [], band.upper ?? [])
            let covered = zip(losses, ends).count { $0 >= $1.0 && $0 <= $1.1 }
            let width =
                zip(losses, ends).reduce(0) { $0 + 0.5 * ($1.1.1 - $1.1.0) / $1.0 }
                / Double(losses.count)
            table.add([
                title, law, String(format: "%.3f %%", 100 * error),
                String(format: "%.0f %%", 100 * Double(covered) / Double(losses.count)),
                String(format: "%.2f %%", 100 * width),
            ])
            if law == "forecast", let way = report.options["annealing_from"] {
                print("\(title): annealing_from=\(way), \(report.warnings.count) warnings")
            }
        }
    }

    /// Seconds of one forecast fit: three curves of 150 points, and one long log.
    private func showTimes() throws {
        let schedules = [
            "warmup:500@3e-4,hold:14500", "warmup:500@3e-4,cosine:14500@3e-5",
            "warmup:500@3e-4,hold:7500,step@9e-5,hold:7000",
        ]
        let short = try SyntheticCurves.runs(schedules, every: 100, seed: 1)
        let long = try SyntheticCurves.runs(
            ["warmup:3000@3e-4,cosine:327000@3e-5"], every: 10, seed: 2)
        for (title, runs) in [("3 curves of 150 points", short), ("a log of 33,000 points", long)] {
            let seconds = try (0..<3).map { _ in
                let began = ContinuousClock.now
                _ = try Fitter().fit(FitRequest(law: "forecast"), runs: runs)
                return (ContinuousClock.now - began) / .seconds(1)
            }
            print(String(format: "forecast of %@: %.2f s", title, seconds.min() ?? .nan))
        }
    }
}
