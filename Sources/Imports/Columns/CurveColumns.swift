import Records

/// The columns of a curve by their meaning.
struct CurveColumns: Equatable {
    let step: Int
    let loss: Int?
    let learningRate: Int?
    let tokenCount: Int?
    let series: [LossColumns.Series]
    let notes: [ColumnNote]

    /// Finds the columns.
    ///
    /// - Parameters:
    ///   - columns: The file's columns.
    ///   - file: Its name for errors.
    /// - Throws: `missingColumn` without a step or any loss.
    init(_ columns: [String], file: String) throws(RunFileError) {
        let names = columns.map(ColumnName.init)
        func find(_ canonical: String, _ aliases: Set<String>) -> Int? {
            columns.firstIndex(of: canonical)
                ?? names.firstIndex { aliases.contains($0.normal) }
        }
        let step =
            find("step", ColumnAliases.step) ?? find("steps", ColumnAliases.weakStep)
        learningRate = find("learning_rate", ColumnAliases.learningRate)
        tokenCount = find("token_count", ColumnAliases.tokenCount)
        let taken = Set([step, learningRate, tokenCount].compactMap(\.self))
        let losses = LossColumns(columns, taken: taken)
        guard let step else {
            throw RunFileError(file: file, kind: .missingColumn(wanted: "step", seen: columns))
        }
        guard losses.main != nil || !losses.series.isEmpty else {
            throw RunFileError(file: file, kind: .missingColumn(wanted: "loss", seen: columns))
        }
        self.step = step
        loss = losses.main
        series = losses.series
        var meanings = [step: "step"]
        if let loss { meanings[loss] = "loss" }
        if let learningRate { meanings[learningRate] = "learning_rate" }
        if let tokenCount { meanings[tokenCount] = "token_count" }
        for item in losses.series { meanings[item.column] = "loss/\(item.name)" }
        var notes: [ColumnNote] = []
        for (index, column) in columns.enumerated() {
            notes.note(column, as: meanings[index])
        }
        self.notes = notes
    }
}
