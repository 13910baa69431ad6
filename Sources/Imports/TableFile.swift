package import Records

/// Runs read from rows: a table of finished runs, or metadata of runs whose curves are elsewhere.
package struct TableFile: Equatable, Sendable {
    package var runs: [Run]
    /// What was taken for what.
    package let notes: [ColumnNote]
    package let warnings: [String]
    /// Rows left out, and why.
    package var skipped: [SkippedPart] = []
}
