package import JSONText
import Records
import Schedules

/// The result of an import as the contract's JSON.
package struct ImportReport: Sendable {
    package var files: [ImportedFile]
    package var notes: [String]
    package var warnings: [String]
    package var created = 0
    package var updated = 0
    package var accepted = 0
    package var replaced = 0

    package init(files: [ImportedFile], notes: [String], warnings: [String]) {
        self.files = files
        self.notes = notes
        self.warnings = warnings
    }

    package var json: JSONValue {
        .object([
            .init("created", .integer(created)), .init("updated", .integer(updated)),
            .init("accepted", .integer(accepted)), .init("replaced", .integer(replaced)),
            .init("files", .array(files.map(Self.json))),
            .init(
                "runs",
                .array(
                    files.flatMap(\.runs).map { run in
                        .object([
                            .init("id", .string(run.metadata.id)),
                            .init("study", run.metadata.study.map(JSONValue.string) ?? .null),
                            .init("points", .integer(run.points.count)),
                        ])
                    })),
            .init("notes", .array(notes.map(JSONValue.string))),
            .init("warnings", .array(warnings.map(JSONValue.string))),
        ])
    }

    private static func json(_ file: ImportedFile) -> JSONValue {
        .object([
            .init("path", .string(file.path)), .init("format", .string(file.format)),
            .init("runs", .array(file.runs.map(json))),
            .init(
                "skipped",
                .array(
                    file.skipped.map { part in
                        .object([
                            .init("count", .integer(part.count)),
                            .init("reason", .string(part.reason)),
                            .init("first_line", part.firstLine.map(JSONValue.integer) ?? .null),
                        ])
                    })),
        ])
    }

    private static func json(_ imported: ImportedRun) -> JSONValue {
        let run = imported.metadata
        let features = run.features.sorted { $0.key.rawValue < $1.key.rawValue }
        return .object([
            .init("id", .string(run.id)),
            .init("name", run.name.map(JSONValue.string) ?? .null),
            .init("study", run.study.map(JSONValue.string) ?? .null),
            .init("series", .array(imported.series.map(json))),
            .init("learning_rates", .integer(imported.learningRates)),
            .init("total_steps", imported.totalSteps.map(JSONValue.integer) ?? .null),
            .init("schedule", run.schedule?.segmentText.map(JSONValue.string) ?? .null),
            .init("loss", run.loss.map(JSONValue.number) ?? .null),
            .init(
                "features",
                .object(features.map { .init($0.key.rawValue, .number($0.value)) })),
        ])
    }

    private static func json(_ series: ImportedRun.Series) -> JSONValue {
        func end(_ point: (step: Int, loss: Double)?) -> JSONValue {
            guard let point else { return .null }
            return .object([
                .init("step", .integer(point.step)), .init("loss", .number(point.loss)),
            ])
        }
        return .object([
            .init("name", .string(series.name)),
            .init("unit", series.unit.map(JSONValue.string) ?? .null),
            .init("points", .integer(series.points)), .init("first", end(series.first)),
            .init("last", end(series.last)), .init("not_finite", .integer(series.notFinite)),
        ])
    }
}
