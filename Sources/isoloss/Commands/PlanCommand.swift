import API
import ArgumentParser
import Fitting
import Imports
import Laws
import Plans

/// `isoloss plan`: what to train next, from a fit.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Plan training from a fit: the best schedule and more.",
        usage: "isoloss plan --fit <fit.json> --<plan> [<options of the plan>] [<options>]",
        discussion: PlanHelp.text())

    @Option(
        help: ArgumentHelp("A fit's file; with --server its id.", valueName: "fit.json"))
    var fit: String

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp("One of the plans above and its options.", valueName: "plan"))
    var words: [String] = []

    @OptionGroup var interval: IntervalOptions
    @OptionGroup(title: "Sizes") var sizes: FeatureOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let arguments = try PlanArguments(words)
        try answer(arguments, kind: arguments.kind)
    }

    private func answer<Kind: PlanKind>(_ arguments: PlanArguments, kind: Kind.Type) throws {
        guard let client = try server.client() else {
            return try output.print(
                PlanAnswer(result: planHere(arguments, kind: kind), body: nil))
        }
        guard arguments.path == nil else { throw UsageError.pathsAndServer }
        let (result, body) = try client.plan(
            kind, ofFit: fit,
            ServerClient.PlanRequest(
                kind: kind.about.id, run: arguments.run, options: arguments.options,
                interval: interval.value, features: sizes.features))
        try output.print(PlanAnswer(result: result, body: body))
    }

    private func planHere<Kind: PlanKind>(
        _ arguments: PlanArguments, kind: Kind.Type
    ) throws -> Kind.Result {
        let predictor = try LawPredictor(report: FitFile.read(fit))
        var context = PlanContext(
            predictor: predictor, features: sizes.features, interval: interval.value)
        if kind.about.needsRun {
            let (run, notes) = try Self.run(arguments)
            context.run = run
            // What the run carries itself need not be said again.
            context.features.merge(run.features) { said, _ in said }
            output.note(notes)
        }
        return try ProgressReporter.during("planning \(kind.about.id)") { reporter in
            context.progress = { reporter.update(fraction: $0) }
            return try PlanCatalog.plan(kind, options: arguments.options, context: context)
        }
    }

    /// The run of that id, or the only one at the path.
    private static func run(_ arguments: PlanArguments) throws -> (Run, notes: [String]) {
        let source = try RunFileSource.load([arguments.path].compactMap { $0 })
        let runs = source.runs
        guard let id = arguments.run else {
            guard runs.count == 1 else { throw UsageError.whichRun(known: runs.map(\.id)) }
            return (runs[0], source.notes)
        }
        guard let run = runs.first(where: { $0.id == id }) else {
            throw UsageError.unknownRun(id, known: runs.map(\.id))
        }
        return (run, source.notes)
    }
}
