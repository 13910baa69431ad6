import ArgumentParser
import Fitting
import JSONText
import Laws
import Plots
import Records

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

            AIC and BIC are of the fit to all the runs; they compare laws on the same points. Of a \
            table with N and D the error stands by region as well, of fits to its smaller two \
            thirds of sizes and of tokens; and the mixed difference ∂²L/∂lnN∂lnD of its grid says \
            whether a law may add up terms of N and of D.
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
        let files = try FileBackend(paths: paths, bareCurves: bareCurves)
        let runs = try selection.select(from: files.runs(study: nil), standardRole: .train)
        let report = try ProgressReporter.during("comparing laws") { reporter in
            try LawComparison().compare(
                laws, request: request, runs: runs.runs,
                progress: { reporter.update(fraction: $0) })
        }
        output.note(files.notes)
        try output.print(
            ComparisonOutput(
                report: report, selection: runs.summary, warnings: files.warnings))
        if report.laws.allSatisfy({ $0.failure != nil }) { throw ExitCode.failure }
    }
}

/// A comparison for people: one row per law, the best first.
struct ComparisonOutput: CommandOutput {
    let report: ComparisonReport
    /// The runs that were taken, in words.
    let selection: String
    let warnings: [String]

    func json() throws -> JSONValue {
        try JSONEncoding(report).value
    }

    var table: Table {
        let places = RegionValidation.Place.allCases
        let header = [
            "law", "cross_validated_error", "mean_relative_error", "cost", "aic", "bic",
            "free_parameters", "points",
        ]
        let rows = report.laws.map { entry in
            let cells: [Table.Cell] = [
                .text(entry.law), .number(entry.crossValidatedError),
                .number(entry.metrics?.meanRelativeError), .number(entry.cost),
                .number(entry.aic), .number(entry.bic), .count(entry.freeParameters),
                .count(entry.points),
            ]
            let errors = places.map { Table.Cell.number(entry.error(at: $0)) }
            return cells + errors + [Table.Cell.text(entry.failure)]
        }
        return Table(header: header + places.map(\.rawValue) + ["failure"], rows: rows)
    }

    private static func isOfTable(_ law: String) -> Bool {
        (try? LawCatalog.standard.law(law))?.about.kind == .table
    }

    func text(style: TerminalStyle) -> [String] {
        let fitted = report.laws.filter { $0.failure == nil }
        var lines = ["\(selection)", "error on unseen data: \(report.method)", ""]
        lines += Self.ranking(fitted).lines
        if let limits = report.fittedUpTo {
            lines += [
                "",
                "error by region, fitted up to N = "
                    + "\(NumberFormat.significant(limits.parameterCount, digits: 3)) and D = "
                    + "\(NumberFormat.significant(limits.tokenCount, digits: 3)):", "",
            ]
            lines += Self.regions(fitted).lines
        }
        if let mixed = report.mixedDifference {
            lines += [
                "",
                "mixed difference ∂²L/∂lnN∂lnD: \(NumberFormat.significant(mixed.value, digits: 3)) "
                    + "± \(NumberFormat.significant(mixed.standardError, digits: 2)) over "
                    + "\(mixed.rectangles) rectangles of runs: \(mixed.meaning)",
            ]
        } else if fitted.contains(where: { Self.isOfTable($0.law) }) {
            lines += ["", "no mixed difference ∂²L/∂lnN∂lnD: \(MixedDifference.need)"]
        }
        for entry in fitted where !entry.folds.isEmpty {
            let folds = entry.folds.map { fold in
                let error = NumberFormat.percent(fold.meanRelativeError)
                return "\(fold.leftOut) \(error)"
            }
            lines += ["", "\(entry.law) by fold: \(folds.joined(separator: ", "))"]
        }
        let refused = report.laws.compactMap { entry in
            entry.failure.map { "\(entry.law): \($0)" }
        }
        if !refused.isEmpty { lines += ["", "not fitted:"] + refused.map { "  \($0)" } }
        let doubts = fitted.flatMap { entry in entry.warnings.map { "\(entry.law): \($0)" } }
        return lines + warningLines(warnings + doubts)
    }

    private static func regions(_ entries: [ComparisonReport.Entry]) -> Table {
        let places = RegionValidation.Place.allCases
        return Table(
            [Table.Column("law", .left)] + places.map { Table.Column($0.title) },
            texts: entries.filter { $0.regions != nil }.map { entry in
                [entry.law] + places.map { NumberFormat.percent(entry.error(at: $0)) }
            })
    }

    private static func ranking(_ entries: [ComparisonReport.Entry]) -> Table {
        Table(
            [
                .init("law", .left), .init("unseen error"), .init("fitted error"), .init("AIC"),
                .init("BIC"), .init("parameters"), .init("points"),
            ],
            texts: entries.map { entry in
                [
                    entry.law, NumberFormat.percent(entry.crossValidatedError),
                    NumberFormat.percent(entry.metrics?.meanRelativeError),
                    NumberFormat.significant(entry.aic, digits: 5),
                    NumberFormat.significant(entry.bic, digits: 5),
                    entry.freeParameters.map(String.init) ?? "-",
                    entry.points.map(String.init) ?? "-",
                ]
            })
    }
}
