import Foundation
import GRDB
import Records

/// The findings of `isoloss check` in a database file.
package struct CheckReport: Sendable, Equatable {
    /// A fault: where it is, and what is wrong there.
    package struct Fault: Sendable, Equatable {
        /// A table, a run, a file: `point`, `run "a"`, `isoloss.db-wal`.
        package let place: String
        package let detail: String

        package init(place: String, detail: String) {
            self.place = place
            self.detail = detail
        }
    }

    package var runs = 0
    package var points = 0
    package var fits = 0
    package var faults: [Fault] = []
    /// Runs that can be read with all their points.
    package var wholeRuns = 0

    package init() {}
}

extension RunStore {
    /// Most faults of pages and references that a check lists.
    private static let maximumFaults = 100

    /// Reads the whole database and says what is damaged, and where.
    ///
    /// SQLite's own check of pages, trees and indices; the rules of the tables; the references
    /// between them; each run's counts against its points; and every run read as an answer would
    /// read it.
    ///
    /// - Returns: What is there and what is wrong with it.
    /// - Throws: `StoreError` where nothing at all can be read.
    package func check() throws(StoreError) -> CheckReport {
        var report = CheckReport()
        report.faults = warnings.map { .init(place: "write-ahead log", detail: $0) }
        report.faults += try readAround { db in Self.damagedPages(db) }
        let ids = try readAround { db in
            // The index of ids holds them, too.
            try whole { try String.fetchAll(db, sql: "SELECT id FROM run ORDER BY key") }
                ?? whole { try String.fetchAll(db, sql: "SELECT id FROM run ORDER BY id") } ?? []
        }
        report.runs = ids.count
        for id in ids {
            do throws(StoreError) {
                let run = try wholeRun(id)
                report.points += run.points.count
                let faults = Self.faults(of: run)
                if faults.isEmpty { report.wholeRuns += 1 }
                report.faults += faults
            } catch {
                report.faults.append(.init(place: "run \"\(id)\"", detail: error.message))
            }
        }
        report.fits = try readAround { db in
            try whole { try Int.fetchOne(db, sql: "SELECT count(*) FROM fit") ?? 0 } ?? 0
        }
        return report
    }

    /// The faults that SQLite finds in pages, trees, indices and references, table by table.
    private static func damagedPages(_ db: Database) -> [CheckReport.Fault] {
        var faults: [CheckReport.Fault] = []
        func look(at place: String, _ body: () throws -> Void) {
            do {
                try body()
            } catch {
                faults.append(.init(place: place, detail: StoreError(wrapping: error).message))
            }
        }
        var tables: [String] = []
        look(at: "database") {
            tables = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        }
        for table in tables {
            // The check itself may end in an error at the damage: what it said before is kept.
            look(at: table) {
                let messages = try String.fetchCursor(
                    db, sql: "PRAGMA integrity_check(\(table.quotedDatabaseIdentifier))")
                while let message = try messages.next(), faults.count < maximumFaults {
                    guard message != "ok" else { continue }
                    let lines = message.split(separator: "\n").filter { !$0.hasPrefix("***") }
                    faults.append(.init(place: table, detail: lines.joined(separator: "; ")))
                }
            }
            look(at: table) {
                let rows = try Row.fetchCursor(
                    db, sql: "PRAGMA foreign_key_check(\(table.quotedDatabaseIdentifier))")
                while let row = try rows.next(), faults.count < maximumFaults {
                    let owner = try row.decode(String.self, atIndex: 2)
                    faults.append(
                        .init(
                            place: table,
                            detail: "a row belongs to a row of \(owner) that is gone"))
                }
            }
        }
        return faults
    }

    private static func faults(of run: Run) -> [CheckReport.Fault] {
        var faults: [CheckReport.Fault] = []
        func add(_ detail: String) {
            faults.append(.init(place: "run \"\(run.id)\"", detail: detail))
        }
        if let text = run.stored?.unreadableSchedule {
            add("its schedule cannot be read: \(text.prefix(80))")
        }
        if let count = run.stored?.pointCount, count != run.points.count {
            add("\(count) points were stored, \(run.points.count) are there")
        }
        if run.stored?.lastStep != run.points.last?.step {
            add("its last step does not agree with its points")
        }
        do throws(InvalidField) {
            try run.validateWhole()
        } catch {
            add(error.message)
        }
        return faults
    }

    /// Copies the database into a new file, whole as of one moment, while others go on writing.
    ///
    /// - Parameter path: Where the copy shall be; nothing may be there.
    /// - Throws: `cannotOpen`, what SQLite says.
    package func backUp(to path: String) throws(StoreError) {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw .cannotOpen(path: path, reason: "it exists already; name a new file")
        }
        do {
            let copy = try DatabaseQueue(path: path)
            try writer.backup(to: copy)
            // A copy is one file: nobody has it open, so it needs no write-ahead log.
            try copy.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = DELETE")
            }
            try copy.close()
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw StoreError(wrapping: error)
        }
    }

    /// Gives the space of what was deleted back to the disk.
    ///
    /// - Throws: What SQLite says; the database is as it was then.
    package func vacuum() throws(StoreError) {
        try checkFile()
        do {
            try writer.vacuum()
            try writer.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        } catch {
            throw StoreError(wrapping: error)
        }
    }
}
