import API
import Fitting
import JSONText

/// A comparison for people: one row per law, the best first.
struct ComparisonAnswer: Answer {
    let report: ComparisonReport
    /// Which runs were taken, in words.
    let selection: String
    let warnings: [String]

    func json() throws -> [UInt8] {
        try JSONCoding.encode(report)
    }

    var table: TextTableRows {
        TextTableRows(
            header: [
                "law", "cross_validated_error", "mean_relative_error", "cost", "aic", "bic",
                "free_parameters", "points", "failure",
            ],
            rows: report.laws.map { entry in
                func number(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }
                return [
                    .string(entry.law), number(entry.crossValidatedError),
                    number(entry.metrics?.meanRelativeError), number(entry.cost),
                    number(entry.aic), number(entry.bic),
                    entry.freeParameters.map(JSONValue.integer) ?? .null,
                    entry.points.map(JSONValue.integer) ?? .null,
                    entry.failure.map(JSONValue.string) ?? .null,
                ]
            })
    }

    func text(style: TerminalStyle) -> [String] {
        let fitted = report.laws.filter { $0.failure == nil }
        var lines = ["\(selection)", "error on unseen data: \(report.method)", ""]
        lines += Self.ranking(fitted).lines
        for entry in fitted where !entry.folds.isEmpty {
            let folds = entry.folds.map { fold in
                let error = fold.meanRelativeError.map(NumberText.percent) ?? "-"
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

    private static func ranking(_ entries: [ComparisonReport.Entry]) -> TextTable {
        TextTable(
            [
                .init("law", .left), .init("unseen error"), .init("fitted error"), .init("AIC"),
                .init("BIC"), .init("parameters"), .init("points"),
            ],
            rows: entries.map { entry in
                [
                    entry.law, entry.crossValidatedError.map(NumberText.percent) ?? "-",
                    entry.metrics.map { NumberText.percent($0.meanRelativeError) } ?? "-",
                    NumberText.significant(entry.aic, digits: 5),
                    NumberText.significant(entry.bic, digits: 5),
                    entry.freeParameters.map(String.init) ?? "-",
                    entry.points.map(String.init) ?? "-",
                ]
            })
    }
}
