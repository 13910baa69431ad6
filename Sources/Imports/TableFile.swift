package import Records

/// Runs read from rows: a table of finished runs, or metadata of runs whose curves are elsewhere.
package struct TableFile: Equatable, Sendable {
    package var runs: [Run]
    /// The columns and what they were taken for.
    package let notes: [ColumnNote]
    package let warnings: [String]
    /// Rows left out, and why.
    package var skipped: [SkippedPart] = []
}
