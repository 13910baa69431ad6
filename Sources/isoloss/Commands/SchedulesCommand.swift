import ArgumentParser
import Contract
import JSONText
import Plots
import Schedules

/// `isoloss schedules`: the schedule language in pictures.
struct SchedulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract: "Draw the segments and named schedules, or any schedule.",
        discussion: """
            The whole language, one entry of it, or a schedule with its segments written out:

              isoloss schedules cosine
              isoloss schedules warmup:2160@3e-4,hold:17840,exp:4000@3e-5
              isoloss schedules 'wsd(peak=3e-4,steps=24000,warmup=2160,decay=4000)'
              isoloss schedules from:constant@2000,sqrt:500@0 sample-runs
            """)

    @Argument(help: "A schedule, or the name of a segment or schedule.")
    var specification: String?

    @Argument(
        help: ArgumentHelp(
            "Study folders or curves with the runs that a schedule continues.", valueName: "path"))
    var paths: [String] = []

    @OptionGroup var output: OutputOptions

    func run() throws {
        guard let specification else { return try output.print(ScheduleListOutput.all) }
        if let entries = ScheduleListOutput(named: specification) {
            return try output.print(entries)
        }
        let files = try FileBackend(paths: paths)
        output.note(files.notes)
        let schedule = try files.schedule(.json(.string(specification)))
        try output.print(ScheduleOutput(schedule: schedule))
    }
}

/// One schedule drawn, with its segments written out and its size.
struct ScheduleOutput: CommandOutput {
    /// The object of `--format json`.
    private struct Payload: Encodable {
        let schedule: LearningRateSchedule
        let totalSteps: Int
        let warmupSteps: Int
        let peakLearningRate: Double
        let finalLearningRate: Double
        let forwardArea: Double
        let warnings: [String]
    }

    let schedule: LearningRateSchedule

    /// S1 of the last step, in LR·steps.
    private var forwardArea: Double {
        ScheduleAreas(schedule).forwardArea(at: [schedule.totalSteps - 1])[0]
    }

    func json() throws -> JSONValue {
        try JSONEncoding(
            Payload(
                schedule: schedule, totalSteps: schedule.totalSteps,
                warmupSteps: schedule.warmupSteps, peakLearningRate: schedule.peakLearningRate,
                finalLearningRate: schedule.finalLearningRate, forwardArea: forwardArea,
                warnings: schedule.warnings)
        ).value
    }

    var warnings: [String] { schedule.warnings }

    /// The learning rate along the schedule.
    var table: Table {
        let spacing = CurveSteps.standardSpacing(totalSteps: schedule.totalSteps)
        let last = schedule.totalSteps - 1
        var steps = Array(stride(from: 0, through: last, by: spacing))
        if steps.last != last { steps.append(last) }
        return Table(
            header: ["step", "learning_rate"],
            rows: steps.map { [.count($0), .number(schedule.learningRate(at: $0))] })
    }

    func text(style: TerminalStyle) -> [String] {
        var lines = [schedule.segmentText ?? "a list of learning rates", ""]
        lines += LineChart(schedule).lines(style: style, height: 10)
        let facts = [
            ["total steps", String(schedule.totalSteps)],
            ["warm-up steps", String(schedule.warmupSteps)],
            ["peak learning rate", NumberFormat.significant(schedule.peakLearningRate)],
            ["final learning rate", NumberFormat.significant(schedule.finalLearningRate)],
            ["forward area S1", NumberFormat.significant(forwardArea)],
        ]
        lines += Table(pairs: facts).lines
        return lines + warningLines(schedule.warnings)
    }
}

extension LineChart {
    /// The learning rates of a schedule, sampled for every dot of the widest plot.
    init(_ schedule: LearningRateSchedule) {
        let count = min(schedule.totalSteps, 480)
        let points = Thinning.evenly(schedule.totalSteps + 1, atMost: count + 1).map { step in
            PlotPoint(x: Double(step), y: schedule.learningRate(at: step))
        }
        var panel = Panel(
            yLabel: "learning rate", series: [.init(name: "schedule", points: points)])
        panel.yRange = 0...max(schedule.peakLearningRate, .leastNormalMagnitude)
        self.init(title: "schedule", xLabel: "step", panels: [panel])
    }
}

/// The schedule language: every segment and every named schedule, drawn.
struct ScheduleListOutput: CommandOutput {
    private struct Payload: Encodable {
        let segments: [ScheduleForm]
        let schedules: [ScheduleForm]
        let lists: [ScheduleForm]
    }

    /// Small enough that several fit on a screen.
    private static let plotHeight = 5
    private static let plotWidth = 64

    let segments: [ScheduleForm]
    let named: [ScheduleForm]
    let lists: [ScheduleForm]

    /// The whole language.
    static let all = ScheduleListOutput(
        segments: ScheduleCatalog.segments, named: ScheduleCatalog.named,
        lists: ScheduleCatalog.lists)

    /// The entries of that name; nil where there is none.
    init?(named name: String) {
        func forms(_ forms: [ScheduleForm]) -> [ScheduleForm] { forms.filter { $0.name == name } }
        self.init(
            segments: forms(ScheduleCatalog.segments), named: forms(ScheduleCatalog.named),
            lists: forms(ScheduleCatalog.lists))
        if segments.isEmpty, self.named.isEmpty, lists.isEmpty { return nil }
    }

    private init(segments: [ScheduleForm], named: [ScheduleForm], lists: [ScheduleForm]) {
        self.segments = segments
        self.named = named
        self.lists = lists
    }

    func json() throws -> JSONValue {
        try JSONEncoding(Payload(segments: segments, schedules: named, lists: lists)).value
    }

    var table: Table {
        func rows(_ forms: [ScheduleForm], _ kind: String) -> [[Table.Cell]] {
            forms.map { form in
                [
                    .text(form.name), .text(kind), .text(form.usage), .text(form.meaning),
                    .text(form.example),
                ]
            }
        }
        return Table(
            header: ["name", "kind", "usage", "meaning", "example"],
            rows: rows(segments, "segment") + rows(named, "schedule") + rows(lists, "list"))
    }

    func text(style: TerminalStyle) -> [String] {
        var lines: [String] = []
        if !segments.isEmpty {
            lines += ["SEGMENTS, separated by commas, from learning rate 0 at step 0", ""]
            lines += segments.flatMap { Self.entry($0, style: style) }
            lines += [
                "A segment that runs to a rate can be cut short: `cosine:300/900@3e-5` is the first",
                "300 steps of `cosine:900@3e-5`.", "",
            ]
        }
        if !named.isEmpty {
            lines += ["SCHEDULES by name, in quotes in a shell", ""]
            lines += named.flatMap { Self.entry($0, style: style) }
        }
        if !lists.isEmpty {
            lines += ["LISTS of rates, as JSON", ""]
            lines += lists.flatMap { Self.entry($0, style: style) }
        }
        return lines + ["`isoloss schedules SPEC` draws any schedule and writes out its segments."]
    }

    private static func entry(_ form: ScheduleForm, style: TerminalStyle) -> [String] {
        var lines = [form.usage, "  \(form.meaning)"]
        if !form.parameters.isEmpty {
            let rows = form.parameters.map { parameter in
                ["  \(parameter.name)", parameter.meaning]
                    + (parameter.standard.map { ["(\($0) if left out)"] } ?? [])
            }
            lines += Table(pairs: rows).lines(width: style.width)
        }
        lines += form.examples.flatMap { drawing(of: $0, style: style) }
        return lines + [""]
    }

    private static func drawing(of example: String, style: TerminalStyle) -> [String] {
        var lines = ["  example: \(example)"]
        // Every example of the catalogue parses, which its own tests check.
        if let schedule = try? LearningRateSchedule(
            parsing: example, runs: ScheduleCatalog.exampleRuns)
        {
            let narrow = TerminalStyle(
                width: min(style.width - 2, plotWidth), isUnicode: style.isUnicode)
            lines += LineChart(schedule).lines(style: narrow, height: plotHeight)
                .dropFirst().dropLast().map { "  " + $0 }
        }
        return lines
    }
}
