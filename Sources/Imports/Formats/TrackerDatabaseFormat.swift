import Foundation
import GRDB
import JSONText

/// SQLite files in which trackers keep runs: trackio's, and MLflow's `mlflow.db`.
///
/// A file may come from anybody. A view or a computed column may ask for endless work, and a row may
/// have any type: only stored columns of plain tables are read, each value is asked for its type, and
/// rows are counted, since pages that point at one another have rows without end.
struct TrackerDatabaseFormat: LogFormat {
    let name = "sqlite"
    let title = "SQLite files of trackio and of MLflow"
    let sample = "~/.cache/huggingface/trackio/project.db, mlflow.db (binary)"
    let isBinary = true

    func recognises(_ head: LogHead) -> Confidence {
        head.hasPrefix("SQLite format 3") ? .certain : .none
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        var collected = log
        do {
            let (path, isOwn) = try Self.file(of: source)
            defer { if isOwn { try? FileManager.default.removeItem(atPath: path) } }
            var configuration = Configuration()
            configuration.readonly = true
            configuration.prepareDatabase { database in
                try database.execute(
                    sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
            }
            let database = try DatabaseQueue(path: path, configuration: configuration)
            try database.read { database in
                let columns = try Self.columns(of: "metrics", in: database)
                if columns.isSuperset(of: ["run_name", "step", "metrics", "id"]) {
                    try Self.trackio(database, source, &collected)
                } else if columns.isSuperset(of: Self.mlflowColumns) {
                    try Self.mlflow(database, source, &collected)
                } else {
                    throw RunFileError(
                        file: source.name,
                        kind: .notALog(
                            "is an SQLite database without the tables of trackio or MLflow; one of "
                                + "isoloss itself is given as --database"))
                }
            }
        } catch let error as RunFileError {
            throw error
        } catch {
            throw RunFileError(
                file: source.name, kind: .unreadable(reason: "the database is damaged: \(error)"))
        }
        log = collected
    }

    /// The file, or a copy of content that is in none.
    private static func file(of source: ByteSource) throws -> (path: String, isOwn: Bool) {
        if let path = source.path { return (path, false) }
        let copy = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).db")
        try Data(source.readAll(limit: 1 << 30)).write(to: copy)
        return (copy.path, true)
    }

    private static let mlflowColumns: Set = [
        "key", "value", "run_uuid", "step", "is_nan", "timestamp",
    ]

    /// The stored columns of a plain table; none of a view, a virtual table, or a table not there.
    private static func columns(of table: String, in database: Database) throws -> Set<String> {
        let isPlain = try Bool.fetchOne(
            database,
            sql: """
                SELECT EXISTS (SELECT 1 FROM sqlite_schema
                    WHERE type = 'table' AND rootpage > 0 AND lower(name) = ?)
                """, arguments: [table])
        guard isPlain == true else { return [] }
        return try Set(
            String.fetchAll(
                database, sql: "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0",
                arguments: [table]))
    }

    /// Rows of JSON by run and step.
    private static func trackio(
        _ database: Database, _ source: ByteSource, _ log: inout LogCollector
    ) throws {
        var reader = RecordReader(file: source.name, options: log.options)
        let hasTimes = try columns(of: "metrics", in: database).contains("timestamp")
        let time = hasTimes ? "timestamp" : "NULL AS timestamp"
        let rows = "SELECT id, run_name, step, metrics, \(time) FROM metrics"
        try each(
            "SELECT run_name, step, metrics, timestamp FROM (\(rows) LIMIT :limit) ORDER BY id",
            in: database, of: source
        ) { row, line in
            guard let members = object(row[2], of: source) else {
                return log.skip("rows that are no JSON", at: line)
            }
            guard let run = String.fromDatabaseValue(row[0]),
                let step = Int.fromDatabaseValue(row[1])
            else {
                return log.skip("rows without run and step", at: line)
            }
            var place: [JSONValue.Member] = [.init("step", .integer(step))]
            if let time = String.fromDatabaseValue(row[3]) {
                place.append(.init("timestamp", .string(time)))
            }
            reader.take(members + place, run: run, line: line, into: &log)
        }
        reader.finish(&log)
        guard try columns(of: "configs", in: database).isSuperset(of: ["run_name", "config"])
        else { return }
        try each(
            "SELECT run_name, config FROM configs LIMIT :limit", in: database, of: source
        ) { row, _ in
            guard let name = String.fromDatabaseValue(row[0]),
                let members = object(row[1], of: source)
            else { return }
            let run = log.run(name)
            for member in members {
                guard let text = member.value.text else { continue }
                log.update(run) { $0.note(member.name, text) }
            }
        }
    }

    /// A row per value; NaN stands in a column of its own.
    private static func mlflow(
        _ database: Database, _ source: ByteSource, _ log: inout LogCollector
    ) throws {
        let rows = "SELECT run_uuid, key, step, timestamp, is_nan, value FROM metrics"
        try each(
            """
            SELECT run_uuid, key, step, CASE WHEN is_nan THEN NULL ELSE value END, timestamp
            FROM (\(rows) LIMIT :limit) ORDER BY run_uuid, timestamp, step
            """, in: database, of: source
        ) { row, line in
            guard let name = String.fromDatabaseValue(row[0]),
                let key = String.fromDatabaseValue(row[1]), let step = Int.fromDatabaseValue(row[2])
            else { return log.skip("rows without run, key and step", at: line) }
            let run = log.run(name)
            let counted = log.countRow(of: run)
            let value = Double.fromDatabaseValue(row[3]) ?? .nan
            let place = log.options.countsRows ? counted : step
            log.add(value, key, step: place, run: run)
            if let time = Double.fromDatabaseValue(row[4]) {
                log.add(time, "timestamp", step: place, run: run)
            }
        }
        if try !columns(of: "params", in: database).isEmpty {
            try each(
                "SELECT run_uuid, key, value FROM params LIMIT :limit", in: database, of: source
            ) { row, _ in
                guard let run = String.fromDatabaseValue(row[0]),
                    let key = String.fromDatabaseValue(row[1]),
                    let value = String.fromDatabaseValue(row[2])
                else { return }
                log.update(log.run(run)) { $0.note(key, value) }
            }
        }
        guard try !columns(of: "runs", in: database).isEmpty else { return }
        try each("SELECT run_uuid, name FROM runs LIMIT :limit", in: database, of: source) {
            row, _ in
            guard let run = String.fromDatabaseValue(row[0]) else { return }
            log.update(log.run(run)) { $0.name = String.fromDatabaseValue(row[1]) }
        }
    }

    /// Hands over a query's rows with their numbers, from 1.
    ///
    /// - Throws: What SQLite says; `RunFileError` for more rows than the source may have.
    private static func each(
        _ query: String, in database: Database, of source: ByteSource,
        _ take: (Row, _ line: Int) throws -> Void
    ) throws {
        let limit = min(source.maximumValues, mostRows)
        let rows = try Row.fetchCursor(database, sql: query, arguments: ["limit": limit + 1])
        var line = 0
        while let row = try rows.next() {
            line += 1
            guard line <= limit else {
                throw RunFileError(
                    file: source.name, kind: .notALog("has more than \(limit) rows in a table"))
            }
            try take(row, line)
        }
    }

    /// The rows of any log that is one, where nobody sets a limit.
    private static let mostRows = 100_000_000

    /// The members of a JSON object in a column; nil for anything else.
    private static func object(
        _ value: DatabaseValue, of source: ByteSource
    ) -> [JSONValue.Member]? {
        guard let text = String.fromDatabaseValue(value),
            case .object(let members) = try? JSONParser.parse(
                Array(text.utf8), maximumValues: source.maximumValues)
        else { return nil }
        return members
    }
}
