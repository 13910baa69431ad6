import API
import JSONText
import Schedules

/// The schedule language: every segment and every named schedule, drawn.
struct ScheduleListAnswer: Answer {
    /// One entry of `--format json`.
    private struct Entry: Encodable {
        struct Parameter: Encodable {
            let name: String
            let meaning: String
            let standard: String?
        }

        let name: String
        let usage: String
        let meaning: String
        let example: String
        let variants: [String]
        let parameters: [Parameter]

        init(_ form: ScheduleForm) {
            name = form.name
            usage = form.usage
            meaning = form.meaning
            example = form.example
            variants = form.variants
            parameters = form.parameters.map {
                Parameter(name: $0.name, meaning: $0.meaning, standard: $0.standard)
            }
        }
    }

    private struct Payload: Encodable {
        let segments: [Entry]
        let schedules: [Entry]
        let lists: [Entry]
    }

    /// Small enough that several fit on a screen.
    private static let plotHeight = 5
    private static let plotWidth = 64

    let segments: [ScheduleForm]
    let named: [ScheduleForm]
    let lists: [ScheduleForm]

    /// The whole language.
    static let all = ScheduleListAnswer(
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

    func json() throws -> [UInt8] {
        try JSONCoding.encode(
            Payload(
                segments: segments.map(Entry.init), schedules: named.map(Entry.init),
                lists: lists.map(Entry.init)))
    }

    var warnings: [String] { [] }

    var table: TextTableRows {
        func rows(_ forms: [ScheduleForm], _ kind: String) -> [[JSONValue]] {
            forms.map { form in
                [
                    .string(form.name), .string(kind), .string(form.usage), .string(form.meaning),
                    .string(form.example),
                ]
            }
        }
        return TextTableRows(
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
            lines += TextTable(pairs: rows).lines(width: style.width)
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
            lines += SchedulePlot.plot(of: schedule, height: plotHeight).lines(style: narrow)
                .dropFirst().dropLast().map { "  " + $0 }
        }
        return lines
    }
}
