import API
import ArgumentParser
import Imports
import Laws
import Plots
import Records
import Store

/// `isoloss import`: logs and tables into a database or a server.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Put training logs and tables of runs into a database or a server.",
        discussion: """
            A log as its program wrote it, whatever the file is called; what was taken for what, \
            and what was left out, is said:

              isoloss import trainer_state.json --database isoloss.db
              isoloss import nanogpt.log --study mine --server http://127.0.0.1:8080

            A study folder, and a folder of logs; nothing is stored with --dry-run:

              isoloss import sample-runs --database isoloss.db
              isoloss import lightning_logs --dry-run --format json

            Importing the same runs again updates them. Logs that grow are followed until Ctrl-C, \
            with a line for each evaluation and, where the number of steps is known, the estimated \
            final loss:

              isoloss import --follow run7/train.log --study mine
              isoloss import --follow runs/ --server http://127.0.0.1:8080

            A changed file is read again whole: followed files are best below 100 MB.
            """)

    @Argument(
        help: ArgumentHelp("Logs, tables, study folders, folders of logs.", valueName: "path"))
    var paths: [String] = []

    @Flag(help: "List the formats, each with a line of it, and do nothing.")
    var formats = false

    @Option(help: "Put every run into this study.")
    var study: String?

    @Option(
        help: ArgumentHelp(
            "Take this series, by its own name, for the main loss.", valueName: "name"))
    var series: String?

    @OptionGroup var reading: ReadingOptions

    @Flag(help: "Answer the same, and store nothing.")
    var dryRun = false

    @Flag(help: "Go on as the logs grow, until Ctrl-C.")
    var follow = false

    @Option(help: ArgumentHelp("The database (default: isoloss.db).", valueName: "file"))
    var database: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if database != nil, server.server != nil { throw UsageError.databaseAndServer.validation }
        if follow, dryRun || output.format != .text {
            throw ValidationError(
                "--follow prints lines as it stores: leave out --dry-run and --format.")
        }
    }

    func run() throws {
        if formats { return try output.print(FormatListOutput()) }
        let client = try server.client()
        guard !paths.isEmpty else { throw UsageError.noPaths }
        guard !follow else { return try followLogs(client) }
        var source = try RunLoader.load(paths: paths, options: reading.options(series: series))
        if let study {
            for file in source.files.indices {
                for run in source.files[file].runs.indices {
                    source.files[file].runs[run].metadata.study = study
                }
            }
        }
        var report = ImportReport(
            files: source.files, notes: source.notes, warnings: source.warnings)
        let imports = source.files.flatMap(\.runs)
        let place = server.server ?? database ?? ServeCommand.standardDatabase
        if dryRun {
            report.created = imports.count
            report.accepted = imports.map(\.points.count).reduce(0, +)
            report.notes.append("dry run: nothing was stored")
        } else {
            let summary = try ProgressReporter.during("importing into \(place)") { reporter in
                if let client { return try client.importRuns(imports, reporter: reporter) }
                let store = try RunStore(path: place, as: .guest)
                let summary = try store.importRuns(imports.map { ($0.metadata, $0.points) })
                try store.close()
                return summary
            }
            report.created = summary.created
            report.updated = summary.updated
            report.accepted = summary.accepted
            report.replaced = summary.replaced
        }
        try output.print(ImportOutput(place: dryRun ? "dry run" : place, report: report))
    }

    private func followLogs(_ client: ServerClient?) throws {
        let signals = ShutdownSignals()
        let place = database ?? ServeCommand.standardDatabase
        let target: any FollowTarget =
            if let client { ServerTarget(client: client) } else { try StoreTarget(path: place) }
        var follower = LogFollower(
            paths: paths, options: try reading.options(series: series), study: study,
            target: target, print: { Output.print([$0]) }, note: Output.note)
        try follower.follow { signals.wait(seconds: $0) }
    }
}
