import GRDB

/// Reads one run's points of a range of steps, in order.
struct PointReader {
    let run: Int64
    let from: Int
    let to: Int

    func points(in db: Database) throws -> [PointRecord] {
        var points: [PointRecord] = []
        let statement = try db.cachedStatement(
            sql: """
                SELECT step, loss, learning_rate, token_count FROM point
                WHERE run_key = ? AND step BETWEEN ? AND ? ORDER BY step
                """)
        let rows = try Row.fetchCursor(statement, arguments: [run, from, to])
        while let row = try rows.next() {
            points.append(
                PointRecord(step: row[0], loss: row[1], learningRate: row[2], tokenCount: row[3]))
        }
        let series = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT key, name FROM series WHERE run_key = ?"),
            arguments: [run])
        for row in series {
            try merge(series: row[0], name: row[1], into: &points, in: db)
        }
        return points
    }

    /// Both are in step order, and every step of a series is a step of `point`: one pass is enough.
    private func merge(
        series: Int64, name: String, into points: inout [PointRecord], in db: Database
    ) throws {
        let statement = try db.cachedStatement(
            sql: """
                SELECT step, loss FROM series_point
                WHERE series_key = ? AND step BETWEEN ? AND ? ORDER BY step
                """)
        let rows = try Row.fetchCursor(statement, arguments: [series, from, to])
        var index = points.startIndex
        while let row = try rows.next() {
            let step: Int = row[0]
            while index < points.endIndex, points[index].step < step { index += 1 }
            guard index < points.endIndex, points[index].step == step else { continue }
            points[index].series[name] = row[1]
        }
    }
}
