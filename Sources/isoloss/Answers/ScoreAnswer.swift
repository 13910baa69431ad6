import API
import Fitting
import JSONText

/// A score for people: metrics per run, their average, and the curve when there is just one.
struct ScoreAnswer: Answer {
    let report: ScoreReport
    /// The object as it came from a server; nil for a score made here.
    var body: [UInt8]?
    /// Which runs were taken, in words.
    var selection: String
    /// Predicted against measured, where one curve was scored.
    var plot: LinePlot?

    func json() throws -> [UInt8] {
        try body ?? JSONCoding.encode(report)
    }

    var warnings: [String] { report.warnings }

    var table: TextTableRows {
        func cells(_ metrics: Metrics) -> [JSONValue] {
            [
                metrics.r2.map(JSONValue.number) ?? .null, .number(metrics.mae),
                .number(metrics.rmse), .number(metrics.meanRelativeError),
                .number(metrics.worstRelativeError),
            ]
        }
        let rows = report.runs.map { entry -> [JSONValue] in
            [.string(entry.id), .integer(entry.points)] + cells(entry.metrics)
        }
        return TextTableRows(
            header: [
                "id", "points", "r2", "mae", "rmse", "mean_relative_error",
                "worst_relative_error",
            ], rows: rows)
    }

    func text(style: TerminalStyle) -> [String] {
        var lines = ["\(report.law) on \(selection)", ""]
        if let plot { lines += plot.lines(style: style) + [""] }
        return lines + Self.metricsTable(report).lines + warningLines(report.warnings)
    }

    /// A row per run, and the average below where there are several.
    static func metricsTable(_ report: ScoreReport) -> TextTable {
        func cells(_ metrics: Metrics) -> [String] {
            [
                NumberText.significant(metrics.r2, digits: 5),
                NumberText.significant(metrics.mae, digits: 4),
                NumberText.significant(metrics.rmse, digits: 4),
                NumberText.percent(metrics.meanRelativeError),
                NumberText.percent(metrics.worstRelativeError),
            ]
        }
        var rows = report.runs.map { [$0.id, String($0.points)] + cells($0.metrics) }
        if report.runs.count > 1 { rows.append(["average", ""] + cells(report.average)) }
        return TextTable(
            [
                .init("run", .left), .init("points"), .init("r2"), .init("mae"), .init("rmse"),
                .init("mean error"), .init("worst error"),
            ], rows: rows)
    }
}
