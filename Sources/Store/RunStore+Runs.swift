import Foundation
import GRDB

extension RunStore {
    /// Stores a new run.
    ///
    /// - Parameter run: Its metadata.
    /// - Returns: The run as stored.
    /// - Throws: `runExists`, `invalidField`.
    @discardableResult
    package func insertRun(_ run: RunRecord) throws(StoreError) -> RunRecord {
        try write { db in
            try run.validate()
            guard try RunTable.insert(run, at: timestamp, in: db) else {
                throw StoreError.runExists(id: run.id, index: nil)
            }
            return try RunTable.find(run.id, in: db)
        }
    }

    /// Stores new runs with their points, all or none.
    ///
    /// - Parameter imports: The runs; an id twice in the batch counts as existing.
    /// - Throws: `runExists`, `invalidField`, with the place of the first offender.
    package func insertRuns(_ imports: [RunImport]) throws(StoreError) {
        try validate(imports)
        try write { db in
            for (index, item) in imports.enumerated() {
                guard try RunTable.insert(item.run, at: timestamp, in: db) else {
                    throw StoreError.runExists(id: item.run.id, index: index)
                }
                guard !item.points.isEmpty else { continue }
                let key = try RunTable.key(of: item.run.id, in: db)
                _ = try PointWriter(run: key, in: db).append(item.points, at: timestamp)
            }
        }
    }

    /// Stores a run, replacing all metadata of an existing one; its points stay.
    ///
    /// - Parameter run: Its metadata.
    /// - Returns: Whether it is new.
    /// - Throws: `invalidField`.
    @discardableResult
    package func upsertRun(_ run: RunRecord) throws(StoreError) -> UpsertOutcome {
        try write { db in
            try run.validate()
            return try RunTable.upsert(run, at: timestamp, in: db)
        }
    }

    /// The run with this id.
    ///
    /// - Parameter id: Its id.
    /// - Returns: The run.
    /// - Throws: `runNotFound`.
    package func run(_ id: String) throws(StoreError) -> RunRecord {
        try read { db in try RunTable.find(id, in: db) }
    }

    /// Runs in the order in which they were first stored.
    ///
    /// - Parameters:
    ///   - study: Only runs of this study; nil for all.
    ///   - limit: Most runs in the page, at least 1.
    ///   - cursor: `nextCursor` of the page before; nil for the first.
    /// - Returns: The page.
    /// - Throws: `invalidCursor`, `invalidLimit`.
    package func runs(
        study: String? = nil, limit: Int = 100, cursor: String? = nil
    ) throws(StoreError) -> Page<RunRecord> {
        let after = try cursor.map { text throws(StoreError) in
            try PageCursor(text, of: .runs).key
        }
        guard limit >= 1 else { throw .invalidLimit(limit) }
        return try read { db in
            // Two statements, because "study IS ? OR ? IS NULL" would not use the index.
            let filter = study == nil ? "" : "study = :study AND "
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT \(RunTable.columns) FROM run
                        WHERE \(filter)key > :after ORDER BY key LIMIT :limit
                        """),
                arguments: StatementArguments(
                    [
                        "after": after ?? 0, "limit": limit == .max ? limit : limit + 1,
                    ] as [String: any DatabaseValueConvertible])
                    + (study.map { ["study": $0] } ?? StatementArguments()))
            let kept = rows.prefix(limit)
            let last = rows.count > limit ? kept.last : nil
            return Page(
                records: try kept.map { try RunTable.record($0, in: db) },
                nextCursor: last.map { PageCursor(list: .runs, key: $0[0]).text })
        }
    }

    /// Deletes a run and its points.
    ///
    /// - Parameter id: Its id.
    /// - Throws: `runNotFound`.
    package func deleteRun(_ id: String) throws(StoreError) {
        try write { db in
            try db.cachedStatement(sql: "DELETE FROM run WHERE id = ?").execute(arguments: [id])
            guard db.changesCount == 1 else { throw StoreError.runNotFound(id: id) }
        }
    }
}
