import Foundation
import GRDB
import Records

/// What `isoloss check` found in a database file.
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
    /// Most faults that a check lists of one kind.
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
        report.faults += try read { db in try Self.damagedPages(db) }
        let ids = try read { db in
            (try? String.fetchAll(db, sql: "SELECT id FROM run ORDER BY key")) ?? []
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
        report.fits = try read { db in
            (try? Int.fetchOne(db, sql: "SELECT count(*) FROM fit")) ?? 0
        }
        return report
    }

    private static func damagedPages(_ db: Database) throws -> [CheckReport.Fault] {
        var faults: [CheckReport.Fault] = []
        do {
            let names = try Row.fetchAll(db, sql: "SELECT name, rootpage FROM sqlite_schema")
            let trees = Dictionary(
                names.map { ($0["rootpage"] as Int, $0["name"] as String) },
                uniquingKeysWith: { $1 })
            let messages = try String.fetchAll(
                db, sql: "PRAGMA integrity_check(\(maximumFaults))")
            for message in messages where message != "ok" {
                faults.append(.init(place: place(of: message, trees), detail: message))
            }
            for row in try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(maximumFaults) {
                let (table, parent) = (row[0] as String, row[2] as String)
                faults.append(
                    .init(place: table, detail: "a row belongs to a row of \(parent) that is gone"))
            }
        } catch let error as DatabaseError {
            faults.append(
                .init(place: "database", detail: StoreError(wrapping: error).message))
        }
        return faults
    }

    /// The table or index that a message of SQLite's check is about.
    private static func place(of message: String, _ trees: [Int: String]) -> String {
        // "Tree 12 page 34 cell 5: …", and "On tree page 34 cell 5: …" before SQLite 3.42.
        let words = message.split(separator: " ")
        guard let word = words.firstIndex(of: "Tree") ?? words.firstIndex(of: "tree"),
            word + 1 < words.count, let root = Int(words[word + 1])
        else { return "database" }
        return trees[root] ?? "database"
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
