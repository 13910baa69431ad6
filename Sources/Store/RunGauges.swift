package import Foundation
import GRDB

/// The newest values of a run, as a dashboard scrapes them.
package struct RunGauges: Sendable, Equatable {
    package var id: String
    package var study: String?
    package var lastStep: Int?
    /// The length of its schedule, else the steps it was said to have; nil without either.
    package var totalSteps: Int?
    /// When its points or metadata last changed.
    package var updatedAt: Date
    package var learningRate: Double?
    /// The newest finite loss of each series by name: `loss`, `loss/validation`.
    package var losses: [String: Double]
}

extension RunStore {
    /// The newest values of the runs that changed last.
    ///
    /// Takes two queries and a look at the end of each series, however long the runs are.
    ///
    /// - Parameter limit: Most runs.
    /// - Returns: The runs with points, the one that changed last first.
    /// - Throws: What SQLite says, as a `StoreError`.
    package func gauges(limit: Int) throws(StoreError) -> [RunGauges] {
        try read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT key, id, study, last_step, updated_at, last_loss,
                            coalesce(total_steps, (SELECT CAST(value AS INTEGER) FROM run_feature
                                WHERE run_key = run.key AND name = 'step_count')) AS total_steps,
                            (SELECT learning_rate FROM
                                (SELECT learning_rate, step FROM point WHERE run_key = run.key
                                    ORDER BY step DESC LIMIT 1000)
                                WHERE learning_rate IS NOT NULL ORDER BY step DESC LIMIT 1)
                                AS learning_rate
                        FROM run WHERE last_step IS NOT NULL
                        ORDER BY updated_at DESC, key DESC LIMIT ?
                        """), arguments: [limit])
            var series: [Int64: [String: Double]] = [:]
            let others = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT run_key, name,
                            (SELECT loss FROM series_point
                                WHERE series_key = series.key AND loss IS NOT NULL
                                ORDER BY step DESC LIMIT 1) AS loss
                        FROM series WHERE run_key IN (SELECT value FROM json_each(?))
                        """), arguments: [RunTable.list(of: rows.map { $0["key"] })])
            while let row = try others.next() {
                series[row["run_key"], default: [:]]["loss/\(row["name"] as String)"] = row["loss"]
            }
            return rows.map { row in
                var losses = series[row["key"]] ?? [:]
                losses["loss"] = row["last_loss"]
                return RunGauges(
                    id: row["id"], study: row["study"], lastStep: row["last_step"],
                    totalSteps: row["total_steps"], updatedAt: Date(timestamp: row["updated_at"]),
                    learningRate: row["learning_rate"], losses: losses)
            }
        }
    }
}
