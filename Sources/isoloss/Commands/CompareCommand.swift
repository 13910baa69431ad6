import ArgumentParser
import Fitting
import Imports
import Laws

/// `isoloss compare`: which law predicts best what it has not seen.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Rank laws on the same runs by cross-validated error.",
        discussion: """
            Curves are judged by leaving one run out at a time, tables by training on small runs \
            and testing on larger ones:

              isoloss compare --laws lr-annealing,multi-power sample-runs
              isoloss compare --laws chinchilla,kaplan sizes.csv --format json

            AIC and BIC are of the fit to all the runs; they compare laws on the same points.
            """)

    @Option(
        help: ArgumentHelp("The laws to compare; all of them otherwise.", valueName: "a,b"),
        transform: { $0.split(separator: ",").map(String.init) })
    var laws: [String] = LawCatalog.standard.laws.map { $0.about.id }

    @Argument(help: ArgumentHelp("Study folders, curves or tables.", valueName: "path"))
    var paths: [String] = []

    @OptionGroup var points: ObjectiveOptions
    @OptionGroup var selection: RunSelection
    @OptionGroup var bareCurves: BareCurveOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard !laws.isEmpty else { throw UsageError.noLaws }
        let request = try points.request(law: "")
        let source = try RunFileSource.load(paths)
        let runs = try selection.select(from: source.runs, standardRole: .train)
        let filled = try bareCurves.filling(runs.runs)
        let report = try ProgressReporter.during("comparing laws") { reporter in
            try LawComparison().compare(
                laws, request: request, runs: filled,
                progress: { reporter.update(fraction: $0) })
        }
        output.note(source.notes)
        try output.print(
            ComparisonAnswer(
                report: report, selection: runs.summary, warnings: source.warnings))
        if report.laws.allSatisfy({ $0.failure != nil }) { throw ExitCode.failure }
    }
}
