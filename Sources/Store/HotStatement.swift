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

    /// Binds a text, which SQLite copies.
    func bind(_ text: String?, at index: Int32) {
        guard let text else {
            sqlite3_bind_null(handle, index)
            return
        }
        // SQLITE_TRANSIENT, a cast that C macros cannot hand over.
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        sqlite3_bind_text(handle, index, text, -1, copies)
    }

    func bind(_ value: Int64?, at index: Int32) {
        guard let value else {
            sqlite3_bind_null(handle, index)
            return
        }
        sqlite3_bind_int64(handle, index, value)
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
        guard code == SQLITE_DONE else { throw failure(code) }
        return Int(sqlite3_changes(db.sqliteConnection))
    }

    /// Steps to the next row; false after the last.
    ///
    /// - Throws: What SQLite says.
    func advance() throws -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        sqlite3_reset(handle)
        guard code == SQLITE_DONE else { throw failure(code) }
        return false
    }

    /// Ends a reading before its last row.
    func reset() {
        sqlite3_reset(handle)
    }

    // Columns of the current row, counted from 0.

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : sqlite3_column_int64(handle, column)
    }

    func optionalDouble(_ column: Int32) -> Double? {
        isNull(column) ? nil : sqlite3_column_double(handle, column)
    }

    func text(_ column: Int32) -> String? {
        sqlite3_column_text(handle, column).map { String(cString: $0) }
    }

    private func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    private func failure(_ code: Int32) -> StoreError {
        StoreError.sqlite(
            code: Int(sqlite3_extended_errcode(db.sqliteConnection)),
            reason: String(cString: sqlite3_errmsg(db.sqliteConnection)))
    }
}
