import API
import ArgumentParser
import Imports
import Laws
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
        let source = try RunFileSource.load(paths)
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
            ImportAnswer(
                place: place, imports: imports, summary: summary, notes: source.notes,
                warnings: source.warnings))
    }
}
