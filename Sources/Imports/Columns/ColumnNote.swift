/// The meaning that the import took a column for, where that is not its own name.
package struct ColumnNote: Equatable, Sendable {
    /// The column as the file spells it.
    package let column: String
    /// The contract's name for it; nil where the column was left out.
    package let meaning: String?

    package init(column: String, meaning: String?) {
        self.column = column
        self.meaning = meaning
    }

    package var message: String {
        guard let meaning else { return "left out column \"\(column)\"" }
        return "took column \"\(column)\" for \(meaning)"
    }
}

extension [ColumnNote] {
    /// Adds a note unless the column already has the contract's name.
    mutating func note(_ column: String, as meaning: String?) {
        guard column != meaning else { return }
        append(ColumnNote(column: column, meaning: meaning))
    }
}
