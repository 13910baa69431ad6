package import Foundation
package import GRDB
package import Records
import Schedules

/// The outcome of a write of a run.
package enum UpsertOutcome: Equatable, Sendable {
    case created
    case updated
}

/// The outcome of an import over all its runs.
package struct ImportSummary: Equatable, Sendable {
    package var created: Int
    package var updated: Int
    package var accepted: Int
    package var replaced: Int

    package init(created: Int = 0, updated: Int = 0, accepted: Int = 0, replaced: Int = 0) {
        self.created = created
        self.updated = updated
        self.accepted = accepted
        self.replaced = replaced
    }
}

/// Writes of several runs that are stored whole or not at all, one after the other.
///
///     let summary = try store.importing { batch in
///         for run in runs { try batch.put(run) }
///         return batch.summary
///     }
package final class ImportBatch {
    private let db: Database
    private let timestamp: Int64
    /// The runs and points made, changed and added so far.
    package private(set) var summary = ImportSummary()

    init(_ db: Database, at timestamp: Int64) {
        self.db = db
        self.timestamp = timestamp
    }

    /// Stores a run with its points, replacing all metadata of an existing one.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - rewinds: Whether stored points from the run's first step on are dropped before.
    /// - Returns: Whether it is new.
    /// - Throws: `InvalidField`, or what SQLite says.
    @discardableResult
    package func put(_ run: Run, rewinds: Bool = false) throws -> UpsertOutcome {
        try run.validate()
        let outcome = try putChecked(run)
        if !run.points.isEmpty { try append(run.points, to: run.id, rewinds: rewinds) }
        return outcome
    }

    /// Stores a run without its points, which has been checked.
    @discardableResult
    fileprivate func putChecked(_ run: Run) throws -> UpsertOutcome {
        let outcome = try RunTable.upsert(run, at: timestamp, in: db)
        if outcome == .created { summary.created += 1 } else { summary.updated += 1 }
        return outcome
    }

    /// Adds points to a run that is stored.
    ///
    /// - Parameters:
    ///   - points: A part of the run's points, in any order.
    ///   - id: The run.
    ///   - rewinds: Whether stored points from the first step on are dropped before.
    /// - Throws: `InvalidField`, `StoreError.runNotFound`, or what SQLite says.
    package func append(_ points: [Point], to id: String, rewinds: Bool = false) throws {
        try Run.validate(points)
        var whole: [Point]? = points
        try appendChecked(to: id, rewinds: rewinds) {
            defer { whole = nil }
            return whole
        }
    }

    /// Adds points that have been checked, part by part until there is none.
    fileprivate func appendChecked(
        to id: String, rewinds: Bool = false, parts: () -> [Point]?
    ) throws {
        var writer = try PointWriter(run: RunTable.key(of: id, in: db), in: db)
        while let part = parts() {
            let added = try writer.insert(part, rewinds: rewinds)
            summary.accepted += added.accepted
            summary.replaced += added.replaced
        }
        _ = try writer.finish(at: timestamp)
    }

    /// A run as it stands within the transaction, without its points; nil where there is none.
    ///
    /// - Parameter id: Its id.
    /// - Returns: The run, as the batch's own writes have left it.
    /// - Throws: What SQLite says.
    package func run(_ id: String) throws -> Run? {
        do {
            return try RunTable.find(id, in: db)
        } catch StoreError.runNotFound {
            return nil
        }
    }

    /// The points of a run as they stand within the transaction.
    ///
    /// - Parameter id: The run.
    /// - Returns: Its points in step order.
    /// - Throws: `StoreError.runNotFound`, or what SQLite says.
    package func points(of id: String) throws -> [Point] {
        try PointTable.points(of: RunTable.key(of: id, in: db), in: db)
    }

    /// Entries of logs that are remembered; a client repeats what it got no answer for, soon.
    private static let rememberedEntries: Int64 = 100_000

    /// Notes the entry of a log by the id that its client gave it.
    ///
    /// - Parameter id: 1 to 128 characters; a longer one is not remembered.
    /// - Returns: True for one that has not been stored before.
    /// - Throws: What SQLite says.
    package func noteEntry(_ id: String) throws -> Bool {
        guard (1...128).contains(id.unicodeScalars.count) else { return true }
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO log_entry (id) VALUES (?)")
            .execute(arguments: [id])
        guard db.changesCount == 1 else { return false }
        let key = db.lastInsertedRowID
        if key % 1_000 == 0 {
            try db.cachedStatement(sql: "DELETE FROM log_entry WHERE key <= ?")
                .execute(arguments: [key - Self.rememberedEntries])
        }
        return true
    }
}

/// A study: runs that share its name.
package struct StudySummary: Equatable, Sendable {
    package let name: String
    /// When its first run was stored, or itself.
    package let createdAt: Date
    /// When a run of it last changed.
    package let updatedAt: Date

    package init(name: String, createdAt: Date, updatedAt: Date) {
        self.name = name
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

extension RunStore {
    /// The studies that have runs or were created without, in the order of their names.
    ///
    /// - Returns: The studies.
    /// - Throws: `StoreError`.
    package func studies() throws(StoreError) -> [StudySummary] {
        try read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT name, min(created_at) AS created, max(updated_at) AS updated FROM
                            (SELECT study AS name, created_at, updated_at FROM run
                                WHERE study IS NOT NULL
                            UNION ALL SELECT name, created_at, created_at FROM study)
                        GROUP BY name ORDER BY name
                        """)
            ).map {
                StudySummary(
                    name: try $0.decode(forColumn: "name"),
                    createdAt: try $0.date("created"), updatedAt: try $0.date("updated"))
            }
        }
    }

    /// Keeps the name of a study that has no run yet.
    ///
    /// - Parameter name: As runs give it.
    /// - Throws: `StoreError`.
    package func createStudy(_ name: String) throws(StoreError) {
        try write { db in
            try db.cachedStatement(
                sql: "INSERT OR IGNORE INTO study (name, created_at) VALUES (?, ?)"
            ).execute(arguments: [name, timestamp])
        }
    }

    /// Stores a new run with its points.
    ///
    /// - Parameter run: The run.
    /// - Returns: The run as stored, without its points.
    /// - Throws: `runExists`, `invalidField`.
    @discardableResult
    package func insertRun(_ run: Run) throws(StoreError) -> Run {
        try write { db in
            try insert(run, index: nil, in: db)
            return try RunTable.find(run.id, in: db)
        }
    }

    /// Stores new runs with their points, all or none.
    ///
    /// - Parameter runs: The runs; an id twice in the batch counts as existing.
    /// - Throws: `runExists`, `invalidField`, with the place of the first offender.
    package func insertRuns(_ runs: [Run]) throws(StoreError) {
        try write { db in
            for (index, run) in runs.enumerated() { try insert(run, index: index, in: db) }
        }
    }

    private func insert(_ run: Run, index: Int?, in db: Database) throws {
        try RunTable.validate(run, run.points, index: index)
        guard try RunTable.insert(run, at: timestamp, in: db) else {
            throw StoreError.runExists(id: run.id, index: index)
        }
        guard !run.points.isEmpty else { return }
        let key = try RunTable.key(of: run.id, in: db)
        var writer = try PointWriter(run: key, in: db)
        _ = try writer.append(run.points, at: timestamp)
    }

    /// Stores a run, replacing all metadata of an existing one; its points stay, and those given are
    /// added.
    ///
    /// - Parameter run: The run.
    /// - Returns: Whether it is new.
    /// - Throws: `invalidField`.
    @discardableResult
    package func upsertRun(_ run: Run) throws(StoreError) -> UpsertOutcome {
        try importing { batch in try batch.put(run) }
    }

    /// Stores several runs with their points, replacing metadata of existing ones.
    ///
    /// Points are made a few at a time, since an import of a long log need not be in memory whole. All
    /// is checked before anything is stored. With a limit it takes several transactions, so that a job that posts one point waits for one of
    /// them and not for all; a crash or a full disk between two leaves the import in part, which is
    /// safe to repeat. Without one it is all or none.
    ///
    /// - Parameters:
    ///   - runs: The runs, and the points of each instead of its own; an id may occur again, later
    ///     metadata replaces.
    ///   - limit: The most points of a transaction; nil for all in one.
    /// - Returns: What was made, changed and added.
    /// - Throws: `invalidField` with the places of the run and the point.
    package func importRuns<Points: Sequence<Point>>(
        _ runs: [(run: Run, points: Points)], pointsPerTransaction limit: Int? = nil
    ) throws(StoreError) -> ImportSummary {
        for (index, (run, points)) in runs.enumerated() {
            try RunTable.validate(run, points, index: index)
        }
        var total = ImportSummary()
        var next = 0
        var points: Points.Iterator?
        while next < runs.count || points != nil {
            let summary = try write(isLong: limit != nil) { db in
                let batch = ImportBatch(db, at: timestamp)
                // Short runs go together: a sync each would take long.
                var room = limit ?? .max
                while room > 0, next < runs.count || points != nil {
                    if points == nil {
                        try batch.putChecked(runs[next].run)
                        points = runs[next].points.makeIterator()
                        next += 1
                        room -= Self.runWeight
                    }
                    try batch.appendChecked(to: runs[next - 1].run.id) {
                        guard room > 0, points != nil else { return nil }
                        let size = min(room, Self.pointsAtOnce)
                        var part: [Point] = []
                        while part.count < size, let point = points?.next() { part.append(point) }
                        if part.count < size { points = nil }
                        room -= part.count
                        if limit != nil, isWriterWanted { room = 0 }
                        return part
                    }
                }
                return batch.summary
            }
            total.created += summary.created
            total.updated += summary.updated
            total.accepted += summary.accepted
            total.replaced += summary.replaced
        }
        return total
    }

    /// The points that take as long to store as the metadata of a run.
    private static let runWeight = 20

    /// Stores runs and points piece by piece, all or none: an import need not be in memory whole.
    ///
    /// Other writers wait meanwhile; readers see nothing of it before its end.
    ///
    /// - Parameter body: Writes; what it throws takes everything back.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, as a `StoreError`.
    package func importing<Value>(
        _ body: (ImportBatch) throws -> Value
    ) throws(StoreError) -> Value {
        try write { db in try body(ImportBatch(db, at: timestamp)) }
    }

    /// The run with this id, without its points.
    ///
    /// - Parameter id: Its id.
    /// - Returns: The run.
    /// - Throws: `runNotFound`.
    package func run(_ id: String) throws(StoreError) -> Run {
        try read { db in try RunTable.find(id, in: db) }
    }

    /// The run with this id and everything it logged.
    ///
    /// - Parameter id: Its id.
    /// - Returns: The run.
    /// - Throws: `runNotFound`.
    package func wholeRun(_ id: String) throws(StoreError) -> Run {
        try read { db in
            var run = try RunTable.find(id, in: db)
            let key = try RunTable.key(of: id, in: db)
            run.points = try PointTable.points(of: key, in: db)
            return run
        }
    }

    /// The length of a run's schedule, by which points are checked; nil for a run without one.
    ///
    /// - Parameter id: The run.
    /// - Returns: Steps.
    /// - Throws: `runNotFound`.
    package func totalSteps(of id: String) throws(StoreError) -> Int? {
        try read { db in
            let statement = try db.cachedStatement(sql: "SELECT total_steps FROM run WHERE id = ?")
            guard let row = try Row.fetchOne(statement, arguments: [id]) else {
                throw StoreError.runNotFound(id: id)
            }
            return try row.decode(forColumn: "total_steps")
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

/// SQL of the tables `run`, `run_feature`, `run_tag` and `run_unit`, inside somebody else's
/// transaction.
enum RunTable {
    /// Everything of `run` but the recipe, which may be large and no list shows.
    static let columns = """
        key, id, study, name, role, loss, schedule, created_at, updated_at, last_step, point_count,
        last_loss,
        (SELECT count(*) FROM point INDEXED BY point_not_finite
            WHERE run_key = run.key AND not_finite IS NOT NULL) AS not_finite_count,
        (SELECT min(step) FROM point INDEXED BY point_not_finite
            WHERE run_key = run.key AND not_finite IS NOT NULL) AS diverged_at
        """

    /// The name under which the steps of a stated warm-up stand among the features.
    private static let warmupSteps = "warmup_steps"
    private static let details = ["run_feature", "run_tag", "run_unit"]

    static func validate(
        _ run: Run, _ points: some Sequence<Point>, index: Int?
    ) throws(StoreError) {
        do throws(InvalidField) {
            try run.validate()
            try Run.validate(points)
        } catch {
            var error = error
            error.run = index
            throw .invalidField(error)
        }
    }

    /// Writes a new run; false if there is one with the id.
    static func insert(_ run: Run, at timestamp: Int64, in db: Database) throws -> Bool {
        let run = run.stamped(timestamp)
        try run.insert(db, onConflict: .ignore)
        guard db.changesCount == 1 else { return false }
        try insertDetails(of: run, key: db.lastInsertedRowID, in: db)
        return true
    }

    static func upsert(
        _ run: Run, at timestamp: Int64, in db: Database
    ) throws -> UpsertOutcome {
        if try insert(run, at: timestamp, in: db) { return .created }
        let run = run.stamped(timestamp)
        let key = try run.upsertAndFetch(
            db, as: RunKey.self, onConflict: ["id"],
            doUpdate: { _ in [Column("created_at").noOverwrite] }
        ).key
        for table in details {
            try db.cachedStatement(sql: "DELETE FROM \(table) WHERE run_key = ?")
                .execute(arguments: [key])
        }
        try insertDetails(of: run, key: key, in: db)
        return .updated
    }

    static func find(_ id: String, in db: Database) throws -> Run {
        let statement = try db.cachedStatement(
            sql: "SELECT \(columns), recipe FROM run WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]),
            let run = try runs(of: [row], in: db).first
        else { throw StoreError.runNotFound(id: id) }
        return run
    }

    static func key(of id: String, in db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT key FROM run WHERE id = ?")
        guard let key = try Int64.fetchOne(statement, arguments: [id]) else {
            throw StoreError.runNotFound(id: id)
        }
        return key
    }

    /// The runs with these keys, in their order.
    static func runs(
        of keys: [Int64], withRecipes: Bool, in db: Database
    ) throws -> [Run] {
        let columns = withRecipes ? "\(columns), recipe" : columns
        let statement = try db.cachedStatement(
            sql: """
                SELECT \(columns) FROM run WHERE key IN (SELECT value FROM json_each(?))
                """)
        let rows = try Row.fetchAll(statement, arguments: [list(of: keys)])
        // In a damaged file a key may come twice.
        let places = Dictionary(zip(keys, keys.indices)) { first, _ in first }
        let placed = try rows.map { row in (row, places[try row.decode(forColumn: "key")] ?? 0) }
        return try runs(of: placed.sorted { $0.1 < $1.1 }.map(\.0), in: db)
    }

    /// A JSON list, which one statement takes whatever its length.
    static func list(of keys: [Int64]) -> String {
        "[" + keys.map(String.init).joined(separator: ",") + "]"
    }

    /// The runs of rows of `columns`, with their features, tags and units: a query for each kind.
    static func runs(of rows: [Row], in db: Database) throws -> [Run] {
        let keys: [Int64] = try rows.map { try $0.decode(forColumn: "key") }
        let features: [Int64: [String: Double]] = try details("run_feature", of: keys, in: db)
        let tags: [Int64: [String: String]] = try details("run_tag", of: keys, in: db)
        let units: [Int64: [String: String]] = try details("run_unit", of: keys, in: db)
        return try zip(keys, rows).map { key, row in
            var run = try Run(row: row)
            for (name, value) in features[key] ?? [:] {
                if name == warmupSteps { run.statedWarmupSteps = Int(exactly: value) }
                if let feature = Feature(rawValue: name) { run.features[feature] = value }
            }
            run.tags = tags[key] ?? [:]
            run.units = units[key] ?? [:]
            return run
        }
    }

    private static func details<Value: DatabaseValueConvertible>(
        _ table: String, of keys: [Int64], in db: Database
    ) throws -> [Int64: [String: Value]] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT run_key, name, value FROM \(table)
                WHERE run_key IN (SELECT value FROM json_each(?))
                """)
        var details: [Int64: [String: Value]] = [:]
        let rows = try Row.fetchCursor(statement, arguments: [list(of: keys)])
        while let row = try rows.next() {
            let name: String = try row.decode(forColumn: "name")
            details[try row.decode(forColumn: "run_key"), default: [:]][name] =
                try row.decode(forColumn: "value")
        }
        return details
    }

    private static func insertDetails(of run: Run, key: Int64, in db: Database) throws {
        func insert(_ table: String, _ name: String, _ value: any DatabaseValueConvertible) throws {
            try db.cachedStatement(
                sql: "INSERT INTO \(table) (run_key, name, value) VALUES (?, ?, ?)"
            ).execute(arguments: [key, name, value])
        }
        for (feature, value) in run.features {
            try insert("run_feature", feature.rawValue, value)
        }
        if let steps = run.statedWarmupSteps {
            try insert("run_feature", warmupSteps, Double(steps))
        }
        for (name, value) in run.tags { try insert("run_tag", name, value) }
        for (field, unit) in run.units { try insert("run_unit", field, unit) }
    }

    /// The column `total_steps` of runs that were stored before there was one.
    static func fillTotalSteps(_ db: Database) throws {
        let rows = try Row.fetchAll(
            db, sql: "SELECT key, schedule FROM run WHERE schedule IS NOT NULL")
        for row in rows {
            // A schedule that earlier versions took and this one does not has no length; the run
            // says so when it is asked for.
            let text: String = try row.decode(forColumn: "schedule")
            let key: Int64 = try row.decode(forColumn: "key")
            guard let schedule = try? LearningRateSchedule(parsing: text) else { continue }
            try db.execute(
                sql: "UPDATE run SET total_steps = ? WHERE key = ?",
                arguments: [schedule.totalSteps, key])
        }
    }
}

/// The key of a run that was written.
private struct RunKey: FetchableRecord, TableRecord {
    static let databaseTableName = Run.databaseTableName
    static var databaseSelection: [any SQLSelectable] { [Column("key")] }

    let key: Int64

    init(row: Row) throws {
        key = try row.decode(forColumn: "key")
    }
}

extension Run: FetchableRecord, PersistableRecord {
    package static let databaseTableName = "run"

    /// The run of a row of `run`; features, tags and units have tables of their own.
    package init(row: Row) throws {
        self.init(
            id: try row.decode(forColumn: "id"), study: try row.decode(forColumn: "study"),
            name: try row.decode(forColumn: "name"),
            role: try row.decode(String?.self, forColumn: "role").flatMap(Role.init(rawValue:)),
            loss: try row.decode(forColumn: "loss"),
            recipe: row.hasColumn("recipe") ? try row.decode(forColumn: "recipe") : nil)
        var stored = Stored(
            createdAt: try row.date("created_at"), updatedAt: try row.date("updated_at"),
            lastStep: try row.step("last_step"),
            pointCount: try row.decode(forColumn: "point_count"),
            notFiniteCount: try row.decode(forColumn: "not_finite_count"),
            divergedAt: try row.step("diverged_at"),
            lastLoss: try row.decode(forColumn: "last_loss"))
        if let text = try row.decode(String?.self, forColumn: "schedule") {
            schedule = try? LearningRateSchedule(parsing: text)
            if schedule == nil { stored.unreadableSchedule = text }
        }
        self.stored = stored
    }

    package func encode(to container: inout PersistenceContainer) throws {
        container["id"] = id
        container["study"] = study
        container["name"] = name
        container["role"] = role?.rawValue
        container["loss"] = loss
        container["schedule"] = schedule?.specification
        container["total_steps"] = schedule?.totalSteps
        container["recipe"] = recipe
        container["created_at"] = stored?.createdAt.timestamp
        container["updated_at"] = stored?.updatedAt.timestamp
    }

    /// The run as written at a time; an update keeps the earlier time of its creation.
    fileprivate func stamped(_ timestamp: Int64) -> Run {
        var run = self
        let time = Date(timestamp: timestamp)
        run.stored = Stored(createdAt: time, updatedAt: time)
        return run
    }
}
