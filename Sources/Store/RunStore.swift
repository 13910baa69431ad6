package import Foundation
import GRDB

/// Runs, their points and fits in one SQLite file that migrates itself when opened.
///
/// The only room that knows SQL. Every call blocks until SQLite is done, so call it from a thread
/// that may wait. A file is in write-ahead mode: readers see the last committed state and never
/// wait for the writer; a power cut may lose the last transactions but never half of one.
/// Times are stored as whole milliseconds since 1970-01-01 UTC.
package struct RunStore: Sendable {
    /// What opening does with fits that are queued or running in the file.
    package enum UnfinishedFits: Sendable {
        /// They were cut off by a crash and become failed, "interrupted": for the one server.
        case fail
        /// They may belong to a server that runs now: for everybody else.
        case leave
    }

    let writer: any DatabaseWriter
    let now: @Sendable () -> Date

    /// Opens the file, making or migrating it where needed.
    ///
    /// - Parameters:
    ///   - path: The database file; its folder must exist.
    ///   - unfinishedFits: What to do with fits that have not ended.
    ///   - now: The clock for time stamps.
    /// - Throws: A file that is not ours or is from a newer version is refused and left untouched.
    package init(
        path: String, unfinishedFits: UnfinishedFits = .fail,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws(StoreError) {
        try DatabaseFile.claim(path)
        do {
            // Before the pool, because that writes to the file while it sets up its journal.
            let queue = try DatabaseQueue(path: path, configuration: Self.configuration)
            try SchemaMigrator(Migration.all).check(queue, path: path)
            try queue.close()
            let pool = try DatabasePool(path: path, configuration: Self.configuration)
            try self.init(migrating: pool, path: path, unfinishedFits: unfinishedFits, now: now)
        } catch let error as StoreError {
            throw error
        } catch {
            throw .cannotOpen(path: path, reason: DatabaseFile.reason(of: error))
        }
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
            let queue = try DatabaseQueue(configuration: configuration)
            return try RunStore(
                migrating: queue, path: "memory", unfinishedFits: .leave, now: now)
        } catch {
            throw StoreError(wrapping: error)
        }
    }

    private init(
        migrating writer: any DatabaseWriter, path: String, unfinishedFits: UnfinishedFits,
        now: @escaping @Sendable () -> Date
    ) throws {
        self.writer = writer
        self.now = now
        try SchemaMigrator(Migration.all).migrate(writer, path: path)
        if case .fail = unfinishedFits { try failUnfinishedFits() }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        // An import by another process holds the write lock for the length of its transaction.
        configuration.busyMode = .timeout(10)
        return configuration
    }

    /// Closes the file, so that later calls fail, with everything in the one file.
    ///
    /// Without it, the last copy of the store closes it.
    ///
    /// - Throws: What SQLite says.
    package func close() throws(StoreError) {
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
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try writer.read(body)
        } catch {
            throw StoreError(wrapping: error)
        }
    }

    /// Runs the body in one transaction: it is stored whole, or not at all if it throws.
    func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try writer.write(body)
        } catch {
            throw StoreError(wrapping: error)
        }
    }

    /// The clock's time as it is stored.
    var timestamp: Int64 { Int64((now().timeIntervalSince1970 * 1_000).rounded()) }
}

extension Date {
    /// A time as stored, milliseconds since 1970-01-01 UTC.
    init(timestamp: Int64) {
        self.init(timeIntervalSince1970: Double(timestamp) / 1_000)
    }
}
