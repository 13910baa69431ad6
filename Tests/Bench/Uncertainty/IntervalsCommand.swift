import ArgumentParser
import Fitting
import Foundation
import Imports
import Laws
import Records

/// Coverage of intervals on real runs that the fit has not seen.
struct IntervalsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intervals",
        abstract: "Counts the points of unseen real runs inside 90 % intervals, run by run.",
        discussion: """
            Laws are fitted to the runs of role train and predict those of role test: the sample \
            runs of this repository, and the public curves in ISOLOSS_DATA where it names them. An \
            honest interval of an observation holds 80 to 97 % of a run's points. "mean" counts the \
            points inside the interval of the law's own loss, which need not hold them; widths are \
            mean half widths in percent of the loss.
            """)

    @Option(help: "Laws to fit, separated by commas.")
    var laws = "lr-annealing,multi-power,forecast"

    @Option(help: "A study folder, instead of those known.")
    var folder: String?

    @Option(help: "A series of the logs, instead of their main loss.")
    var series: String?

    @Flag(help: "Swap the roles: fit the runs of role test, predict those of role train.")
    var swapped = false

    private static let wanted = 0.8...0.97

    func run() throws {
        for study in try studies() {
            for law in laws.split(separator: ",") { try show(String(law), study) }
        }
    }

    private struct Study {
        var title: String
        var runs: [Run]
        var series: String?
    }

    private func studies() throws -> [Study] {
        if let folder {
            let runs = try RunLoader.load(paths: [folder]).runs
            return [Study(title: folder, runs: runs, series: series)]
        }
        let sample = try RunLoader.load(paths: [SourceTree.path("sample-runs")]).runs
        let small = try RunLoader.load(paths: [SourceTree.path("sample-runs/small")]).runs
        var studies = [
            Study(title: "sample-runs", runs: sample, series: series),
            Study(title: "sample-runs, validation", runs: sample, series: "validation"),
            Study(title: "sample-runs/small", runs: small, series: series),
        ]
        guard let data = ProcessInfo.processInfo.environment["ISOLOSS_DATA"] else {
            print("skipped: ISOLOSS_DATA names no data folder")
            return studies
        }
        let path = data + "/lr-annealing-25m"
        studies.append(
            Study(
                title: "lr-annealing-25m", runs: try RunLoader.load(paths: [path]).runs,
                series: nil))
        return studies
    }

    private func show(_ law: String, _ study: Study) throws {
        let roles: (fitted: Run.Role, judged: Run.Role) =
            swapped ? (.test, .train) : (.train, .test)
        let report = try Fitter().fit(
            FitRequest(law: law, series: study.series),
            runs: study.runs.filter { $0.role == roles.fitted })
        let predictor = try LawPredictor(report: report)
        let builder = ObservationBuilder(law: predictor.law, series: study.series)
        var table = BenchTable(["run", "points", "obs", "half width", "mean", "half width", ""])
        var sums = Array(repeating: 0.0, count: 4)
        var count = 0.0
        for run in study.runs where run.role == roles.judged {
            let observations = try builder.observations(of: [run])
            let figures = try [LawPredictor.Interval.Target.observation, .mean].flatMap {
                target -> [Double] in
                let band = try predictor.predictions(
                    at: observations.inputs, interval: .init(level: 0.9, target: target))
                return Self.figures(band, observations.losses)
            }
            for (index, figure) in figures.enumerated() { sums[index] += figure }
            count += 1
            table.add(row(run.id, observations.pointCount, figures))
        }
        table.add(row("average", nil, sums.map { $0 / count }))
        print("\n\(law) fitted to \(report.points) points of \(study.title)")
        print(Self.summary(of: report))
        table.print()
    }

    private static func summary(of report: FitReport) -> String {
        guard let noise = report.noise else { return "no noise estimate" }
        return String(
            format:
                "noise %.3f %%, correlation %.3f, effective sample size %.1f, %.1f degrees of freedom",
            100 * noise.scale, noise.autocorrelation, noise.effectivePoints,
            noise.degreesOfFreedom)
    }

    private func row(_ title: String, _ points: Int?, _ figures: [Double]) -> [String] {
        let shares = [figures[0], figures[2]].map { String(format: "%.1f %%", 100 * $0) }
        let widths = [figures[1], figures[3]].map { String(format: "%.3f %%", 100 * $0) }
        return [
            title, points.map(String.init) ?? "", shares[0], widths[0], shares[1], widths[1],
            Self.wanted.contains(figures[0]) ? "" : "MISS",
        ]
    }

    /// The share of losses inside, and the mean half width relative to the loss.
    private static func figures(_ band: LawPredictor.Band, _ observed: [Double]) -> [Double] {
        guard let lower = band.lower, let upper = band.upper else { return [.nan, .nan] }
        let count = Double(observed.count)
        let inside = observed.indices.count {
            lower[$0] <= observed[$0] && observed[$0] <= upper[$0]
        }
        let widths = observed.indices.reduce(0) { sum, index in
            sum + 0.5 * (upper[index] - lower[index]) / band.losses[index]
        }
        return [Double(inside) / count, widths / count]
    }
}
