import Foundation
import GRDB
package import Records

/// The outcome of appending points.
package struct AppendSummary: Equatable, Sendable {
    /// Points stored, replacing ones included: the whole batch.
    package var accepted: Int
    /// The points among them whose step had been stored before, in the run or earlier in the batch.
    package var replaced: Int
    /// Points that a rewind took away and the batch did not bring again.
    package var dropped = 0
    /// The run's highest step afterwards; nil while it has no points.
    package var lastStep: Int?

    package init(accepted: Int, replaced: Int, dropped: Int = 0, lastStep: Int?) {
        self.accepted = accepted
        self.replaced = replaced
        self.dropped = dropped
        self.lastStep = lastStep
    }
}

extension RunStore {
    /// Adds points to a run, all or none; safe to repeat.
    ///
    /// A point at a step that is stored already replaces the values that it carries (main loss,
    /// learning rate, tokens, time, the series given) and leaves the others.
    ///
    /// - Parameters:
    ///   - id: The run.
    ///   - points: In any order.
    ///   - rewinds: Whether everything from the batch's first step on is dropped before, as when a
    ///     job starts again from a checkpoint.
    ///   - limit: The most points of a transaction: a job that posts one point waits for one of these
    ///     and not for all. A crash between two leaves the batch in part. Nil for all in one.
    /// - Returns: How many were stored, replaced and dropped.
    /// - Throws: `runNotFound`, `invalidField` with the place of the first offender.
    @discardableResult
    package func appendPoints(
        _ id: String, _ points: [Point], rewinds: Bool = false,
        pointsPerTransaction limit: Int? = nil
    ) throws(StoreError) -> AppendSummary {
        do throws(InvalidField) {
            try Run.validate(points)
        } catch {
            throw .invalidField(error)
        }
        let isLong = points.count > Self.pointsAtOnce
        // What a rewind drops and brings again is counted over the whole batch.
        guard let limit, isLong, !rewinds else {
            return try write(isLong: isLong) { db in
                var writer = try PointWriter(run: RunTable.key(of: id, in: db), in: db)
                return try writer.append(points, rewinds: rewinds, at: timestamp)
            }
        }
        var total = AppendSummary(accepted: 0, replaced: 0, lastStep: nil)
        while total.accepted < points.count {
            try write(isLong: true) { db in
                var writer = try PointWriter(run: RunTable.key(of: id, in: db), in: db)
                let end = min(total.accepted + limit, points.count)
                repeat {
                    let size = min(Self.pointsAtOnce, end - total.accepted)
                    let part = points[total.accepted..<total.accepted + size]
                    let added = try writer.insert(Array(part))
                    total.accepted += added.accepted
                    total.replaced += added.replaced
                } while total.accepted < end && !isWriterWanted
                total.lastStep = try writer.finish(at: timestamp)
            }
        }
        return total
    }

    /// A run's points in step order.
    ///
    /// - Parameters:
    ///   - id: The run.
    ///   - from: First step wanted.
    ///   - to: Last step wanted.
    /// - Returns: The points of the closed range.
    /// - Throws: `runNotFound`.
    package func points(
        _ id: String, from: Int = 0, to: Int = .max
    ) throws(StoreError) -> [Point] {
        try read { db in
            let key = try RunTable.key(of: id, in: db)
            return try PointTable.points(of: key, from: from, to: to, in: db)
        }
    }

    /// The last value of each loss of some runs, of their rates and of their tokens.
    ///
    /// It takes four queries, however many runs there are.
    ///
    /// - Parameter ids: The runs.
    /// - Returns: By run a point for each, which has that one value, its step and its time.
    /// - Throws: What SQLite says.
    package func lastValues(of ids: [String]) throws(StoreError) -> [String: [Point]] {
        try read { db in try PointTable.lastValues(of: ids, in: db) }
    }
}

/// SQL that reads the tables `point`, `series` and `series_point`, inside somebody's transaction.
enum PointTable {
    /// Points of one run in a range of steps, in order.
    static func points(
        of run: Int64, from: Int = 0, to: Int = .max, in db: Database
    ) throws -> [Point] {
        var points = try mainPoints(of: run, from: from, to: to, in: db)
        for (key, name) in try series(of: run, in: db) {
            try merge(series: key, name, from: from, to: to, into: &points, in: db)
        }
        return points
    }

    /// The first points of a range of steps, without the further losses.
    fileprivate static func mainPoints(
        of run: Int64, from: Int, to: Int, limit: Int = -1, in db: Database
    ) throws -> [Point] {
        var points: [Point] = []
        let quantities = Array(zip(Point.Quantity.allCases, Int32(4)...))
        let rows = try HotStatement(
            """
            SELECT step, loss, not_finite, time, \(quantityColumns) FROM point
            WHERE run_key = ? AND step BETWEEN ? AND ? ORDER BY step LIMIT ?
            """,
            in: db)
        defer { rows.reset() }
        rows.bind(run, at: 1)
        rows.bind(Int64(from), at: 2)
        rows.bind(Int64(to), at: 3)
        rows.bind(Int64(limit), at: 4)
        while try rows.advance() {
            let step = Int(rows.integer(0))
            // Each further than the one before, and none that no table would have taken.
            guard step > points.last?.step ?? -1, step <= NumberRule.maximumStep else {
                throw StoreError.damagedRow
            }
            var point = Point(
                step: step, loss: rows.optionalDouble(1) ?? NotFinite.value(of: rows.text(2)),
                time: try rows.optionalInteger(3).map(Self.date))
            for (quantity, column) in quantities { point[quantity] = rows.optionalDouble(column) }
            points.append(point)
        }
        return points
    }

    /// The last value of each column and series of runs, each in a point of its own.
    static func lastValues(of ids: [String], in db: Database) throws -> [String: [Point]] {
        let list = String(decoding: try JSONEncoder().encode(ids), as: UTF8.self)
        var points: [String: [Point]] = [:]
        func take(_ quantity: Point.Quantity?, _ sql: String) throws {
            let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: [list])
            while let row = try rows.next() {
                var point = Point(
                    step: try row.decode(forColumn: "step"), time: try row.optionalDate("time"))
                if let quantity {
                    point[quantity] = try row.decode(forColumn: quantity.rawValue)
                } else {
                    point[series: try row.decode(forColumn: "name")] = try row.loss
                }
                points[try row.decode(forColumn: "id"), default: []].append(point)
            }
        }
        for quantity in [nil] + Point.Quantity.allCases.map(Optional.some) {
            let filter = quantity?.rawValue ?? "coalesce(loss, not_finite)"
            try take(
                quantity,
                """
                SELECT run.id, NULL AS name, point.* FROM run JOIN point ON run_key = run.key
                WHERE run.id IN (SELECT value FROM json_each(?)) AND step =
                    (SELECT step FROM point WHERE run_key = run.key AND \(filter) IS NOT NULL
                    ORDER BY step DESC LIMIT 1)
                """)
        }
        try take(
            nil,
            """
            SELECT run.id, series.name, last.step, last.loss, last.not_finite,
                (SELECT time FROM point WHERE run_key = run.key AND step = last.step) AS time
            FROM run JOIN series ON series.run_key = run.key
            JOIN series_point AS last ON last.series_key = series.key
            WHERE run.id IN (SELECT value FROM json_each(?)) AND last.step =
                (SELECT max(step) FROM series_point WHERE series_key = series.key)
            ORDER BY series.key
            """)
        return points
    }

    private static func date(_ time: Int64) throws -> Date {
        guard Date.timestamps.contains(time) else { throw StoreError.damagedRow }
        return Date(timestamp: time)
    }

    fileprivate static let quantityColumns = Point.Quantity.allCases.map(\.rawValue)
        .joined(separator: ", ")

    static func series(
        of run: Int64, in db: Database
    ) throws -> [(key: Int64, name: String)] {
        let rows = try HotStatement("SELECT key, name FROM series WHERE run_key = ?", in: db)
        rows.bind(run, at: 1)
        var series: [(Int64, String)] = []
        while try rows.advance() { series.append((rows.integer(0), rows.text(1) ?? "")) }
        return series
    }

    /// Both are in step order, and every step of a series is a step of `point`: one pass is enough.
    private static func merge(
        series key: Int64, _ name: String, from: Int, to: Int, into points: inout [Point],
        in db: Database
    ) throws {
        let rows = try HotStatement(
            """
            SELECT step, loss, not_finite FROM series_point
            WHERE series_key = ? AND step BETWEEN ? AND ? ORDER BY step
            """,
            in: db)
        defer { rows.reset() }
        rows.bind(key, at: 1)
        rows.bind(Int64(from), at: 2)
        rows.bind(Int64(to), at: 3)
        var index = points.startIndex
        while try rows.advance() {
            let step = Int(rows.integer(0))
            while index < points.endIndex, points[index].step < step { index += 1 }
            guard index < points.endIndex, points[index].step == step else { continue }
            points[index].series[name] = rows.optionalDouble(1) ?? NotFinite.value(of: rows.text(2))
        }
    }
}

/// Adds points to one run, inside somebody else's transaction.
struct PointWriter {
    private let run: Int64
    private let db: Database
    private let insertPoint: HotStatement
    private let insertPoints: HotStatement
    private let updatePoint: HotStatement
    private let insertSeriesPoint: HotStatement
    /// Points more than before, and whether any changed, since the last `finish`.
    private var pointCount = 0
    private var isChanged = false

    init(run: Int64, in db: Database) throws {
        self.run = run
        self.db = db
        insertPoint = try HotStatement(Self.insertion(rows: 1) + " ON CONFLICT DO NOTHING", in: db)
        insertPoints = try HotStatement(Self.insertionOfMany, in: db)
        let quantities = zip(Point.Quantity.allCases, 6...).map { quantity, index in
            ", \(quantity.rawValue) = coalesce(?\(index), \(quantity.rawValue))"
        }
        // A loss takes the place of one that is not finite, and the other way round.
        updatePoint = try HotStatement(
            """
            UPDATE point SET loss = iif(?4 IS NULL, coalesce(?3, loss), NULL),
                not_finite = iif(?3 IS NULL, coalesce(?4, not_finite), NULL),
                time = coalesce(?5, time)\(quantities.joined())
            WHERE run_key = ?1 AND step = ?2
            """,
            in: db)
        insertSeriesPoint = try HotStatement(
            """
            INSERT INTO series_point (series_key, step, loss, not_finite) VALUES (?, ?, ?, ?)
            ON CONFLICT (series_key, step) DO UPDATE
                SET loss = excluded.loss, not_finite = excluded.not_finite
            """,
            in: db)
    }

    /// Adds points in one go.
    mutating func append(
        _ points: [Point], rewinds: Bool = false, at timestamp: Int64
    ) throws -> AppendSummary {
        var summary = try insert(points, rewinds: rewinds)
        summary.lastStep = try finish(at: timestamp)
        return summary
    }

    /// Adds a part of the points; the run's count and last step are those from before until `finish`.
    mutating func insert(_ points: [Point], rewinds: Bool = false) throws -> AppendSummary {
        let first = rewinds ? points.lazy.map(\.step).min() : nil
        let gone = try first.map(dropAll(from:)) ?? []
        var added = 0
        var replaced = 0
        var returned = Set<Int>()
        var seriesKeys: [String: Int64] = [:]
        if gone.isEmpty { added = try insertFollowing(points) }
        var stored = gone.isEmpty ? try storedPoints(among: points[added...]) : [:]
        for point in points[added...] {
            // A step that comes twice is compared with nothing the second time.
            if let known = stored.removeValue(forKey: point.step) {
                replaced += 1
                if Self.changes(known, point) { try updatePoint.execute(run, point) }
            } else if try insertPoint.execute(run, point) == 1 {
                added += 1
                if gone.contains(point.step) {
                    replaced += 1
                    returned.insert(point.step)
                }
            } else {
                replaced += 1
                try updatePoint.execute(run, point)
            }
        }
        for point in points {
            for (name, loss) in point.series {
                let key = try seriesKeys[name] ?? seriesKey(name)
                seriesKeys[name] = key
                insertSeriesPoint.bind(key, at: 1)
                insertSeriesPoint.bind(Int64(point.step), at: 2)
                insertSeriesPoint.bind(loss.isFinite ? loss : nil, at: 3)
                insertSeriesPoint.bind(NotFinite.name(of: loss), at: 4)
                try insertSeriesPoint.execute()
            }
        }
        pointCount += added - gone.count
        isChanged = isChanged || !points.isEmpty
        return AppendSummary(
            accepted: points.count, replaced: replaced, dropped: gone.count - returned.count,
            lastStep: nil)
    }

    /// Inserts points many rows a statement, where all of them follow those that are stored, as the
    /// next of a log do: a statement for each takes twice as long.
    ///
    /// - Returns: How many were inserted, from the first on; the few after the last whole statement,
    ///   and points of any other order, are left to be inserted one by one.
    private func insertFollowing(_ points: [Point]) throws -> Int {
        guard points.count >= Self.rowsAtOnce,
            zip(points, points.dropFirst()).allSatisfy({ $0.step < $1.step })
        else { return 0 }
        let last = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT max(step) FROM point WHERE run_key = ?"),
            arguments: [run])
        guard last ?? -1 < points[0].step else { return 0 }
        var inserted = 0
        while inserted + Self.rowsAtOnce <= points.count {
            for row in 0..<Self.rowsAtOnce {
                insertPoints.bind(
                    run, points[inserted + row], from: Int32(1 + Self.columnCount * row))
            }
            inserted += try insertPoints.execute()
        }
        return inserted
    }

    /// The stored points that a part may replace, by their steps, read in one go: an import that is
    /// repeated changes few of them, and to find out by trying takes three times as long.
    ///
    /// - Returns: None where the part is of a few points or lies loosely in a long run.
    private func storedPoints(among points: ArraySlice<Point>) throws -> [Int: Point] {
        guard points.count >= Self.rowsAtOnce, let first = points.lazy.map(\.step).min(),
            let last = points.lazy.map(\.step).max()
        else { return [:] }
        let limit = 4 * points.count
        let stored = try PointTable.mainPoints(
            of: run, from: first, to: last, limit: limit, in: db)
        return stored.count == limit
            ? [:] : Dictionary(uniqueKeysWithValues: stored.map { ($0.step, $0) })
    }

    /// True when a point carries a value that the stored one has not; NaN always counts as new.
    private static func changes(_ stored: Point, _ point: Point) -> Bool {
        func isNew(_ value: Double?, _ known: Double?) -> Bool {
            value.map { value in known.map { $0 != value } ?? true } ?? false
        }
        return isNew(point.loss, stored.loss) || point.time.map { $0 != stored.time } ?? false
            || Point.Quantity.allCases.contains { isNew(point[$0], stored[$0]) }
    }

    private static let rowsAtOnce = 16
    private static let columnCount = 5 + Point.Quantity.allCases.count
    private static let insertionOfMany = insertion(rows: rowsAtOnce)

    private static func insertion(rows: Int) -> String {
        let row = Array(repeating: "?", count: columnCount).joined(separator: ", ")
        return
            "INSERT INTO point (run_key, step, loss, not_finite, time, \(PointTable.quantityColumns))"
            + " VALUES " + Array(repeating: "(\(row))", count: rows).joined(separator: ", ")
    }

    /// Takes away every point from a step on; returns their steps.
    private func dropAll(from step: Int) throws -> Set<Int> {
        let rows = try HotStatement(
            "SELECT step FROM point WHERE run_key = ? AND step >= ?", in: db)
        rows.bind(run, at: 1)
        rows.bind(Int64(step), at: 2)
        var steps = Set<Int>()
        while try rows.advance() { steps.insert(Int(rows.integer(0))) }
        guard !steps.isEmpty else { return [] }
        try db.cachedStatement(
            sql: """
                DELETE FROM series_point WHERE step >= ?
                    AND series_key IN (SELECT key FROM series WHERE run_key = ?)
                """
        ).execute(arguments: [step, run])
        try db.cachedStatement(sql: "DELETE FROM point WHERE run_key = ? AND step >= ?")
            .execute(arguments: [run, step])
        return steps
    }

    private func seriesKey(_ name: String) throws -> Int64 {
        try db.cachedStatement(
            sql: "INSERT INTO series (run_key, name) VALUES (?, ?) ON CONFLICT DO NOTHING"
        ).execute(arguments: [run, name])
        let statement = try db.cachedStatement(
            sql: "SELECT key FROM series WHERE run_key = ? AND name = ?")
        guard let key = try Int64.fetchOne(statement, arguments: [run, name]) else {
            throw StoreError.sqlite(code: 0, reason: "series \"\(name)\" was not stored")
        }
        return key
    }

    /// Keeps the run's count, last step and last loss, so that listing runs reads no points.
    ///
    /// The loss is looked for among the last 1,000 steps only: of a run that logs other losses alone,
    /// each batch must not read every point.
    ///
    /// - Returns: The highest step.
    mutating func finish(at timestamp: Int64) throws -> Int? {
        defer { (pointCount, isChanged) = (0, false) }
        if isChanged {
            // The primary key makes the highest step a look at one end of the tree.
            try db.cachedStatement(
                sql: """
                    UPDATE run SET point_count = point_count + ?,
                        last_step = (SELECT max(step) FROM point WHERE run_key = run.key),
                        last_loss = (SELECT loss FROM
                            (SELECT step, loss FROM point WHERE run_key = run.key
                                ORDER BY step DESC LIMIT 1000)
                            WHERE loss IS NOT NULL ORDER BY step DESC LIMIT 1),
                        updated_at = ?
                    WHERE key = ?
                    """
            ).execute(arguments: [pointCount, timestamp, run])
        }
        let statement = try db.cachedStatement(sql: "SELECT last_step FROM run WHERE key = ?")
        return try Int.fetchOne(statement, arguments: [run])
    }
}

extension HotStatement {
    /// Executes with the point's columns as parameters from 1 on, in the order of the insertion.
    @discardableResult
    fileprivate func execute(_ run: Int64, _ point: Point) throws -> Int {
        bind(run, point, from: 1)
        return try execute()
    }

    /// Binds the point's columns to parameters from one on.
    fileprivate func bind(_ run: Int64, _ point: Point, from first: Int32) {
        bind(run, at: first)
        bind(Int64(point.step), at: first + 1)
        bind(point.loss.flatMap { $0.isFinite ? $0 : nil }, at: first + 2)
        bind(point.loss.flatMap(NotFinite.name), at: first + 3)
        bind(point.time?.timestamp, at: first + 4)
        var index = first + 5
        for quantity in Point.Quantity.allCases {
            bind(point[quantity], at: index)
            index += 1
        }
    }
}
