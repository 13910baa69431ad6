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
    private(set) var unitObject: Int?
    private(set) var features: [Feature: Int] = [:]
    private(set) var loss: Int?
    private(set) var series: [LossColumns.Series] = []
    /// All other columns.
    private(set) var tags: [Int] = []
    private(set) var notes: [ColumnNote] = []
    /// A column that was named for a meaning of tables, and is not there.
    private(set) var missing: String?

    /// Finds the columns.
    ///
    /// - Parameters:
    ///   - columns: The file's columns.
    ///   - ignored: Columns that somebody else reads.
    ///   - chosen: Columns by what they mean, which go before all names.
    init(
        _ columns: [String], ignoring ignored: Set<String> = [], chosen: [String: String] = [:]
    ) {
        let names = columns.map(ColumnName.init)
        let places = chosen.mapValues { wanted in
            let normal = ColumnName(wanted).normal
            return columns.firstIndex(of: wanted) ?? names.firstIndex { $0.normal == normal }
        }
        let settled = Set(places.values.compactMap { $0 })
        /// The column that was chosen, else the one of this name, else the first of another name.
        func column(_ meaning: String, _ isAlias: (ColumnName) -> Bool) -> Int? {
            if let place = places[meaning] {
                if place == nil { missing = chosen[meaning] }
                return place
            }
            return columns.indices.first { columns[$0] == meaning && !settled.contains($0) }
                ?? columns.indices.first { isAlias(names[$0]) && !settled.contains($0) }
        }
        let plain: [(WritableKeyPath<TableColumns, Int?>, String, Set<String>)] = [
            (\.id, "id", ColumnAliases.id), (\.study, "study", ["study"]),
            (\.name, "name", ["name", "run_name"]), (\.role, "role", ["role"]),
            (\.schedule, "schedule", ColumnAliases.schedule),
            (\.warmupSteps, "warmup_steps", ColumnAliases.warmupSteps),
            (\.tagObject, "tags", ["tags"]), (\.unitObject, "units", ["units"]),
        ]
        var meanings: [Int: String] = [:]
        for (field, meaning, aliases) in plain {
            guard let index = column(meaning, { aliases.contains($0.normal) }) else { continue }
            self[keyPath: field] = index
            meanings[index] = meaning
        }
        // The contract's own name goes before an alias, whichever stands first.
        for feature in Feature.stored {
            guard let index = column(feature.rawValue, { ColumnAliases.feature($0) == feature })
            else { continue }
            features[feature] = index
            meanings[index] = feature.rawValue
        }
        let ignoredIndices = columns.indices.filter { ignored.contains(columns[$0]) }
        let losses = LossColumns(columns, taken: Set(meanings.keys).union(ignoredIndices))
        loss = chosen["loss"] == nil ? losses.main : column("loss") { _ in false }
        series = losses.series.filter { $0.column != loss }
        if let loss { meanings[loss] = "loss" }
        for item in series { meanings[item.column] = "loss/\(item.name)" }
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
