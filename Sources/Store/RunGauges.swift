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
    /// True where the rest of its values lies in a damaged part of the file.
    package var isDamaged = false
}

extension RunStore {
    /// The newest values of the runs that changed last.
    ///
    /// Takes a look at the end of each series, however long the runs are, and stops at no damage:
    /// one page would keep a dashboard from all runs.
    ///
    /// - Parameter limit: Most runs.
    /// - Returns: The runs with points, the one that changed last first.
    /// - Throws: What SQLite says, as a `StoreError`.
    package func gauges(limit: Int) throws(StoreError) -> [RunGauges] {
        try readAround { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT key, id, study, last_step, total_steps, updated_at, last_loss
                        FROM run WHERE last_step IS NOT NULL
                        ORDER BY updated_at DESC, key DESC LIMIT ?
                        """), arguments: [limit])
            return try rows.map { row in
                var gauges = RunGauges(
                    id: try row.decode(forColumn: "id"), study: try row.decode(forColumn: "study"),
                    lastStep: try row.step("last_step"), totalSteps: try row.step("total_steps"),
                    updatedAt: try row.date("updated_at"), losses: [:])
                gauges.losses["loss"] = try row.decode(Double?.self, forColumn: "last_loss")
                let key: Int64 = try row.decode(forColumn: "key")
                gauges.isDamaged =
                    try whole { try PointTable.addNewest(of: key, to: &gauges, in: db) } == nil
                return gauges
            }
        }
    }
}

extension PointTable {
    /// The newest rate, and the newest finite loss of each further series.
    fileprivate static func addNewest(
        of run: Int64, to gauges: inout RunGauges, in db: Database
    ) throws {
        // A log that names its length without a schedule has it as a feature.
        gauges.totalSteps =
            try gauges.totalSteps
            ?? Int.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT CAST(value AS INTEGER) FROM run_feature
                        WHERE run_key = ? AND name = 'step_count'
                        """), arguments: [run])
        gauges.learningRate = try Double.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT learning_rate FROM
                        (SELECT learning_rate, step FROM point WHERE run_key = ?
                            ORDER BY step DESC LIMIT 1000)
                    WHERE learning_rate IS NOT NULL ORDER BY step DESC LIMIT 1
                    """), arguments: [run])
        for (key, name) in try series(of: run, in: db) {
            gauges.losses["loss/\(name)"] = try Double.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT loss FROM series_point WHERE series_key = ? AND loss IS NOT NULL
                        ORDER BY step DESC LIMIT 1
                        """), arguments: [key])
        }
    }
}
