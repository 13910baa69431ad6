import JSONText
import Records

/// Rows under named columns, one at a time: what CSV, NDJSON and JSON have in common.
protocol RowSource {
    var columns: [String] { get }

    /// Moves to the next row, the first at the first call.
    ///
    /// - Returns: False after the last row.
    /// - Throws: `RunFileError` where the text breaks its format.
    mutating func advance() throws(RunFileError) -> Bool

    /// The place of the current row.
    var place: RunFileError.Place { get }

    /// The current row's value in a column, read as a number.
    func number(_ column: Int) -> NumberField

    /// The current row's value in a column as text; nil if blank.
    func text(_ column: Int) -> String?

    /// The current row's value in a column if it is a JSON object.
    func object(_ column: Int) -> [JSONValue.Member]?
}

/// A field where a number is wanted.
enum NumberField: Equatable {
    case blank
    /// Any double, NaN and infinities included.
    case number(Double)
    /// The bytes that stand there instead.
    case text(String)
}

extension RowSource {
    /// The error for a field of the current row.
    ///
    /// - Parameters:
    ///   - column: Index of the column.
    ///   - field: The contract's name for it.
    ///   - value: The value as it stands.
    ///   - rule: What must hold.
    ///   - file: The file's name.
    /// - Returns: The error.
    func refusal(
        _ column: Int, _ field: String, _ value: String, _ rule: String, file: String
    ) -> RunFileError {
        var place = place
        place.column = columns[column]
        return RunFileError(
            file: file, place: place, kind: .invalid(field: field, value: value, rule: rule))
    }

    /// A number that keeps a rule; nil if blank.
    func checkedNumber(
        _ column: Int, _ field: String, _ rule: NumberRule, file: String
    ) throws(RunFileError) -> Double? {
        switch number(column) {
        case .blank:
            return nil
        case .text(let text):
            throw refusal(column, field, "\"\(text)\"", rule.sentence, file: file)
        case .number(let value):
            guard rule.isMet(by: value) else {
                let shown = rule.isWhole ? Int(exactly: value).map(String.init) : nil
                throw refusal(
                    column, field, shown ?? "\(value)", rule.sentence(for: value), file: file)
            }
            return value
        }
    }
}
