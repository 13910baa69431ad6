import Foundation
import GRDB
import JSONText

/// SQLite files in which trackers keep runs: trackio's, and MLflow's `mlflow.db`.
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
            let database = try DatabaseQueue(path: path, configuration: configuration)
            try database.read { database in
                let columns = try Set(
                    Row.fetchAll(database, sql: "SELECT name FROM pragma_table_info('metrics')")
                        .map { row -> String in row[0] })
                if columns.isSuperset(of: ["run_name", "step", "metrics"]) {
                    try Self.trackio(database, columns, source.name, &collected)
                } else if columns.isSuperset(of: ["key", "value", "run_uuid", "step"]) {
                    try Self.mlflow(database, &collected)
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
        if FileManager.default.fileExists(atPath: source.name) { return (source.name, false) }
        let copy = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).db")
        try Data(source.readAll(limit: 1 << 30)).write(to: copy)
        return (copy.path, true)
    }

    /// Rows of JSON by run and step.
    private static func trackio(
        _ database: Database, _ columns: Set<String>, _ file: String, _ log: inout LogCollector
    ) throws {
        var reader = RecordReader(file: file, options: log.options)
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT run_name, step, metrics, \(columns.contains("timestamp") ? "timestamp" : "NULL")
                FROM metrics ORDER BY id
                """)
        var line = 0
        while let row = try rows.next() {
            line += 1
            let text: String = row[2]
            guard case .object(let members) = try? JSONParser.parse(Array(text.utf8)) else {
                log.skip("rows that are no JSON", at: line)
                continue
            }
            let step: Int = row[1]
            let time: String? = row[3]
            let place: [JSONValue.Member] =
                [.init("step", .integer(step))]
                + (time.map { [.init("timestamp", .string($0))] } ?? [])
            reader.take(members + place, run: row[0], line: line, into: &log)
        }
        reader.finish(&log)
        guard try database.tableExists("configs") else { return }
        for row in try Row.fetchAll(database, sql: "SELECT run_name, config FROM configs") {
            let text: String = row[1]
            guard case .object(let members) = try? JSONParser.parse(Array(text.utf8)) else {
                continue
            }
            let run = log.run(row[0])
            for member in members {
                guard let text = member.value.text else { continue }
                log.update(run) { $0.note(member.name, text) }
            }
        }
    }

    /// A row per value; NaN stands in a column of its own.
    private static func mlflow(_ database: Database, _ log: inout LogCollector) throws {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT run_uuid, key, step, CASE WHEN is_nan THEN NULL ELSE value END, timestamp
                FROM metrics ORDER BY run_uuid, timestamp, step
                """)
        while let row = try rows.next() {
            let run = log.run(row[0])
            let counted = log.countRow(of: run)
            let value: Double? = row[3]
            let step: Int = log.options.countsRows ? counted : row[2]
            log.add(value ?? .nan, row[1], step: step, run: run)
            if let time: Double = row[4] { log.add(time, "timestamp", step: step, run: run) }
        }
        for row in try Row.fetchAll(database, sql: "SELECT run_uuid, key, value FROM params") {
            let key: String = row[1]
            let value: String = row[2]
            log.update(log.run(row[0])) { $0.note(key, value) }
        }
        for row in try Row.fetchAll(database, sql: "SELECT run_uuid, name FROM runs") {
            let name: String? = row[1]
            log.update(log.run(row[0])) { $0.name = name }
        }
    }
}
