import API
import Fitting
import JSONText

/// A fit for people: what was fitted, the parameters, how the search ended, how well it fits.
struct FitAnswer: Answer {
    let report: FitReport
    /// The object as it came from a server; nil for a fit made here.
    var body: [UInt8]?
    /// Which runs were taken, in words.
    var selection: String

    func json() throws -> [UInt8] {
        try body ?? JSONCoding.encode(report)
    }

    var warnings: [String] { report.warnings }

    var table: TextTableRows {
        let rows = report.parameters.map { parameter -> [JSONValue] in
            [
                .string(parameter.name), .string(parameter.symbol ?? ""),
                .number(parameter.value), parameter.standardError.map(JSONValue.number) ?? .null,
                parameter.interval?.first.map(JSONValue.number) ?? .null,
                parameter.interval?.last.map(JSONValue.number) ?? .null,
                .bool(parameter.isFixed), .bool(parameter.atBound),
            ]
        }
        return TextTableRows(
            header: [
                "name", "symbol", "value", "standard_error", "lower", "upper", "fixed", "at_bound",
            ], rows: rows)
    }

    func text(style: TerminalStyle) -> [String] {
        let id = report.id.map { " (fit \($0))" } ?? ""
        var lines = ["\(report.law)\(id): \(report.points) points of \(selection)", ""]
        lines += parameterTable.lines
        lines += [""] + TextTable(pairs: facts).lines(width: style.width)
        if let holdout = report.holdout {
            lines += ["", "held out:"] + ScoreAnswer.metricsTable(holdout).lines
        }
        return lines + warningLines(report.warnings)
    }

    private var parameterTable: TextTable {
        let level = NumberText.significant(100 * report.intervalLevel, digits: 3)
        return TextTable(
            [
                .init("parameter", .left), .init("symbol", .left), .init("value"),
                .init("standard error"), .init("\(level) % interval", .left), .init("", .left),
            ],
            rows: report.parameters.map { parameter in
                [
                    parameter.name, parameter.symbol ?? "",
                    NumberText.significant(parameter.value),
                    NumberText.significant(parameter.standardError, digits: 3),
                    Self.interval(parameter.interval), Self.remark(parameter),
                ]
            })
    }

    private static func interval(_ ends: [Double]?) -> String {
        guard let ends, ends.count == 2 else { return "-" }
        return "\(NumberText.significant(ends[0])) to \(NumberText.significant(ends[1]))"
    }

    private static func remark(_ parameter: FitReport.Parameter) -> String {
        if parameter.isFixed { return "fixed" }
        return parameter.atBound ? "at its bound" : ""
    }

    /// Names and sentences below the parameters.
    private var facts: [[String]] {
        var rows: [[String]] = []
        if let cost = report.cost {
            let value = NumberText.significant(cost, digits: 9)
            rows.append(["cost", "\(value) (\(report.objective.text))"])
        }
        if let termination = report.termination {
            rows.append(["ended", Self.ending(termination)])
        }
        if let metrics = report.metrics { rows.append(["fit", Self.sentence(metrics)]) }
        if let noise = report.noise {
            let scale = NumberText.significant(noise.scale, digits: 3)
            let effective = NumberText.significant(noise.effectivePoints, digits: 3)
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

    /// What a forecast averages, by what, and the sizes it knows.
    private static func facts(_ forecast: ForecastReport) -> [[String]] {
        let shares = forecast.members.map { member in
            let error = member.crossValidatedError.map {
                " (left-out error \(NumberText.percent($0)))"
            }
            return "\(member.law) \(NumberText.percent(member.weight))\(error ?? "")"
        }
        var rows = [["shares", shares.joined(separator: ", ")], ["chosen by", forecast.method]]
        let sizes = forecast.sizes.compactMap(\.parameterCount)
        if sizes.count > 1 {
            let list = sizes.map { NumberText.significant($0) }.joined(separator: ", ")
            rows.append([
                "sizes", "\(list); the parameters above are the last one's",
            ])
        }
        return rows
    }

    private static func fact(_ quantity: FitReport.Derived) -> [String] {
        let error = quantity.standardError.map { " ± \(NumberText.significant($0, digits: 3))" }
        let value = NumberText.significant(quantity.value)
        return [quantity.name, "\(value)\(error ?? "") (\(quantity.meaning))"]
    }

    private static func ending(_ termination: FitReport.Termination) -> String {
        let outcome = termination.converged ? "converged" : "NOT converged"
        return "\(outcome) (\(termination.reason)); \(termination.startsAgreeing) of "
            + "\(termination.starts) starts agree on this optimum, \(termination.iterations) "
            + "iterations in all"
    }

    private static func sentence(_ uncertainty: FitReport.Uncertainty) -> String {
        guard let resamples = uncertainty.resamples else { return uncertainty.method }
        let unit = uncertainty.resampled ?? "points"
        let length = uncertainty.blockLength.map { " of \($0) residuals" } ?? ""
        return "\(uncertainty.method), \(resamples) resamples of \(unit)\(length), "
            + "\(uncertainty.failed ?? 0) failed"
    }

    private static func sentence(_ metrics: Metrics) -> String {
        let r2 = metrics.r2.map { "r2 \(NumberText.significant($0))" } ?? "r2 -"
        return "\(r2), mae \(NumberText.significant(metrics.mae, digits: 4)), mean relative error "
            + "\(NumberText.percent(metrics.meanRelativeError)), worst "
            + NumberText.percent(metrics.worstRelativeError)
    }
}
