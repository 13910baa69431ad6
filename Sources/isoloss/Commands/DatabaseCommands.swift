import API
import ArgumentParser
import Foundation
import JSONText
import Plots
import Records
import Store

/// The database that a command works on, beside a server or without one.
struct DatabaseOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The database.", valueName: "file"))
    var database = ServeCommand.standardDatabase

    /// The store, which must be there: no command of these makes one.
    func store() throws -> RunStore {
        guard FileManager.default.fileExists(atPath: database) else {
            throw ValidationError("there is no database \(database); name one with --database")
        }
        return try RunStore(path: database, as: .guest)
    }
}

/// `isoloss check`: what of a database is whole.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read a whole database and say what is damaged, and where.",
        discussion: """
            Pages, trees, rules, references, every run's points and the write-ahead log. Nothing is
            written; exit code 1 when anything is damaged:

              isoloss check --database isoloss.db
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let path = database.database
        let store = try database.store()
        let report = try ProgressReporter.during("reading \(path)") { _ in try store.check() }
        try output.print(CheckOutput(path: path, report: report))
        if !report.faults.isEmpty { throw ExitCode(1) }
    }
}

/// The findings of a check.
struct CheckOutput: CommandOutput {
    let path: String
    let report: CheckReport

    func json() throws -> JSONValue {
        [
            "database": .string(path), "whole": .bool(report.faults.isEmpty),
            "runs": .integer(report.runs), "whole_runs": .integer(report.wholeRuns),
            "points": .integer(report.points), "fits": .integer(report.fits),
            "faults": .array(
                report.faults.map {
                    ["place": .string($0.place), "detail": .string($0.detail)]
                }),
        ]
    }

    var table: Table {
        Table(
            header: ["place", "detail"],
            rows: report.faults.map { [.text($0.place), .text($0.detail)] })
    }

    func text(style: TerminalStyle) -> [String] {
        let counts =
            "\(path): \(report.runs) runs with \(report.points) points, \(report.fits) fits"
        guard !report.faults.isEmpty else { return ["\(counts); all of it is whole"] }
        return report.faults.map { "\($0.place): \($0.detail)" } + [
            "",
            "\(counts); \(report.wholeRuns) of the runs are whole. isoloss backup keeps a copy of "
                + "the file, isoloss export writes the runs that can be read",
        ]
    }
}

/// `isoloss backup`: a copy of a database, whole as of one moment.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a database into a new file, while a server may go on writing.",
        discussion: """
              isoloss backup --database isoloss.db monday.db
            """)

    @OptionGroup var database: DatabaseOptions

    @Argument(help: ArgumentHelp("The copy; nothing may be there.", valueName: "file"))
    var copy: String

    func run() throws {
        let store = try database.store()
        try ProgressReporter.during("copying \(database.database)") { _ in
            try store.backUp(to: copy)
        }
        Output.print(["\(database.database) copied to \(copy)"])
    }
}

/// `isoloss vacuum`: the space of what was deleted, back to the disk.
struct VacuumCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vacuum",
        abstract: "Give the space of deleted runs back to the disk.",
        discussion: """
            Writes the database anew, which takes as much space again for the while:

              isoloss vacuum --database isoloss.db
            """)

    @OptionGroup var database: DatabaseOptions

    func run() throws {
        let path = database.database
        let before = Self.size(path)
        let store = try database.store()
        try ProgressReporter.during("vacuuming \(path)") { _ in try store.vacuum() }
        try store.close()
        Output.print(["\(path): \(before) bytes before, \(Self.size(path)) now"])
    }

    private static func size(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }
}

/// `isoloss export`: runs out of a database, as a study folder that `isoloss import` reads.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write runs and their curves as a study folder: runs.json beside CSV files.",
        discussion: """
            Runs that are damaged are named and left out, the others written:

              isoloss export --database isoloss.db --study mine mine
              isoloss import mine --database other.db
            """)

    @OptionGroup var database: DatabaseOptions

    @Option(help: "Only runs of this study.")
    var study: String?

    @Argument(help: ArgumentHelp("The folder; nothing may be there.", valueName: "folder"))
    var folder: String

    func run() throws {
        guard !FileManager.default.fileExists(atPath: folder) else {
            throw ValidationError("\(folder) exists already; name a new folder")
        }
        let store = try database.store()
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        var members: [JSONValue] = []
        for listed in try store.allRuns(study: study, skipsDamaged: true) {
            do {
                members.append(try write(store.wholeRun(listed.id)))
            } catch let error as StoreError {
                Output.warning("run \(listed.id) is left out: \(error.message)")
            }
        }
        var document: [JSONValue.Member] = []
        if let study { document.append(.init("study", .string(study))) }
        document.append(.init("runs", .array(members)))
        try write(JSONWriter.bytes(of: .object(document)), to: "runs.json")
        Output.print(["\(members.count) runs written to \(folder)"])
    }

    /// Writes a run's curve; returns its entry in `runs.json`.
    private func write(_ run: Run) throws -> JSONValue {
        guard case .object(var members) = run.json else { return run.json }
        members.removeAll { Run.FieldName.readOnly.contains($0.name) || $0.name == "recipe" }
        guard !run.points.isEmpty else { return .object(members) }
        // Ids hold no slash, so that each is a file's name.
        let file = "\(run.id).csv"
        let payload = PointsPayload(run: run.id, points: run.points, total: run.points.count)
        try write(payload.table.csv, to: file)
        members.insert(.init("file", .string(file)), at: 1)
        return .object(members)
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: folder).appending(path: name))
    }
}
