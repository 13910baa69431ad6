import Records

/// The columns of a curve by their meaning.
struct CurveColumns: Equatable {
    /// A column that is a field of a point.
    struct Column: Equatable {
        let field: Point.Field
        let place: Int
    }

    let step: Int
    /// All others that mean something, the main loss first.
    let fields: [Column]
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
        let quantities = Point.Quantity.allCases.compactMap { quantity in
            find(quantity.rawValue, ColumnAliases.names(of: quantity))
                .map { Column(field: .quantity(quantity), place: $0) }
        }
        let taken = Set(quantities.map(\.place) + [step].compactMap(\.self))
        let losses = LossColumns(columns, taken: taken)
        guard let step else {
            throw RunFileError(file: file, kind: .missingColumn(wanted: "step", seen: columns))
        }
        guard losses.main != nil || !losses.series.isEmpty else {
            throw RunFileError(file: file, kind: .missingColumn(wanted: "loss", seen: columns))
        }
        self.step = step
        fields =
            (losses.main.map { [Column(field: .loss(nil), place: $0)] } ?? []) + quantities
            + losses.series.map { Column(field: .loss($0.name), place: $0.column) }
        let meanings = fields.reduce(into: [step: "step"]) { $0[$1.place] = $1.field.name }
        var notes: [ColumnNote] = []
        for (index, column) in columns.enumerated() {
            notes.note(column, as: meanings[index])
        }
        self.notes = notes
    }
}
