import API
import JSONText
import Store

/// What an import did.
struct ImportAnswer: Answer {
    private struct Payload: Encodable {
        struct Run: Encodable {
            let id: String
            let study: String?
            let points: Int
        }

        let runs: [Run]
        let created: Int
        let updated: Int
        let accepted: Int
        let replaced: Int
        let notes: [String]
        let warnings: [String]
    }

    /// The file or server that the runs went to.
    let place: String
    let imports: [RunImport]
    let summary: ImportSummary
    /// What was taken for what.
    let notes: [String]
    let warnings: [String]

    func json() throws -> [UInt8] {
        try JSONCoding.encode(
            Payload(
                runs: imports.map {
                    Payload.Run(id: $0.run.id, study: $0.run.study, points: $0.points.count)
                }, created: summary.created, updated: summary.updated,
                accepted: summary.accepted, replaced: summary.replaced, notes: notes,
                warnings: warnings))
    }

    var table: TextTableRows {
        TextTableRows(
            header: ["id", "study", "points"],
            rows: imports.map { item in
                [
                    .string(item.run.id), item.run.study.map(JSONValue.string) ?? .null,
                    .integer(item.points.count),
                ]
            })
    }

    func text(style: TerminalStyle) -> [String] {
        let runs = TextTable(
            [.init("run", .left), .init("study", .left), .init("points"), .init("loss")],
            rows: imports.map { item in
                [
                    item.run.id, item.run.study ?? "-", String(item.points.count),
                    NumberText.significant(item.run.loss),
                ]
            })
        let sum =
            "\(place): \(summary.created) runs created, \(summary.updated) updated; "
            + "\(summary.accepted) points stored, \(summary.replaced) of them replacing others"
        return runs.lines + notes.map { "note: \($0)" } + ["", sum]
            + warningLines(warnings)
    }
}
