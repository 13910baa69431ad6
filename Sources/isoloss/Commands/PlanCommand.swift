import ArgumentParser
import Contract
import Fitting
import JSONText
import Laws
import Plans
import Plots
import Records

/// `isoloss plan`: what to train next, from a fit.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Plan training from a fit: the best schedule and more.",
        usage: "isoloss plan [--fit <fit.json> | --published <name>] --<plan> [<options>]",
        discussion: PlanHelp.text())

    @OptionGroup var reference: FitReference

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp("One of the plans above and its options.", valueName: "plan"))
    var words: [String] = []

    @Option(
        help: ArgumentHelp(
            "Draw the plan into a file, replacing it; .png needs rsvg-convert.",
            valueName: "out.svg|png"))
    var plot: String?

    @OptionGroup var interval: IntervalOptions
    @OptionGroup(title: "Sizes") var sizes: FeatureOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let arguments = try PlanArguments(words)
        try answer(arguments, kind: arguments.kind)
    }

    private func answer<Kind: PlanKind>(_ arguments: PlanArguments, kind: Kind.Type) throws {
        let file = try plot.map { try PlotFile($0) }
        let backend = try server.backend(paths: [arguments.path].compactMap(\.self))
        guard reference.isGiven || !kind.about.needsFit else {
            throw PlanError.fitMissing(kind: kind.about.id)
        }
        var options = arguments.options
        // A name that is no fit is the plan's own, where it takes one.
        if let name = reference.published, reference.law == nil, !PublishedFit.isFit(name),
            kind.about.options.contains(where: { $0.name == "published" })
        {
            options["published"] = name
        }
        let fit =
            kind.about.takesFit && reference.isGiven && options["published"] == nil
            ? try reference.name(in: backend) : nil
        var request = PlanRequest(
            kind, options: options, run: arguments.run,
            prediction: PredictionFields(features: sizes.features, interval: interval.value))
        // A size stands where sizes stand, as the number that it is.
        for (name, text) in request.options {
            guard let feature = Feature(rawValue: name), let value = Double(text) else { continue }
            request.prediction.features[feature] = value
            request.options[name] = nil
        }
        if kind.about.takesRuns, arguments.path != nil, backend is FileBackend,
            request.options["runs"] == nil, request.options["study"] == nil
        {
            request.options["runs"] = try backend.runs(study: nil).map(\.id).joined(separator: ",")
            output.note(backend.notes)
        }
        if kind.about.needsRun, backend is FileBackend {
            let runs = try backend.runs(study: nil)
            guard request.run != nil || runs.count == 1 else {
                throw UsageError.whichRun(known: runs.map(\.id))
            }
            request.run = request.run ?? runs[0].id
            output.note(backend.notes)
        }
        let result = try ProgressReporter.during("planning \(kind.about.id)") { reporter in
            try backend.plan(kind, fit, request) { reporter.update(fraction: $0) }
        }
        if let file {
            guard let chart = result.page.chart else {
                throw PlanError.noPicture(kind: kind.about.id)
            }
            try file.write(chart)
        }
        try output.print(PlanOutput(result: result))
    }
}

/// A plan for people: what to do, a plot, and the numbers behind it.
struct PlanOutput<Result: PlanResult>: CommandOutput {
    let result: Result

    func json() throws -> JSONValue {
        try JSONEncoding(result).value
    }

    var warnings: [String] { result.warnings }

    var table: Table { result.rows }

    func text(style: TerminalStyle) -> [String] {
        let page = result.page
        var lines = [page.title, ""] + Table(pairs: [[page.advice]]).lines(width: style.width)
        if let chart = page.chart { lines += [""] + chart.lines(style: style) }
        for table in page.tables { lines += [""] + table.lines }
        return lines + warningLines(result.warnings)
    }
}
