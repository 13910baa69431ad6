/// The meaning of the keys of a curve's points in JSON, by the aliases that a file's columns have.
package struct CurveKeys: Equatable, Sendable {
    /// A field of a point.
    package enum Meaning: Equatable, Sendable {
        case step
        case loss
        case learningRate
        case tokenCount
        /// The `<name>` of a further loss `loss/<name>`.
        case series(String)
    }

    /// Keys that mean something; the others are left out of points.
    package let meanings: [String: Meaning]
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
        meanings = columns.map { Self.meanings($0, names) } ?? [:]
        notes = columns?.notes ?? []
    }

    private static func meanings(
        _ columns: CurveColumns, _ names: [String]
    ) -> [String: Meaning] {
        var meanings = [names[columns.step]: Meaning.step]
        if let loss = columns.loss { meanings[names[loss]] = .loss }
        if let rate = columns.learningRate { meanings[names[rate]] = .learningRate }
        if let count = columns.tokenCount { meanings[names[count]] = .tokenCount }
        for series in columns.series { meanings[names[series.column]] = .series(series.name) }
        return meanings
    }
}
