import Foundation
package import GRDB
import Records

extension RunStore {
    /// Stores a new fit, ended or not.
    ///
    /// - Parameter fit: The fit.
    /// - Returns: The fit as stored.
    /// - Throws: `fitExists`, `invalidField`.
    @discardableResult
    package func insertFit(_ fit: FitRecord) throws(StoreError) -> FitRecord {
        try write { db in
            try TextRule.id.check(fit.id, field: "id")
            var fit = fit
            let time = Date(timestamp: timestamp)
            fit.createdAt = time
            fit.finishedAt = fit.status.isEnd ? time : nil
            try fit.insert(db, onConflict: .ignore)
            guard db.changesCount == 1 else { throw StoreError.fitExists(id: fit.id) }
            return fit
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
            fit.finishedAt = Date(timestamp: timestamp)
            try db.cachedStatement(
                sql: """
                    UPDATE fit SET status = ?, progress = ?, report = ?, failure = ?,
                        finished_at = ?
                    WHERE id = ?
                    """
            ).execute(arguments: [
                fit.status.rawValue, fit.progress, fit.report, fit.failure,
                fit.finishedAt?.timestamp, id,
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
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT * FROM fit WHERE key < ? ORDER BY key DESC LIMIT ?"),
                arguments: [before ?? .max, limit == .max ? limit : limit + 1])
            let kept = rows.prefix(limit)
            let last = rows.count > limit ? kept.last : nil
            return Page(
                records: try kept.map(FitRecord.init(row:)),
                nextCursor: try last.map {
                    PageCursor(list: .fits, key: try $0.decode(forColumn: "key")).text
                })
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

    /// True when a crash cut off any fit; a start needs not write where none was.
    func hasUnfinishedFits() throws(StoreError) -> Bool {
        try read { db in
            try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM fit WHERE status IN ('queued', 'running'))")
                ?? false
        }
    }

    /// Ends the fits that a crash cut off.
    func failUnfinishedFits() throws(StoreError) {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE fit SET status = 'failed', failure = ?, finished_at = ?
                    WHERE status IN ('queued', 'running')
                    """,
                arguments: [FitRecord.interruptedFailure, timestamp])
        }
    }

    private func find(_ id: String, in db: Database) throws -> FitRecord {
        let statement = try db.cachedStatement(sql: "SELECT * FROM fit WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]) else {
            throw StoreError.fitNotFound(id: id)
        }
        return try FitRecord(row: row)
    }
}

extension FitRecord: FetchableRecord, PersistableRecord {
    package static let databaseTableName = "fit"

    package init(row: Row) throws {
        self.init(
            id: try row.decode(forColumn: "id"), law: try row.decode(forColumn: "law"),
            request: try row.decode(forColumn: "request"))
        let text: String = try row.decode(forColumn: "status")
        guard let status = Status(rawValue: text) else {
            throw StoreError.sqlite(code: 0, reason: "fit \(id) has status \"\(text)\"")
        }
        self.status = status
        progress = try row.decode(forColumn: "progress")
        report = try row.decode(forColumn: "report")
        failure = try row.decode(forColumn: "failure")
        createdAt = try row.date("created_at")
        finishedAt = try row.optionalDate("finished_at")
    }

    package func encode(to container: inout PersistenceContainer) {
        container["id"] = id
        container["law"] = law
        container["status"] = status.rawValue
        container["progress"] = progress
        container["request"] = request
        container["report"] = report
        container["failure"] = failure
        container["created_at"] = createdAt?.timestamp
        container["finished_at"] = finishedAt?.timestamp
    }
}
