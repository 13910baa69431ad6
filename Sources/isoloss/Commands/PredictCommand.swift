import API
import ArgumentParser
import Fitting
import Imports
import Laws
import Schedules

/// `isoloss predict`: a loss curve under a schedule, or the loss of one finished run.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Predict a loss curve, or one loss, from a fit.",
        discussion: """
            The curve of a schedule, and the loss of a size and a number of tokens:

              isoloss predict --fit fit.json --schedule warmup:300@3e-3,cosine:3700@3e-4
              isoloss predict --fit fit.json --parameter-count 7e10 --token-count 1.4e12

            A run's own schedule up to a step, continued in another way:

              isoloss predict --fit fit.json --schedule from:constant_3500@2000,sqrt:500@0 sample-runs

            The forecast of a run that has ended, drawn over what it measured:

              isoloss predict --fit fit.json --run wsd_sqrt_3000 --plot forecast.svg sample-runs

            A schedule in a file is given as --schedule "$(cat schedule.json)".
            """)

    @Option(
        help: ArgumentHelp("A fit's file; with --server its id.", valueName: "fit.json"))
    var fit: String

    @Argument(
        help: ArgumentHelp(
            "Study folders or curves with the runs that are continued or drawn.", valueName: "path")
    )
    var paths: [String] = []

    @Option(help: ArgumentHelp("The schedule of the run to predict.", valueName: "spec"))
    var schedule: String?

    @Option(help: ArgumentHelp("Predict at steps 0, k, 2k and so on.", valueName: "k"))
    var every: Int?

    @OptionGroup var interval: IntervalOptions
    @OptionGroup(title: "Sizes") var sizes: FeatureOptions
    @OptionGroup(title: "Drawing") var drawing: PlotOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let file = try drawing.file()
        if let client = try server.client() {
            guard paths.isEmpty else { throw UsageError.pathsAndServer }
            try predict(on: client, drawnIn: file)
        } else {
            try predictHere(drawnIn: file)
        }
    }

    // MARK: Files

    private func predictHere(drawnIn file: PlotFile?) throws {
        let predictor = try LawPredictor(report: FitFile.read(fit))
        let source = paths.isEmpty ? nil : try RunFileSource.load(paths)
        output.note(source?.notes ?? [])
        let run = try drawnRun(in: source)
        guard let schedule = try schedule(in: source, or: run) else {
            return try answer(predictor, drawnIn: file)
        }
        var payload = try CurvePayload(
            predictor: predictor, schedule: schedule,
            features: sizes.features.merging(run?.features ?? [:]) { given, _ in given },
            every: every, interval: interval.value)
        payload.warnings += source?.warnings ?? []
        let series = predictor.report.series
        let measured = try run.map { run in
            guard let measured = MeasuredCurve(run, series: series) else {
                throw UsageError.nothingLogged(run: run.id, loss: series ?? "loss")
            }
            return measured
        }
        try answer(
            CurveAnswer(payload: payload, law: predictor.law.about.id, measured: measured),
            series: series, drawnIn: file)
    }

    private func drawnRun(in source: LoadedRuns?) throws(UsageError) -> Run? {
        guard let id = drawing.run else { return nil }
        guard let source else { throw .noPaths }
        guard let run = source.runs.first(where: { $0.id == id }) else {
            throw .unknownRun(id, known: source.runs.map(\.id))
        }
        return run
    }

    /// The schedule that was given, else that of the run which is drawn.
    private func schedule(in source: LoadedRuns?, or run: Run?) throws -> LearningRateSchedule? {
        if let schedule {
            return try LearningRateSchedule(
                parsing: schedule, runs: source.map { ScheduledRuns($0.runs) })
        }
        return try run.map { try RunSchedule.resolve($0).schedule }
    }

    private func answer(_ predictor: LawPredictor, drawnIn file: PlotFile?) throws {
        let law = predictor.law.about.id
        guard predictor.law.about.kind == .table || !sizes.features.isEmpty else {
            throw UsageError.scheduleExpected(law: law)
        }
        guard file == nil else { throw UsageError.plotOfLoss(law: law) }
        let payload = try LossPayload(
            predictor: predictor, features: sizes.features, interval: interval.value)
        try output.print(
            LossAnswer(
                payload: payload, law: law, predicted: Self.predicted(predictor.report),
                features: sizes.features))
    }

    private func answer(_ answer: CurveAnswer, series: String?, drawnIn file: PlotFile?) throws {
        try file?.write(
            answer.payload.chart(law: answer.law, loss: series, measured: answer.measured))
        try output.print(answer)
    }

    /// What a fit's law predicts, by name: the loss, or the metric that it was fitted to.
    private static func predicted(_ report: FitReport) -> String {
        let about = LawCatalog.standard.laws.first { $0.about.id == report.law }?.about
        return about?.observes == .metric ? report.series ?? "metric" : "loss"
    }

    // MARK: A server

    private func predict(on client: ServerClient, drawnIn file: PlotFile?) throws {
        let report = try client.finishedFit(fit)
        let run = try drawing.run.map { try client.run($0) }
        guard let schedule = try order(or: run) else {
            return try answer(report, client, drawnIn: file)
        }
        let (payload, body) = try client.curve(
            ofFit: fit, schedule: schedule,
            features: sizes.features.merging(run?.features ?? [:]) { given, _ in given },
            every: every, interval: interval.value)
        let measured = try run.map { run in
            let measured = try client.measuredCurve(of: run.id, series: report.series)
            guard !measured.points.isEmpty else {
                throw UsageError.nothingLogged(run: run.id, loss: report.series ?? "loss")
            }
            return measured
        }
        try answer(
            CurveAnswer(payload: payload, body: body, law: report.law, measured: measured),
            series: report.series, drawnIn: file)
    }

    private func order(or run: ServerRun?) throws -> ScheduleOrder? {
        if let schedule { return try ScheduleOrder(parsing: schedule) }
        return run?.schedule.map { .known($0.schedule) }
    }

    private func answer(
        _ report: FitReport, _ client: ServerClient, drawnIn file: PlotFile?
    ) throws {
        guard file == nil else { throw UsageError.plotOfLoss(law: report.law) }
        let (payload, body) = try client.loss(
            ofFit: fit, features: sizes.features, interval: interval.value)
        try output.print(
            LossAnswer(
                payload: payload, body: body, law: report.law, predicted: Self.predicted(report),
                features: sizes.features))
    }
}
