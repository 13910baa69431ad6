package import Records

/// A curve as it was written: points in the file's order, steps possibly more than once.
package struct CurveFile: Equatable, Sendable {
    package let points: [Point]
    /// The columns and what they were taken for.
    package let notes: [ColumnNote]
    /// The rows that were left out, where the reader was asked to go on after a bad one.
    package let refused: [RunFileError]

    package init(points: [Point], notes: [ColumnNote] = [], refused: [RunFileError] = []) {
        self.points = points
        self.notes = notes
        self.refused = refused
    }
}
