import ArgumentParser
import Contract
import Fitting
import Foundation
import JSONText
import Laws
import Plots
import Records
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

            The forecast of a run, drawn over what it measured; of one that still trains and is in the
            fit it starts where the log is:

              isoloss predict --fit fit.json --run wsd_sqrt_3000 --plot forecast.svg sample-runs

            From the loss on to a metric, with one interval for both steps:

              isoloss predict --fit fit.json --then accuracy.json \
                --parameter-count 7e9 --token-count 2e12

            A schedule in a file is given as --schedule "$(cat schedule.json)".
            """)

    @OptionGroup var reference: FitReference

    @Argument(
        help: ArgumentHelp(
            "Study folders or curves with the runs that are continued or drawn.", valueName: "path")
    )
    var paths: [String] = []

    @Option(help: ArgumentHelp("The schedule of the run to predict.", valueName: "spec"))
    var schedule: String?

    @Option(help: ArgumentHelp("Predict at steps 0, k, 2k and so on.", valueName: "k"))
    var every: Int?

    @Option(
        help: ArgumentHelp(
            "A fit of loss-to-metric, or a published one: go on to its metric.",
            valueName: "metric.json"))
    var then: String?

    @OptionGroup var interval: IntervalOptions
    @OptionGroup(title: "Sizes") var sizes: FeatureOptions
    @OptionGroup(title: "Drawing") var drawing: PlotOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let file = try drawing.file()
        let backend = try server.backend(paths: paths)
        output.note(backend.notes)
        let fit = try reference.name(in: backend)
        let metric = try then.map { try FitReference.name($0, in: backend) }
        let report = try backend.report(of: fit)
        let run = try drawing.run.map { try backend.run($0) }
        // A run's own schedule is looked for only where none is asked for.
        let own = try schedule == nil ? run.flatMap { try backend.schedule(of: $0) } : nil
        guard let schedule = try asked() ?? own.map({ ScheduleSource.known($0.schedule) }) else {
            return try predictLoss(backend, fit, report, then: metric, isDrawn: file != nil)
        }
        let features = sizes.features.merging(run?.features ?? [:]) { given, _ in given }
        // What a run that still trains has logged says more than the law; one that has ended is what
        // the law is held against.
        let training = run.flatMap { run in
            report.runs.contains(run.id) && own.map { isTraining(run, to: $0.schedule) } == true
                ? run.id : nil
        }
        var curve = try backend.curve(
            fit,
            CurveRequest(
                schedule: schedule, every: every, run: training, then: metric,
                prediction: PredictionFields(features: features, interval: interval.value)))
        let told = Set(curve.warnings)
        curve.warnings += (backend.warnings + (own?.warnings ?? [])).filter { !told.contains($0) }
        let measured = try run.map { run in
            guard let measured = try backend.measured(run, series: report.series) else {
                throw UsageError.nothingLogged(run: run.id, loss: report.series ?? "loss")
            }
            return measured
        }
        let chart = curve.chart(law: report.law, loss: report.series, measured: measured)
        try file?.write(chart)
        try output.print(CurveOutput(curve: curve, law: report.law, chart: chart))
    }

    /// True where a run logs less than its schedule by more than the steps from one point to the next.
    private func isTraining(_ run: Run, to schedule: LearningRateSchedule) -> Bool {
        let count = run.stored?.pointCount ?? run.points.count
        guard let last = run.lastStep, count > 1 else { return false }
        return last + last / (count - 1) + 1 < schedule.totalSteps
    }

    /// The schedule asked for by its text.
    private func asked() throws -> ScheduleSource? {
        guard let schedule else { return nil }
        let source = ScheduleSource.json(.string(schedule))
        // A mistake is found here, with its character; only a run must be asked for elsewhere.
        do throws(ScheduleError) {
            _ = try source.schedule()
        } catch {
            guard error.kind == .noRunsHere else { throw error }
        }
        return source
    }

    private func predictLoss(
        _ backend: any Backend, _ fit: String, _ report: FitReport, then metric: String?,
        isDrawn: Bool
    ) throws {
        let about = LawCatalog.standard.laws.first { $0.about.id == report.law }?.about
        guard about?.kind != .curve || !sizes.features.isEmpty else {
            throw UsageError.scheduleExpected(law: report.law)
        }
        guard !isDrawn else { throw UsageError.plotOfLoss(law: report.law) }
        let loss = try backend.loss(
            fit,
            LossRequest(
                then: metric,
                prediction: PredictionFields(
                    features: sizes.features, interval: interval.value)))
        try output.print(
            LossOutput(
                answer: loss, law: report.law,
                predicted: about?.observes == .metric ? report.series ?? "metric" : "loss",
                features: sizes.features))
    }
}

/// A predicted curve for people: a plot, and a table short enough for a screen.
struct CurveOutput: CommandOutput {
    /// Rows of the table in text; csv and json carry every step.
    private static let mostRows = 20

    let curve: CurveResponse
    /// The law that predicted.
    let law: String
    let chart: LineChart

    func json() throws -> JSONValue {
        try JSONEncoding(curve).value
    }

    var table: Table { curve.table }

    var warnings: [String] { curve.warnings }

    func text(style: TerminalStyle) -> [String] {
        let schedule = curve.schedule
        let written = curve.schedule.segmentText ?? "a list of learning rates"
        var lines = ["\(law) under \(written) (\(schedule.totalSteps) steps)", ""]
        lines += chart.lines(style: style)
        lines += [""] + thinTable.lines
        return lines + warningLines(curve.warnings)
    }

    private var thinTable: Table {
        var columns: [Table.Column] = [.init("step"), .init("learning rate"), .init("loss")]
        if curve.lower != nil { columns += [.init("lower"), .init("upper")] }
        let metric = curve.metric
        if let metric { columns.append(.init(metric.series ?? "metric")) }
        if metric?.lower != nil { columns += [.init("lower"), .init("upper")] }
        // Inside the warm-up no law says much, and before any learning nothing.
        let warmup = curve.schedule.warmupSteps
        let first = curve.steps.indices.first { index in
            curve.steps[index] >= warmup && curve.loss[index].isFinite
        }
        let shown = (first ?? curve.steps.endIndex)..<curve.steps.endIndex
        let rows = Thinning.roundly(shown, about: Self.mostRows).map { index in
            let values = [
                curve.loss, curve.lower, curve.upper, metric?.value, metric?.lower, metric?.upper,
            ].compactMap(\.self)
            return [
                String(curve.steps[index]),
                NumberFormat.significant(curve.learningRate[index], digits: 4),
            ] + values.map { NumberFormat.significant($0[index], digits: 5) }
        }
        return Table(columns, texts: rows)
    }
}

/// One predicted loss for people: the loss, its interval, and what it was predicted for.
struct LossOutput: CommandOutput {
    let answer: LossResponse
    /// The law that predicted.
    var law: String
    /// The quantity that the law predicts: `loss`, or the metric that the fit was made for.
    var predicted = "loss"
    var features: [Feature: Double]

    func json() throws -> JSONValue {
        try JSONEncoding(answer).value
    }

    var warnings: [String] { answer.warnings }

    var table: Table {
        let names = features.keys.map(\.rawValue).sorted()
        let values = names.map { name in
            Table.Cell.number(Feature(rawValue: name).flatMap { features[$0] })
        }
        var header = [predicted == "loss" ? "loss" : "metric", "lower", "upper", "interval"]
        var losses = [answer.loss, answer.lower, answer.upper, answer.interval]
        if let metric = answer.metric {
            header += ["metric", "metric_lower", "metric_upper"]
            losses += [metric.value, metric.lower, metric.upper]
        }
        return Table(header: names + header, rows: [values + losses.map { .number($0) }])
    }

    func text(style: TerminalStyle) -> [String] {
        let inputs = features.map { "\($0.key.rawValue) \(NumberFormat.significant($0.value))" }
        var rows = [
            [law, inputs.sorted().joined(separator: ", ")],
            [predicted, NumberFormat.significant(answer.loss)],
        ]
        rows += interval(answer.lower, answer.upper)
        if let metric = answer.metric {
            rows.append([metric.series ?? "metric", NumberFormat.significant(metric.value)])
            rows += interval(metric.lower, metric.upper)
        }
        return Table(pairs: rows).lines + warningLines(answer.warnings)
    }

    private func interval(_ lower: Double?, _ upper: Double?) -> [[String]] {
        guard let lower, let upper, let level = answer.interval else { return [] }
        let ends = "\(NumberFormat.significant(lower)) to \(NumberFormat.significant(upper))"
        return [["\(NumberFormat.significant(100 * level, digits: 3)) % interval", ends]]
    }
}
