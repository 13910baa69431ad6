import Records

/// The columns of a table of runs by their meaning.
struct TableColumns: Equatable {
    private(set) var id: Int?
    private(set) var study: Int?
    private(set) var name: Int?
    private(set) var role: Int?
    private(set) var schedule: Int?
    private(set) var warmupSteps: Int?
    private(set) var tagObject: Int?
    private(set) var features: [Feature: Int] = [:]
    private(set) var loss: Int?
    private(set) var series: [LossColumns.Series] = []
    /// All other columns.
    private(set) var tags: [Int] = []
    private(set) var notes: [ColumnNote] = []

    /// Finds the columns.
    ///
    /// - Parameters:
    ///   - columns: The file's columns.
    ///   - ignored: Columns that somebody else reads.
    init(_ columns: [String], ignoring ignored: Set<String> = []) {
        let names = columns.map(ColumnName.init)
        let plain: [(WritableKeyPath<TableColumns, Int?>, String, Set<String>)] = [
            (\.id, "id", ColumnAliases.id), (\.study, "study", ["study"]),
            (\.name, "name", ["name", "run_name"]), (\.role, "role", ["role"]),
            (\.schedule, "schedule", ColumnAliases.schedule),
            (\.warmupSteps, "warmup_steps", ColumnAliases.warmupSteps),
            (\.tagObject, "tags", ["tags"]),
        ]
        var meanings: [Int: String] = [:]
        for (field, meaning, aliases) in plain {
            let index =
                columns.firstIndex(of: meaning)
                ?? names.firstIndex { aliases.contains($0.normal) }
            guard let index else { continue }
            self[keyPath: field] = index
            meanings[index] = meaning
        }
        // The contract's own name goes before an alias, whichever stands first.
        for feature in Feature.stored {
            let index =
                columns.firstIndex(of: feature.rawValue)
                ?? names.firstIndex { ColumnAliases.feature($0) == feature }
            guard let index else { continue }
            features[feature] = index
            meanings[index] = feature.rawValue
        }
        let ignoredIndices = columns.indices.filter { ignored.contains(columns[$0]) }
        let losses = LossColumns(columns, taken: Set(meanings.keys).union(ignoredIndices))
        loss = losses.main
        series = losses.series
        if let main = losses.main { meanings[main] = "loss" }
        for item in losses.series { meanings[item.column] = "loss/\(item.name)" }
        for (index, column) in columns.enumerated() where !ignored.contains(column) {
            let meaning = meanings[index]
            if meaning == nil { tags.append(index) }
            notes.note(column, as: meaning ?? "tag \(column)")
        }
    }

    /// True when there is nothing to tell one row from another but a loss and a time.
    func isOnlyLosses(_ columns: [String]) -> Bool {
        id == nil && name == nil && schedule == nil
            && tags.allSatisfy { ColumnName(columns[$0]).words.contains("time") }
    }
}
