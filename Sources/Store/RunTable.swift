import Foundation
import GRDB

/// SQL of the tables `run`, `run_feature` and `run_tag`, inside somebody else's transaction.
enum RunTable {
    static let columns = """
        key, id, study, name, role, loss, schedule, recipe, created_at, updated_at, last_step, \
        point_count
        """

    /// Writes a new run; false if there is one with the id.
    static func insert(_ run: RunRecord, at timestamp: Int64, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO run
                    (id, study, name, role, loss, schedule, recipe, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO NOTHING
                """)
        try statement.execute(arguments: [
            run.id, run.study, run.name, run.role, run.loss, run.schedule, run.recipe, timestamp,
            timestamp,
        ])
        guard db.changesCount == 1 else { return false }
        try insertDetails(of: run, key: db.lastInsertedRowID, in: db)
        return true
    }

    static func upsert(
        _ run: RunRecord, at timestamp: Int64, in db: Database
    ) throws -> UpsertOutcome {
        if try insert(run, at: timestamp, in: db) { return .created }
        let key = try key(of: run.id, in: db)
        let statement = try db.cachedStatement(
            sql: """
                UPDATE run SET study = ?, name = ?, role = ?, loss = ?, schedule = ?, recipe = ?,
                    updated_at = ?
                WHERE key = ?
                """)
        try statement.execute(arguments: [
            run.study, run.name, run.role, run.loss, run.schedule, run.recipe, timestamp, key,
        ])
        for table in ["run_feature", "run_tag"] {
            try db.cachedStatement(sql: "DELETE FROM \(table) WHERE run_key = ?")
                .execute(arguments: [key])
        }
        try insertDetails(of: run, key: key, in: db)
        return .updated
    }

    static func find(_ id: String, in db: Database) throws -> RunRecord {
        let statement = try db.cachedStatement(sql: "SELECT \(columns) FROM run WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]) else {
            throw StoreError.runNotFound(id: id)
        }
        return try record(row, in: db)
    }

    static func key(of id: String, in db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT key FROM run WHERE id = ?")
        guard let key = try Int64.fetchOne(statement, arguments: [id]) else {
            throw StoreError.runNotFound(id: id)
        }
        return key
    }

    /// The record of a row of `columns`.
    static func record(_ row: Row, in db: Database) throws -> RunRecord {
        let key: Int64 = row[0]
        var run = RunRecord(
            id: row[1], study: row[2], name: row[3], role: row[4], loss: row[5],
            features: try details("run_feature", of: key, in: db), schedule: row[6],
            tags: try details("run_tag", of: key, in: db), recipe: row[7])
        run.createdAt = Date(timestamp: row[8])
        run.updatedAt = Date(timestamp: row[9])
        run.lastStep = row[10]
        run.pointCount = row[11]
        return run
    }

    private static func details<Value: DatabaseValueConvertible>(
        _ table: String, of key: Int64, in db: Database
    ) throws -> [String: Value] {
        let statement = try db.cachedStatement(
            sql: "SELECT name, value FROM \(table) WHERE run_key = ?")
        let rows = try Row.fetchAll(statement, arguments: [key])
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
    }

    private static func insertDetails(of run: RunRecord, key: Int64, in db: Database) throws {
        let feature = try db.cachedStatement(
            sql: "INSERT INTO run_feature (run_key, name, value) VALUES (?, ?, ?)")
        for (name, value) in run.features {
            try feature.execute(arguments: [key, name, value])
        }
        let tag = try db.cachedStatement(
            sql: "INSERT INTO run_tag (run_key, name, value) VALUES (?, ?, ?)")
        for (name, value) in run.tags {
            try tag.execute(arguments: [key, name, value])
        }
    }
}
