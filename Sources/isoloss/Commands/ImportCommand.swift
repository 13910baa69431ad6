import API
import ArgumentParser
import Imports
import JSONText
import Laws
import Plots
import Store

/// `isoloss import`: run files into a database or a server.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Put runs from files into a database or a server.",
        discussion: """
            A study folder into a file, and a curve into a server:

              isoloss import sample-runs --database isoloss.db
              isoloss import curve.csv --study mine --server http://127.0.0.1:8080

            Importing the same runs again updates them.
            """)

    @Argument(help: ArgumentHelp("Study folders, curves or tables.", valueName: "path"))
    var paths: [String] = []

    @Option(help: "Put every run into this study.")
    var study: String?

    @Option(help: ArgumentHelp("The database (default: isoloss.db).", valueName: "file"))
    var database: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if database != nil, server.server != nil { throw UsageError.databaseAndServer.validation }
    }

    func run() throws {
        let client = try server.client()
        guard !paths.isEmpty else { throw UsageError.noPaths }
        let source = try RunLoader.load(paths: paths)
        var imports = try source.runs.map { try RunImport($0) }
        if let study {
            for index in imports.indices { imports[index].run.study = study }
        }
        let place = server.server ?? database ?? ServeCommand.standardDatabase
        let summary = try ProgressReporter.during("importing into \(place)") { reporter in
            if let client { return try client.importRuns(imports, reporter: reporter) }
            let store = try RunStore(path: place, unfinishedFits: .leave)
            let summary = try store.importRuns(imports)
            try store.close()
            return summary
        }
        try output.print(
            ImportOutput(
                place: place, imports: imports, summary: summary, notes: source.notes,
                warnings: source.warnings))
    }
}

/// What an import did.
struct ImportOutput: CommandOutput {
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

    func json() throws -> JSONValue {
        try JSONEncoding(
            Payload(
                runs: imports.map {
                    Payload.Run(id: $0.run.id, study: $0.run.study, points: $0.points.count)
                }, created: summary.created, updated: summary.updated,
                accepted: summary.accepted, replaced: summary.replaced, notes: notes,
                warnings: warnings)
        ).value
    }

    var table: Table {
        Table(
            header: ["id", "study", "points"],
            rows: imports.map { item in
                [
                    .text(item.run.id), .text(item.run.study),
                    .count(item.points.count),
                ]
            })
    }

    func text(style: TerminalStyle) -> [String] {
        let runs = Table(
            [.init("run", .left), .init("study", .left), .init("points"), .init("loss")],
            texts: imports.map { item in
                [
                    item.run.id, item.run.study ?? "-", String(item.points.count),
                    NumberFormat.significant(item.run.loss),
                ]
            })
        let sum =
            "\(place): \(summary.created) runs created, \(summary.updated) updated; "
            + "\(summary.accepted) points stored, \(summary.replaced) of them replacing others"
        return runs.lines + notes.map { "note: \($0)" } + ["", sum]
            + warningLines(warnings)
    }
}
