import GRDB
import GRDBSQLite

/// A prepared statement for a loop over many rows, bound and stepped through SQLite's C interface.
///
/// GRDB boxes every argument, clears all bindings and consults its observers at each execution:
/// measured on points, that is two thirds of the time of a row. GRDB still prepares and owns the
/// statement (it documents `sqliteStatement` for this use), and the transaction around it.
struct HotStatement {
    /// Keeps the C statement alive.
    private let statement: Statement
    private let handle: SQLiteStatement
    private let db: Database

    init(_ sql: String, in db: Database) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        self.db = db
        sqlite3_reset(handle)
    }

    /// Binds a parameter, counted from 1; it stays bound for later rows.
    func bind(_ value: Int64, at index: Int32) {
        sqlite3_bind_int64(handle, index, value)
    }

    func bind(_ value: Double?, at index: Int32) {
        guard let value else {
            sqlite3_bind_null(handle, index)
            return
        }
        sqlite3_bind_double(handle, index, value)
    }

    /// Executes a statement that returns no rows.
    ///
    /// - Returns: How many rows it inserted, updated or deleted.
    /// - Throws: What SQLite says.
    @discardableResult
    func execute() throws -> Int {
        let code = sqlite3_step(handle)
        // A failed statement reports its code again here; the reset itself cannot fail.
        sqlite3_reset(handle)
        guard code == SQLITE_DONE else {
            throw StoreError.sqlite(
                code: Int(code), reason: String(cString: sqlite3_errmsg(db.sqliteConnection)))
        }
        return Int(sqlite3_changes(db.sqliteConnection))
    }
}
