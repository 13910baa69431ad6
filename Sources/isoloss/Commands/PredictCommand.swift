import API
import ArgumentParser
import Fitting
import Laws
import RunFiles
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

              isoloss predict --fit fit.json --schedule from:constant@2000,sqrt:500@0 sample-runs

            A schedule in a file is given as --schedule "$(cat schedule.json)".
            """)

    @Option(
        help: ArgumentHelp("A fit's file; with --server its id.", valueName: "fit.json"))
    var fit: String

    @Argument(
        help: ArgumentHelp(
            "Study folders or curves with the runs that a schedule continues.", valueName: "path"))
    var paths: [String] = []

    @Option(help: ArgumentHelp("The schedule of the run to predict.", valueName: "spec"))
    var schedule: String?

    @Option(help: ArgumentHelp("Predict at steps 0, k, 2k and so on.", valueName: "k"))
    var every: Int?

    @OptionGroup var interval: IntervalOptions
    @OptionGroup(title: "Sizes") var sizes: FeatureOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        if let client = try server.client() {
            guard paths.isEmpty else { throw UsageError.pathsAndServer }
            try predict(on: client, schedule: schedule.map { try ScheduleOrder(parsing: $0) })
        } else {
            let source = paths.isEmpty ? nil : try RunFileSource.load(paths)
            output.note(source?.notes ?? [])
            try predictHere(source)
        }
    }

    private func predictHere(_ source: LoadedRuns?) throws {
        let schedule = try schedule.map {
            try LearningRateSchedule(
                parsing: $0, runs: source.map { ScheduledRuns($0.runs) })
        }
        let predictor = try LawPredictor(report: FitFile.read(fit))
        let law = predictor.law.about.id
        guard let schedule else {
            guard predictor.law.about.kind == .table || !sizes.features.isEmpty else {
                throw UsageError.scheduleExpected(law: law)
            }
            let payload = try LossPayload(
                predictor: predictor, features: sizes.features, interval: interval.value)
            return try output.print(
                LossAnswer(
                    payload: payload, law: law, predicted: Self.predicted(predictor.report),
                    features: sizes.features))
        }
        var payload = try CurvePayload(
            predictor: predictor, schedule: schedule, features: sizes.features, every: every,
            interval: interval.value)
        payload.warnings += source?.warnings ?? []
        try output.print(CurveAnswer(payload: payload, law: law))
    }

    /// What a fit's law predicts, by name: the loss, or the metric that it was fitted to.
    private static func predicted(_ report: FitReport) -> String {
        let about = LawCatalog.standard.laws.first { $0.about.id == report.law }?.about
        return about?.observes == .metric ? report.series ?? "metric" : "loss"
    }

    private func predict(on client: ServerClient, schedule: ScheduleOrder?) throws {
        let report = try client.finishedFit(fit)
        let law = report.law
        guard let schedule else {
            let (payload, body) = try client.loss(
                ofFit: fit, features: sizes.features, interval: interval.value)
            return try output.print(
                LossAnswer(
                    payload: payload, body: body, law: law, predicted: Self.predicted(report),
                    features: sizes.features))
        }
        let (payload, body) = try client.curve(
            ofFit: fit, schedule: schedule, features: sizes.features, every: every,
            interval: interval.value)
        try output.print(CurveAnswer(payload: payload, body: body, law: law))
    }
}
