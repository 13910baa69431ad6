import ArgumentParser
import Contract
import Fitting
import JSONText
import Laws
import Plots
import Records

/// `isoloss score`: how well a fit predicts runs that it has not seen.
struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Compare a fit's predictions with what runs measured.",
        discussion: """
            The test runs of a study folder, and one run with its curve drawn:

              isoloss score --fit fit.json sample-runs
              isoloss score --fit fit.json sample-runs --runs wsd_4000
            """)

    @OptionGroup var reference: FitReference

    @OptionGroup var selection: RunSelection
    @OptionGroup var bareCurves: BareCurveOptions
    @OptionGroup var place: BackendOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
        let backend = try place.server.backend(paths: place.paths, bareCurves: bareCurves)
        let fit = try reference.name(in: backend)
        let runs = try selection.select(
            from: backend, study: place.study, standardRole: .test)
        // A study may have more runs than a URL can name.
        let request =
            place.study != nil && selection.identifiers == nil
            ? ScoreRequest(study: place.study, role: runs.role)
            : ScoreRequest(runs: runs.runs.map(\.id))
        var report = try backend.score(fit, request)
        report.warnings += backend.warnings
        output.note(backend.notes)
        try output.print(
            ScoreOutput(
                report: report, selection: runs.summary, chart: chart(backend, fit, runs.runs)))
    }

    /// The curve of a single run, predicted and measured.
    private func chart(_ backend: any Backend, _ fit: String, _ runs: [Run]) throws -> LineChart? {
        guard output.format == .text, runs.count == 1 else { return nil }
        let report = try backend.report(of: fit)
        let kind = LawCatalog.standard.laws.first { $0.about.id == report.law }?.about.kind
        guard kind == .curve else { return nil }
        let run = try backend.run(runs[0].id)
        guard let schedule = try backend.schedule(of: run)?.schedule,
            let measured = try backend.measured(run, series: report.series)
        else { return nil }
        let curve = try backend.curve(
            fit,
            CurveRequest(
                schedule: .known(schedule),
                prediction: PredictionFields(
                    features: run.features, interval: LawPredictor.Interval())))
        return curve.chart(law: report.law, loss: report.series, measured: measured)
    }
}

/// A score for people: metrics per run, their average, and the curve when there is just one.
struct ScoreOutput: CommandOutput {
    let report: ScoreReport
    /// The runs that were taken, in words.
    var selection: String
    /// Predicted against measured, where one curve was scored.
    var chart: LineChart?

    func json() throws -> JSONValue {
        try JSONEncoding(report).value
    }

    var warnings: [String] { report.warnings }

    var table: Table {
        func cells(_ metrics: Metrics) -> [Table.Cell] {
            [
                .number(metrics.r2), .number(metrics.mae),
                .number(metrics.rmse), .number(metrics.meanRelativeError),
                .number(metrics.worstRelativeError),
            ]
        }
        let rows = report.runs.map { entry -> [Table.Cell] in
            [.text(entry.id), .count(entry.points)] + cells(entry.metrics)
        }
        return Table(
            header: [
                "id", "points", "r2", "mae", "rmse", "mean_relative_error",
                "worst_relative_error",
            ], rows: rows)
    }

    func text(style: TerminalStyle) -> [String] {
        var lines = ["\(report.law) on \(selection)", ""]
        if let chart { lines += chart.lines(style: style) + [""] }
        return lines + Self.metricsTable(report).lines + warningLines(report.warnings)
    }

    /// A row per run, and the average below where there are several.
    static func metricsTable(_ report: ScoreReport) -> Table {
        func cells(_ metrics: Metrics) -> [String] {
            [
                NumberFormat.significant(metrics.r2, digits: 5),
                NumberFormat.significant(metrics.mae, digits: 4),
                NumberFormat.significant(metrics.rmse, digits: 4),
                NumberFormat.percent(metrics.meanRelativeError),
                NumberFormat.percent(metrics.worstRelativeError),
            ]
        }
        var rows = report.runs.map { [$0.id, String($0.points)] + cells($0.metrics) }
        if report.runs.count > 1 { rows.append(["average", ""] + cells(report.average)) }
        return Table(
            [
                .init("run", .left), .init("points"), .init("r2"), .init("mae"), .init("rmse"),
                .init("mean error"), .init("worst error"),
            ], texts: rows)
    }
}
