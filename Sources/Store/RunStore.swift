package import Foundation
import GRDB
import Records

/// Runs, their points and fits in one SQLite file that migrates itself when opened.
///
///     let store = try RunStore(path: "isoloss.db")
///     try store.insertRun(Run(id: "a", points: [Point(step: 0, loss: 10.8)]))
///     try store.close()
///
/// The only room that knows SQL. Every call blocks until SQLite is done, so call it from a thread
/// that may wait. A file is in write-ahead mode: readers see the last committed state and never
/// wait for the writer. What a call has returned from is on the disk (see `Durability`).
/// Times are stored as whole milliseconds since 1970-01-01 UTC.
package struct RunStore: Sendable {
    /// Who opens a file.
    package enum Owner: Sendable {
        /// The one server of a file: it holds the file's lock, refuses a second one, and fails the
        /// fits that a crash cut off.
        case server
        /// A command beside a server that may run: an import, a backup.
        case guest
    }

    /// The faults that an acknowledged write survives.
    package enum Durability: String, CaseIterable, Sendable {
        /// A power cut: every transaction is synced to the disk, those of writers that wait at the
        /// same time in one go.
        case full
        /// The end of the process, by whatever signal; a power cut may take back the last
        /// transactions, never half of one.
        case normal
    }

    /// Doubts about the file, found when it was opened, a sentence each.
    package let warnings: [String]

    let writer: any DatabaseWriter
    let now: @Sendable () -> Date
    private let queue: WriteQueue
    private let file: OpenFile?
    private let state: StoreRevision?

    /// Opens the file, making or migrating it where needed.
    ///
    /// - Parameters:
    ///   - path: The database file; its folder must exist.
    ///   - owner: Whether this is the file's server.
    ///   - durability: What an acknowledged write survives.
    ///   - now: The clock for time stamps.
    /// - Throws: A file that is not ours, is from a newer version or has a server already is refused
    ///   and left untouched.
    package init(
        path: String, as owner: Owner = .server, durability: Durability = .full,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws(StoreError) {
        try DatabaseFile.claim(path)
        let lock: ServerLock? =
            switch owner {
            case .server: try ServerLock(of: path)
            case .guest: nil
            }
        let warnings = WriteAheadLog.damage(beside: path).map { [$0] } ?? []
        do {
            let busy = BusyWait()
            // Before the pool, because that writes to the file while it sets up its journal.
            let first = try DatabaseQueue(path: path, configuration: busy.configuration)
            try SchemaMigrator(Migration.all).check(first, path: path)
            try first.close()
            let pool = try DatabasePool(path: path, configuration: busy.configuration)
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = \(durability.rawValue)")
            }
            try SchemaMigrator(Migration.all).migrate(pool, path: path)
            self.init(
                writer: pool, busy: busy, file: OpenFile(path: path, lock: lock),
                state: lock == nil ? nil : try StoreRevision(of: path), warnings: warnings,
                now: now)
        } catch let error as StoreError {
            throw error
        } catch {
            throw .cannotOpen(path: path, reason: DatabaseFile.reason(of: error))
        }
        if lock != nil, try hasUnfinishedFits() { try failUnfinishedFits() }
    }

    /// The same store in memory, gone with its last copy: for tests and for trying things out.
    ///
    /// - Parameter now: The clock for time stamps.
    /// - Returns: An empty store.
    /// - Throws: What SQLite says.
    package static func inMemory(
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws(StoreError) -> RunStore {
        do {
            let busy = BusyWait()
            let memory = try DatabaseQueue(configuration: busy.configuration)
            try SchemaMigrator(Migration.all).migrate(memory, path: "memory")
            return RunStore(
                writer: memory, busy: busy, file: nil, state: nil, warnings: [], now: now)
        } catch {
            throw StoreError(wrapping: error)
        }
    }

    private init(
        writer: any DatabaseWriter, busy: BusyWait, file: OpenFile?, state: StoreRevision?,
        warnings: [String], now: @escaping @Sendable () -> Date
    ) {
        self.state = state
        self.writer = writer
        self.now = now
        self.file = file
        self.warnings = warnings
        queue = WriteQueue(writer, busy: busy)
    }

    /// Closes the file, so that later calls fail, with everything in the one file.
    ///
    /// Without it, the last copy of the store closes it.
    ///
    /// - Throws: What SQLite says.
    package func close() throws(StoreError) {
        state?.close()
        // GRDB closes the writer before its readers, which may not write: SQLite would leave the
        // data in the write-ahead log. Where another process holds that log, nothing is lost by
        // leaving them there.
        try? writer.writeWithoutTransaction { db in
            // GRDB hands what is closed already to SQLite as a null pointer here.
            guard db.sqliteConnection != nil else { return }
            _ = try db.checkpoint(.truncate)
        }
        do {
            try writer.close()
        } catch {
            throw StoreError(wrapping: error)
        }
        file?.lock?.release()
    }

    /// Refuses to go on when the database's file is no longer the one that is open: what would be
    /// written then is gone with this process.
    ///
    /// - Throws: `databaseGone`.
    package func checkFile() throws(StoreError) {
        try file?.check()
    }

    /// The state of the file of a server, as a number that changes with every commit by whomever; nil
    /// of a store in memory, and of a guest's.
    package var revision: Int? { state?.value }

    /// SQLite's `synchronous`, as the writer has it: 1 is normal, 2 is full.
    package var synchronousLevel: Int? {
        try? writer.writeWithoutTransaction { db in
            try Int.fetchOne(db, sql: "PRAGMA synchronous")
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try writer.read(body)
        } catch {
            throw StoreError(wrapping: error)
        }
    }

    /// Reads without a transaction, so that a body may go on past damage: where a statement has met
    /// some, the end of a transaction fails as well.
    func readAround<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try writer.unsafeRead(body)
        } catch {
            throw StoreError(wrapping: error)
        }
    }

    /// The body's value; nil where what it reads is damaged.
    func whole<Value>(_ body: () throws -> Value) throws -> Value? {
        do {
            return try body()
        } catch {
            guard StoreError(wrapping: error).isDamage else { throw error }
            return nil
        }
    }

    /// True when a long write had better end its transaction, since short ones wait.
    var isWriterWanted: Bool { queue.isWanted }

    /// The points of a long write between two looks at who waits.
    static let pointsAtOnce = 250

    /// Runs the body in a transaction: it is stored whole, or not at all if it throws.
    ///
    /// - Parameters:
    ///   - isLong: Whether it may take longer than others like to wait.
    ///   - body: Reads and writes.
    /// - Returns: What the body returns, once it is on the disk.
    /// - Throws: What the body throws, what SQLite says, `databaseGone`.
    func write<Value>(
        isLong: Bool = false, _ body: (Database) throws -> Value
    ) throws(StoreError) -> Value {
        try checkFile()
        do {
            return try queue.write(isLong: isLong, body)
        } catch {
            throw StoreError(wrapping: error)
        }
    }

    /// The clock's time as it is stored.
    var timestamp: Int64 { now().timestamp }
}

extension Date {
    /// A time as stored, milliseconds since 1970-01-01 UTC.
    init(timestamp: Int64) {
        self.init(timeIntervalSince1970: Double(timestamp) / 1_000)
    }

    var timestamp: Int64 { Int64((timeIntervalSince1970 * 1_000).rounded()) }

    /// The times of the years 1 to 9999, which RFC 3339 can write.
    static let timestamps: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
}

/// Columns of rows that a damaged page may have changed: GRDB's subscripts trap at a value of another
/// type, and arithmetic further up at a number that no table would have taken.
extension Row {
    func date(_ column: String) throws -> Date {
        guard let date = try optionalDate(column) else { throw StoreError.damagedRow }
        return date
    }

    func optionalDate(_ column: String) throws -> Date? {
        guard let time = try decode(Int64?.self, forColumn: column) else { return nil }
        guard Date.timestamps.contains(time) else { throw StoreError.damagedRow }
        return Date(timestamp: time)
    }

    func step(_ column: String) throws -> Int? {
        guard let step = try decode(Int?.self, forColumn: column) else { return nil }
        guard (0...NumberRule.maximumStep).contains(step) else { throw StoreError.damagedRow }
        return step
    }

    /// The loss of a row of `point` or `series_point`, finite or not; nil where it has none.
    var loss: Double? {
        get throws {
            try decode(Double?.self, forColumn: "loss")
                ?? NotFinite.value(of: decode(String?.self, forColumn: "not_finite"))
        }
    }
}
