import JSONText

/// A JSON value as the cell of a table.
extension JSONValue {
    /// The value as text: strings as they are, the rest as JSON; nil for null.
    var text: String? {
        switch self {
        case .null: nil
        case .string(let text), .notFinite(let text): text
        default: JSONWriter.text(of: self)
        }
    }

    var numberField: NumberField {
        switch self {
        case .null: return .blank
        case .integer(let number): return .number(Double(number))
        case .number(let number): return .number(number)
        case .string(let text), .notFinite(let text):
            let bytes = Array(text.trimmingSpaces.utf8)
            guard !bytes.isEmpty else { return .blank }
            guard let number = DecimalText.number(bytes, bytes.indices) else { return .text(text) }
            return .number(number)
        case .bool, .array, .object: return .text(text ?? "")
        }
    }
}
