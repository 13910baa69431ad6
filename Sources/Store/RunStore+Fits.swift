import Foundation
import GRDB

extension RunStore {
    private static let fitColumns =
        "key, id, law, status, progress, request, report, failure, created_at, finished_at"

    /// Stores a new fit, ended or not.
    ///
    /// - Parameter fit: The fit.
    /// - Returns: The fit as stored.
    /// - Throws: `fitExists`, `invalidField`.
    @discardableResult
    package func insertFit(_ fit: FitRecord) throws(StoreError) -> FitRecord {
        try write { db in
            try fit.validate()
            let ended = fit.status != .queued && fit.status != .running
            let time = timestamp
            try db.cachedStatement(
                sql: """
                    INSERT INTO fit (id, law, status, progress, request, report, failure,
                        created_at, finished_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                    """
            ).execute(arguments: [
                fit.id, fit.law, fit.status.rawValue, fit.progress, fit.request, fit.report,
                fit.failure, time, ended ? time : nil,
            ])
            guard db.changesCount == 1 else { throw StoreError.fitExists(id: fit.id) }
            return try find(fit.id, in: db)
        }
    }

    /// Ends a fit.
    ///
    /// The first end stands, so that a cancelled fit is not done a moment later.
    ///
    /// - Parameters:
    ///   - id: The fit.
    ///   - outcome: How it ended.
    /// - Returns: False if it had ended before.
    /// - Throws: `fitNotFound`.
    @discardableResult
    package func finishFit(
        _ id: String, _ outcome: FitRecord.Outcome
    ) throws(StoreError) -> Bool {
        try write { db in
            var fit = try find(id, in: db)
            guard fit.finishedAt == nil else { return false }
            fit.end(with: outcome)
            try db.cachedStatement(
                sql: """
                    UPDATE fit SET status = ?, progress = ?, report = ?, failure = ?,
                        finished_at = ?
                    WHERE id = ?
                    """
            ).execute(arguments: [
                fit.status.rawValue, fit.progress, fit.report, fit.failure, timestamp, id,
            ])
            return true
        }
    }

    /// The fit with this id.
    ///
    /// - Parameter id: Its id.
    /// - Returns: The fit.
    /// - Throws: `fitNotFound`.
    package func fit(_ id: String) throws(StoreError) -> FitRecord {
        try read { db in try find(id, in: db) }
    }

    /// Fits, newest first.
    ///
    /// - Parameters:
    ///   - limit: Most fits in the page, at least 1.
    ///   - cursor: `nextCursor` of the page before; nil for the first.
    /// - Returns: The page.
    /// - Throws: `invalidCursor`, `invalidLimit`.
    package func fits(
        limit: Int = 100, cursor: String? = nil
    ) throws(StoreError) -> Page<FitRecord> {
        let before = try cursor.map { text throws(StoreError) in
            try PageCursor(text, of: .fits).key
        }
        guard limit >= 1 else { throw .invalidLimit(limit) }
        return try read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT \(Self.fitColumns) FROM fit WHERE key < ? ORDER BY key DESC LIMIT ?
                    """)
            let rows = try Row.fetchAll(
                statement,
                arguments: [before ?? .max, limit == .max ? limit : limit + 1])
            let kept = rows.prefix(limit)
            let last = rows.count > limit ? kept.last : nil
            return Page(
                records: try kept.map(record),
                nextCursor: last.map { PageCursor(list: .fits, key: $0[0]).text })
        }
    }

    /// Deletes a fit.
    ///
    /// - Parameter id: Its id.
    /// - Throws: `fitNotFound`.
    package func deleteFit(_ id: String) throws(StoreError) {
        try write { db in
            try db.cachedStatement(sql: "DELETE FROM fit WHERE id = ?").execute(arguments: [id])
            guard db.changesCount == 1 else { throw StoreError.fitNotFound(id: id) }
        }
    }

    /// Ends the fits that a crash cut off.
    func failUnfinishedFits() throws {
        try writer.write { db in
            try db.execute(
                sql: """
                    UPDATE fit SET status = 'failed', failure = ?, finished_at = ?
                    WHERE status IN ('queued', 'running')
                    """,
                arguments: [FitRecord.interruptedFailure, timestamp])
        }
    }

    private func find(_ id: String, in db: Database) throws -> FitRecord {
        let statement = try db.cachedStatement(
            sql: "SELECT \(Self.fitColumns) FROM fit WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]) else {
            throw StoreError.fitNotFound(id: id)
        }
        return try record(row)
    }

    /// The record of a row of `fitColumns`.
    private func record(_ row: Row) throws -> FitRecord {
        let status: String = row[3]
        var fit = FitRecord(id: row[1], law: row[2], request: row[5])
        guard let known = FitRecord.Status(rawValue: status) else {
            throw StoreError.sqlite(code: 0, reason: "fit \(fit.id) has status \"\(status)\"")
        }
        fit.status = known
        fit.progress = row[4]
        fit.report = row[6]
        fit.failure = row[7]
        fit.createdAt = Date(timestamp: row[8])
        fit.finishedAt = (row[9] as Int64?).map(Date.init(timestamp:))
        return fit
    }
}
