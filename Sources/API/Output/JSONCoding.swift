import Foundation

/// How `Codable` values become JSON here: keys sorted, so that the same answer is the same bytes.
package enum JSONCoding {
    /// The value's JSON text.
    ///
    /// - Parameters:
    ///   - value: A value whose numbers are finite.
    ///   - isPretty: Whether to break and indent lines, for files that people read.
    /// - Returns: UTF-8.
    /// - Throws: `EncodingError` when a number is not finite.
    package static func encode(
        _ value: some Encodable, isPretty: Bool = false
    ) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return Array(try encoder.encode(value))
    }

    /// The value that JSON text stands for.
    ///
    /// - Parameters:
    ///   - type: What to read.
    ///   - bytes: UTF-8.
    /// - Returns: The value.
    /// - Throws: `DecodingError`.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: some Sequence<UInt8>
    ) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
