import API
import ArgumentParser
import Fitting
import Imports
import Laws

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

    @Option(
        help: ArgumentHelp("A fit's file; with --server its id.", valueName: "fit.json"))
    var fit: String

    @Argument(help: ArgumentHelp("Study folders, curves or tables.", valueName: "path"))
    var paths: [String] = []

    @OptionGroup var selection: RunSelection
    @OptionGroup var bareCurves: BareCurveOptions
    @OptionGroup var server: ServerOptions

    @Option(help: "On a server: the runs of this study.")
    var study: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        if let client = try server.client() {
            try output.print(score(on: client))
        } else {
            try output.print(scoreFiles())
        }
    }

    private func scoreFiles() throws -> ScoreAnswer {
        if study != nil { throw UsageError.optionNeedsServer("study") }
        let predictor = try LawPredictor(report: FitFile.read(fit))
        let source = try RunFileSource.load(paths)
        let runs = try selection.select(from: source.runs, standardRole: .test)
        let filled = try bareCurves.filling(runs.runs)
        var report = try predictor.score(filled)
        report.warnings += source.warnings
        output.note(source.notes)
        return ScoreAnswer(
            report: report, selection: runs.summary,
            plot: output.format == .text ? try Self.plot(predictor, runs: filled) : nil)
    }

    private func score(on client: ServerClient) throws -> ScoreAnswer {
        guard paths.isEmpty else { throw UsageError.pathsAndServer }
        if let option = bareCurves.firstGiven { throw UsageError.optionNeedsFiles(option) }
        let runs = try selection.select(from: client, study: study, standardRole: .test)
        let scored: ServerClient.ScoredRuns =
            if let study, selection.identifiers == nil {
                .study(study, role: runs.role)
            } else {
                .named(runs.runs.map(\.id))
            }
        let (report, body) = try client.score(ofFit: fit, runs: scored)
        return ScoreAnswer(
            report: report, body: body, selection: runs.summary,
            plot: try plot(on: client, runs: runs.runs))
    }

    /// Predicted against measured, for one run with a curve.
    private static func plot(_ predictor: LawPredictor, runs: [Run]) throws -> LinePlot? {
        guard predictor.law.about.kind == .curve, runs.count == 1 else { return nil }
        let resolved = try RunSchedule.resolve(runs[0])
        let payload = try CurvePayload(
            predictor: predictor, schedule: resolved.schedule, features: runs[0].features,
            interval: LawPredictor.Interval())
        let series = predictor.report.series
        guard let measured = MeasuredCurve(runs[0], series: series) else { return nil }
        return CurvePlot.predicted(payload, measured: measured.points)
    }

    private func plot(on client: ServerClient, runs: [ServerRun]) throws -> LinePlot? {
        guard output.format == .text, runs.count == 1 else { return nil }
        let report = try client.finishedFit(fit)
        let kind = LawCatalog.standard.laws.first { $0.about.id == report.law }?.about.kind
        let run = try client.run(runs[0].id)
        guard kind == .curve, let schedule = run.schedule?.schedule else {
            return nil
        }
        let curve = try client.curve(
            ofFit: fit, schedule: .known(schedule), features: run.features, every: nil,
            interval: LawPredictor.Interval())
        return CurvePlot.predicted(
            curve.payload,
            measured: try client.measuredCurve(of: run.id, series: report.series).points)
    }
}
