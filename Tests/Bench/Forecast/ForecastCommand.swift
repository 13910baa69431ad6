import ArgumentParser
import Fitting
import Foundation
import Imports
import Laws
import Records

/// How well the forecaster predicts beside the laws it is made of.
struct ForecastCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Compares the forecaster with its laws on runs that were not fitted.",
        discussion: """
            First what its priors were chosen by: each run left out in turn, of the sample runs and \
            of the 25M study's runs for fitting, and the small study's long runs from its short \
            ones. Then runs with role test; those of the 25M study decided no number of it. \
            Without ISOLOSS_DATA both are of the sample runs alone.
            """)

    static let laws = ["lr-annealing", "multi-power", "forecast"]
    /// What the mean relative error on the 25M study's test runs should stay below.
    static let goal = 0.0011

    func run() throws {
        let samples = try RunLoader.load(paths: [SourceTree.path("sample-runs")]).runs
        let small = try RunLoader.load(paths: [SourceTree.path("sample-runs/small")]).runs
        try choice("sample runs, training loss", samples, series: nil)
        try choice("sample runs, validation loss", samples, series: "validation")
        let folder = ProcessInfo.processInfo.environment["ISOLOSS_DATA"]
        let study = try folder.map { folder in
            try RunLoader.load(paths: ["\(folder)/lr-annealing-25m"]).runs
        }
        _ = try heldOut("small sample runs", small)
        if let study {
            try choice("25M study, train runs", study.filter { $0.role == .train }, series: nil)
        }
        _ = try heldOut("sample runs, training loss", samples)
        guard let study else {
            print("the 25M study is skipped: ISOLOSS_DATA names no data folder")
            return
        }
        let error = try heldOut("25M study", study)["forecast"] ?? .infinity
        let verdict = error < Self.goal ? "reached" : "MISSED"
        print(String(format: "goal %.5f: forecast %.5f, ", Self.goal, error) + verdict)
        if error >= Self.goal { throw ExitCode(1) }
    }

    /// Mean relative error of each run when it is left out.
    private func choice(_ title: String, _ runs: [Run], series: String?) throws {
        let report = try LawComparison().compare(
            Self.laws, request: FitRequest(law: "forecast", series: series), runs: runs)
        print("\n\(title): \(report.method), mean relative error")
        var table = BenchTable(["left out"] + report.laws.map(\.law))
        for (index, run) in runs.enumerated() {
            table.add([run.id] + report.laws.map { Self.figure($0.folds[index].meanRelativeError) })
        }
        table.add(["mean"] + report.laws.map { Self.figure($0.crossValidatedError) })
        table.print()
    }

    /// Metrics of each test run of fits to the train runs; the average errors by law.
    private func heldOut(_ title: String, _ runs: [Run]) throws -> [String: Double] {
        let (train, test) = (runs.filter { $0.role == .train }, runs.filter { $0.role == .test })
        print("\n\(title): fitted on \(train.map(\.id).joined(separator: ", "))")
        var table = BenchTable(["law", "run", "r2", "mae", "rmse", "mean relative", "worst"])
        var averages: [String: Double] = [:]
        for law in Self.laws {
            let report = try Fitter().fit(FitRequest(law: law), runs: train)
            let score = try LawPredictor(report: report).score(test)
            for entry in score.runs { table.add([law, entry.id] + Self.figures(entry.metrics)) }
            table.add([law, "average"] + Self.figures(score.average))
            averages[law] = score.average.meanRelativeError
            for member in report.forecast?.members ?? [] {
                print(String(format: "  share of \(member.law): %.4f", member.weight))
            }
        }
        table.print()
        return averages
    }

    private static func figures(_ metrics: Metrics) -> [String] {
        [metrics.r2, metrics.mae, metrics.rmse, metrics.meanRelativeError]
            .map(figure) + [figure(metrics.worstRelativeError)]
    }

    private static func figure(_ value: Double?) -> String {
        value.map { String(format: "%.5f", $0) } ?? "-"
    }
}
