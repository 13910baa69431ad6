import ArgumentParser
import Contract
import Fitting
import JSONText
import Laws
import Plots
import Records

/// `isoloss fit`: runs in, parameters out.
struct FitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "Fit a law to runs from files, or to runs that a server has.",
        discussion: """
            The train runs of a study folder, and some runs of a server's study:

              isoloss fit --law lr-annealing sample-runs --output fit.json
              isoloss fit --law chinchilla --server http://127.0.0.1:8080 --study sizes

            Judged on runs that it does not see:

              isoloss fit --law multi-power sample-runs --holdout wsd_sqrt_3000,cosine_4000

            A curve without metadata takes its schedule from the command line:

              isoloss fit --law lr-annealing curve.csv --fix annealing_decay=0.999 \\
                --schedule warmup:2160@3e-4,cosine:21840@3e-5
            """)

    @OptionGroup var fit: FitOptions
    @OptionGroup var selection: RunSelection
    @OptionGroup var holdout: HoldoutOptions
    @OptionGroup var bareCurves: BareCurveOptions
    @OptionGroup var place: BackendOptions

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("Write the fit to this file too.", valueName: "fit.json"))
    var path: String?

    @Flag(help: "Let --output replace a file.")
    var force = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let file = path.map { OutputFile(path: $0, replaces: force) }
        try file?.check()
        let request = try fit.request()
        let backend = try place.server.backend(paths: place.paths, bareCurves: bareCurves)
        let runs = try holdout.excluding(
            from: selection.select(from: backend, study: place.study, standardRole: .train),
            named: selection.identifiers != nil)
        let submission = FitSubmission(
            request: request, runs: runs.runs.map(\.id), holdout: holdout.identifiers ?? [])
        var report = try ProgressReporter.during("fitting \(request.law)") { reporter in
            try backend.fit(submission) { reporter.update(fraction: $0) }
        }
        report.warnings += backend.warnings
        output.note(backend.notes)
        try file?.write(FitFile.text(of: report))
        try output.print(FitOutput(report: report, selection: runs.summary))
        if let path, output.format == .text { Output.print(["", "written to \(path)"]) }
    }
}

/// A fit for people: what was fitted, the parameters, how the search ended, how well it fits.
struct FitOutput: CommandOutput {
    let report: FitReport
    /// The runs that were taken, in words.
    var selection: String

    func json() throws -> JSONValue {
        try JSONEncoding(report).value
    }

    var warnings: [String] { report.warnings }

    var table: Table {
        let rows = report.parameters.map { parameter -> [Table.Cell] in
            [
                .text(parameter.name), .text(parameter.symbol ?? ""),
                .number(parameter.value), .number(parameter.standardError),
                .number(parameter.interval?.first),
                .number(parameter.interval?.last),
                .flag(parameter.fixed), .flag(parameter.atBound),
            ]
        }
        return Table(
            header: [
                "name", "symbol", "value", "standard_error", "lower", "upper", "fixed", "at_bound",
            ], rows: rows)
    }

    func text(style: TerminalStyle) -> [String] {
        let id = report.id.map { " (fit \($0))" } ?? ""
        var lines = ["\(report.law)\(id): \(report.points) points of \(selection)", ""]
        lines += parameterTable.lines
        lines += [""] + Table(pairs: facts).lines(width: style.width)
        if let holdout = report.holdout {
            lines += ["", "held out:"] + ScoreOutput.metricsTable(holdout).lines
        }
        return lines + warningLines(report.warnings)
    }

    private var parameterTable: Table {
        let level = NumberFormat.significant(
            100 * (report.intervalLevel ?? LawPredictor.Interval.standardLevel), digits: 3)
        return Table(
            [
                .init("parameter", .left), .init("symbol", .left), .init("value"),
                .init("standard error"), .init("\(level) % interval", .left), .init("", .left),
            ],
            texts: report.parameters.map { parameter in
                [
                    parameter.name, parameter.symbol ?? "",
                    NumberFormat.significant(parameter.value),
                    NumberFormat.significant(parameter.standardError, digits: 3),
                    Self.interval(parameter.interval), Self.remark(parameter),
                ]
            })
    }

    private static func interval(_ ends: [Double]?) -> String {
        guard let ends, ends.count == 2 else { return "-" }
        return "\(NumberFormat.significant(ends[0])) to \(NumberFormat.significant(ends[1]))"
    }

    private static func remark(_ parameter: FitReport.Parameter) -> String {
        if parameter.fixed { return "fixed" }
        return parameter.atBound ? "at its bound" : ""
    }

    /// Names and sentences below the parameters.
    private var facts: [[String]] {
        var rows: [[String]] = []
        if let cost = report.cost {
            let value = NumberFormat.significant(cost, digits: 9)
            rows.append(["cost", "\(value) (\(report.objective.text))"])
        }
        if let termination = report.termination {
            rows.append(["ended", Self.ending(termination)])
        }
        if let metrics = report.metrics { rows.append(["fit", Self.sentence(metrics)]) }
        if let noise = report.noise {
            let scale = NumberFormat.significant(noise.scale, digits: 3)
            let effective = NumberFormat.significant(noise.effectivePoints, digits: 3)
            rows.append([
                "noise",
                "\(scale) (\(report.objective.residual.rawValue) residuals), "
                    + "worth \(effective) independent points",
            ])
        }
        if let uncertainty = report.uncertainty {
            rows.append(["uncertainty", Self.sentence(uncertainty)])
        }
        if let forecast = report.forecast { rows += Self.facts(forecast) }
        let options = report.options.sorted { $0.key < $1.key }
        if !options.isEmpty {
            rows.append([
                "options", options.map { "\($0.key)=\($0.value)" }.joined(separator: ", "),
            ])
        }
        return rows + report.derived.map(Self.fact)
    }

    /// The members of a forecast, their weights, and the sizes it knows.
    private static func facts(_ forecast: ForecastReport) -> [[String]] {
        let shares = forecast.members.map { member in
            let error = member.crossValidatedError.map {
                " (left-out error \(NumberFormat.percent($0)))"
            }
            return "\(member.law) \(NumberFormat.percent(member.weight))\(error ?? "")"
        }
        var rows = [["shares", shares.joined(separator: ", ")], ["chosen by", forecast.method]]
        let sizes = forecast.sizes.compactMap(\.parameterCount)
        if sizes.count > 1 {
            let list = sizes.map { NumberFormat.significant($0) }.joined(separator: ", ")
            rows.append([
                "sizes", "\(list); the parameters above are the last one's",
            ])
        }
        return rows
    }

    private static func fact(_ quantity: FitReport.Derived) -> [String] {
        let error = quantity.standardError.map { " ± \(NumberFormat.significant($0, digits: 3))" }
        let value = NumberFormat.significant(quantity.value)
        return [quantity.name, "\(value)\(error ?? "") (\(quantity.meaning))"]
    }

    private static func ending(_ termination: FitReport.Termination) -> String {
        let outcome = termination.converged ? "converged" : "NOT converged"
        return "\(outcome) (\(termination.reason)); \(termination.startsAgreeing) of "
            + "\(termination.starts) starts agree on this optimum, \(termination.iterations) "
            + "iterations in all"
    }

    private static func sentence(_ uncertainty: FitReport.Uncertainty) -> String {
        guard let resamples = uncertainty.resamples else {
            return uncertainty.method
                + (uncertainty.profiled.map {
                    ", intervals of \($0.joined(separator: " and ")) by profile"
                } ?? "")
        }
        let unit = uncertainty.resampled ?? "points"
        let length = uncertainty.blockLength.map { " of \($0) residuals" } ?? ""
        return "\(uncertainty.method), \(resamples) resamples of \(unit)\(length), "
            + "\(uncertainty.failed ?? 0) failed"
    }

    private static func sentence(_ metrics: Metrics) -> String {
        let r2 = metrics.r2.map { "r2 \(NumberFormat.significant($0))" } ?? "r2 -"
        return
            "\(r2), mae \(NumberFormat.significant(metrics.mae, digits: 4)), mean relative error "
            + "\(NumberFormat.percent(metrics.meanRelativeError)), worst "
            + NumberFormat.percent(metrics.worstRelativeError)
    }
}
