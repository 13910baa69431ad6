package import Records

/// The meaning of the keys of a curve's points in JSON, by the aliases that a file's columns have.
package struct CurveKeys: Equatable, Sendable {
    /// Keys that mean something; the others are left out of points.
    package let fields: [String: Point.Field]
    /// The keys and their meaning, and those left out.
    package let notes: [ColumnNote]

    /// Finds out what keys mean.
    ///
    /// - Parameter keys: The keys of all points together, since points may have different ones.
    package init(_ keys: Set<String>) {
        // A step or loss that no point has is put in, so that the other keys are told apart all the
        // same; the reader of the points then misses it in each.
        var names: [String] = []
        var columns: CurveColumns?
        for missing in [[], ["loss"], ["step"], ["loss", "step"]] where columns == nil {
            // In one order, so that the answer does not depend on which point comes first.
            names = keys.union(missing).sorted()
            columns = try? CurveColumns(names, file: "")
        }
        var fields: [String: Point.Field] = [:]
        if let columns {
            fields[names[columns.step]] = .step
            for column in columns.fields { fields[names[column.place]] = column.field }
        }
        self.fields = fields
        notes = columns?.notes ?? []
    }
}
