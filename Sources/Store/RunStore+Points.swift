import GRDB

extension RunStore {
    /// Adds points to a run, all or none; safe to repeat.
    ///
    /// A point at a step that is stored already replaces the values that it carries (main loss,
    /// learning rate, tokens, the series given) and leaves the others.
    ///
    /// - Parameters:
    ///   - id: The run.
    ///   - points: In any order.
    /// - Returns: How many were stored and replaced.
    /// - Throws: `runNotFound`, `invalidField` with the place of the first offender.
    @discardableResult
    package func appendPoints(
        _ id: String, _ points: [PointRecord]
    ) throws(StoreError) -> AppendSummary {
        for (index, point) in points.enumerated() { try point.validate(index: index) }
        return try write { db in
            let key = try RunTable.key(of: id, in: db)
            return try PointWriter(run: key, in: db).append(points, at: timestamp)
        }
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
    ) throws(StoreError) -> [PointRecord] {
        try read { db in
            let key = try RunTable.key(of: id, in: db)
            return try PointReader(run: key, from: from, to: to).points(in: db)
        }
    }

    /// Stores several runs with their points, replacing metadata of existing ones, all or none.
    ///
    /// - Parameter imports: The runs; an id may occur again, later metadata replaces.
    /// - Returns: What was made, changed and added.
    /// - Throws: `invalidField` with the places of the run and the point.
    package func importRuns(_ imports: [RunImport]) throws(StoreError) -> ImportSummary {
        try validate(imports)
        return try write { db in
            var summary = ImportSummary(created: 0, updated: 0, accepted: 0, replaced: 0)
            for item in imports {
                switch try RunTable.upsert(item.run, at: timestamp, in: db) {
                case .created: summary.created += 1
                case .updated: summary.updated += 1
                }
                let key = try RunTable.key(of: item.run.id, in: db)
                let added = try PointWriter(run: key, in: db).append(item.points, at: timestamp)
                summary.accepted += added.accepted
                summary.replaced += added.replaced
            }
            return summary
        }
    }

    /// Checks runs and points before anything is stored.
    func validate(_ imports: [RunImport]) throws(StoreError) {
        for (index, item) in imports.enumerated() {
            try item.run.validate(index: index)
            for (pointIndex, point) in item.points.enumerated() {
                do {
                    try point.validate(index: pointIndex)
                } catch .invalidField(var invalid) {
                    invalid.run = index
                    throw .invalidField(invalid)
                }
            }
        }
    }
}
