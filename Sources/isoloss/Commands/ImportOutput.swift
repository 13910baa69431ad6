import Contract
import Imports
import JSONText
import Laws
import Plots
import Records

/// The result of an import.
struct ImportOutput: CommandOutput {
    /// The file or server that the runs went to.
    let place: String
    let report: ImportReport

    var warnings: [String] { report.warnings }

    private var runs: [(file: ImportedFile, run: ImportedRun)] {
        report.files.flatMap { file in file.runs.map { (file, $0) } }
    }

    func json() throws -> JSONValue { report.json }

    var table: Table {
        Table(
            header: ["id", "study", "points"],
            rows: runs.map { _, item in
                [
                    .text(item.metadata.id), .text(item.metadata.study),
                    .count(item.points.count),
                ]
            })
    }

    func text(style: TerminalStyle) -> [String] {
        let table = Table(
            [
                .init("run", .left), .init("study", .left), .init("points"), .init("loss"),
                .init("format", .left), .init("series", .left),
            ],
            texts: runs.map { file, item in
                let loss = item.metadata.loss ?? item.series.first { $0.name == "loss" }?.last?.loss
                let series = item.series.map { series in
                    let unit = series.unit.map { " in \($0)" } ?? ""
                    let bad = series.notFinite > 0 ? ", \(series.notFinite) not finite" : ""
                    return "\(series.name) \(series.points)\(unit)\(bad)"
                }
                return [
                    item.metadata.id, item.metadata.study ?? "-", String(item.points.count),
                    NumberFormat.significant(loss), file.format, series.joined(separator: "; "),
                ]
            })
        let sum =
            "\(place): \(report.created) runs created, \(report.updated) updated; "
            + "\(report.accepted) points stored, \(report.replaced) of them replacing others"
        return table.lines + report.notes.map { "note: \($0)" } + ["", sum]
            + warningLines(warnings)
    }
}

/// The formats that logs may have.
struct FormatListOutput: CommandOutput {
    func json() throws -> JSONValue {
        [
            "formats": .array(
                LogFormatCatalog.standard.map { format in
                    [
                        "name": .string(format.name), "title": .string(format.title),
                        "sample": .string(format.sample),
                    ]
                })
        ]
    }

    var table: Table {
        Table(
            header: ["name", "title", "sample"],
            rows: LogFormatCatalog.standard.map {
                [.text($0.name), .text($0.title), .text($0.sample)]
            })
    }

    func text(style: TerminalStyle) -> [String] {
        LogFormatCatalog.standard.flatMap { format in
            ["\(format.name): \(format.title)"]
                + format.sample.split(separator: "\n").map { "    \($0)" }
        }
    }
}
