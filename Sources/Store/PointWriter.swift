import GRDB

/// Adds points to one run, inside somebody else's transaction.
struct PointWriter {
    private let run: Int64
    private let db: Database
    private let insertPoint: HotStatement
    private let updatePoint: HotStatement
    private let insertSeriesPoint: HotStatement

    init(run: Int64, in db: Database) throws {
        self.run = run
        self.db = db
        insertPoint = try HotStatement(
            """
            INSERT INTO point (run_key, step, loss, learning_rate, token_count)
            VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            in: db)
        updatePoint = try HotStatement(
            """
            UPDATE point SET loss = coalesce(?3, loss),
                learning_rate = coalesce(?4, learning_rate),
                token_count = coalesce(?5, token_count)
            WHERE run_key = ?1 AND step = ?2
            """,
            in: db)
        insertSeriesPoint = try HotStatement(
            """
            INSERT INTO series_point (series_key, step, loss) VALUES (?, ?, ?)
            ON CONFLICT (series_key, step) DO UPDATE SET loss = excluded.loss
            """,
            in: db)
    }

    func append(_ points: [PointRecord], at timestamp: Int64) throws -> AppendSummary {
        var replaced = 0
        var seriesKeys: [String: Int64] = [:]
        for point in points {
            if try insertPoint.execute(run, point) == 0 {
                replaced += 1
                try updatePoint.execute(run, point)
            }
            for (name, loss) in point.series {
                let key = try seriesKeys[name] ?? seriesKey(name)
                seriesKeys[name] = key
                insertSeriesPoint.bind(key, at: 1)
                insertSeriesPoint.bind(Int64(point.step), at: 2)
                insertSeriesPoint.bind(loss, at: 3)
                try insertSeriesPoint.execute()
            }
        }
        let lastStep = try updateRun(
            added: points.count - replaced, highest: points.lazy.map(\.step).max(), at: timestamp)
        return AppendSummary(accepted: points.count, replaced: replaced, lastStep: lastStep)
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

    /// Keeps the run's count and last step, so that listing runs reads no points.
    private func updateRun(added: Int, highest: Int?, at timestamp: Int64) throws -> Int? {
        if let highest {
            try db.cachedStatement(
                sql: """
                    UPDATE run SET point_count = point_count + ?,
                        last_step = max(coalesce(last_step, 0), ?), updated_at = ?
                    WHERE key = ?
                    """
            ).execute(arguments: [added, highest, timestamp, run])
        }
        let statement = try db.cachedStatement(sql: "SELECT last_step FROM run WHERE key = ?")
        return try Int.fetchOne(statement, arguments: [run])
    }
}

extension HotStatement {
    /// Executes with the point's columns as parameters 1 to 5, in the table's order.
    @discardableResult
    fileprivate func execute(_ run: Int64, _ point: PointRecord) throws -> Int {
        bind(run, at: 1)
        bind(Int64(point.step), at: 2)
        bind(point.loss, at: 3)
        bind(point.learningRate, at: 4)
        bind(point.tokenCount, at: 5)
        return try execute()
    }
}
