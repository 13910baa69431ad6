import Foundation

/// Any JSON value.
enum JSONValue: Codable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Numbers first: a file of points is nearly all numbers, and each miss costs an error.
        if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if container.decodeNil() {
            self = .null
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let array = try? container.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .array(let array): try container.encode(array)
        case .object(let object): try container.encode(object)
        }
    }

    /// The value as text: strings as they are, whole numbers without a fraction, the rest as JSON.
    var text: String? {
        switch self {
        case .null:
            return nil
        case .text(let text):
            return text
        case .number(let number):
            return Int(exactly: number).map(String.init) ?? "\(number)"
        case .bool, .array, .object:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            // What came from JSON goes back to JSON.
            guard let data = try? encoder.encode(self) else { return nil }
            return String(decoding: data, as: UTF8.self)
        }
    }

    var numberField: NumberField {
        switch self {
        case .null:
            return .blank
        case .number(let number):
            return .number(number)
        case .text(let text):
            let bytes = Array(text.trimmingSpaces.utf8)
            guard !bytes.isEmpty else { return .blank }
            guard let number = DecimalText.number(bytes, bytes.indices) else { return .text(text) }
            return .number(number)
        case .bool, .array, .object:
            return .text(text ?? "")
        }
    }
}
