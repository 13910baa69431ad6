/// `Decodable` values from JSON, by the names that `JSONEncoding` writes.
///
/// ```swift
/// let size = try JSONDecoding.value(Size.self, from: Array(#"{"parameter_count":25000000}"#.utf8))
/// ```
///
/// It stops at the first value that does not fit and says where (`DecodingError`, or whatever the
/// type's own `init(from:)` throws): for answers and files of this program. Requests of others are
/// read by a reader that names all their faults at once.
package enum JSONDecoding {
    /// The value that JSON text stands for.
    ///
    /// - Parameters:
    ///   - type: The type to read.
    ///   - bytes: UTF-8.
    ///   - readsNullAsNaN: Takes null for a number that could not be written, as in answers.
    /// - Returns: The value.
    /// - Throws: `JSONSyntaxError`, `DecodingError`, or what the type throws.
    package static func value<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], readsNullAsNaN: Bool = false
    ) throws -> Value {
        try TreeDecoder(tree: JSONParser.parse(bytes), readsNullAsNaN: readsNullAsNaN).value(type)
    }
}

private struct TreeDecoder: Decoder {
    let tree: JSONValue
    let readsNullAsNaN: Bool
    var codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // Curves are long: their numbers need no containers.
        if type == [Double].self || type == [Int].self { return try numbers(type) }
        return try Value(from: self)
    }

    private func numbers<Value>(_ type: Value.Type) throws -> Value {
        guard case .array(let values) = tree else { throw mismatch(type) }
        let list: Any
        if type == [Double].self {
            list = try values.enumerated().map { try element($1, $0).double() }
        } else {
            list = try values.enumerated().map { try element($1, $0).whole(Int.self) }
        }
        guard let result = list as? Value else { throw mismatch(type) }
        return result
    }

    func element(_ value: JSONValue, _ index: Int) -> TreeDecoder {
        TreeDecoder(
            tree: value, readsNullAsNaN: readsNullAsNaN, codingPath: codingPath + [JSONKey(index)])
    }

    func double() throws -> Double {
        if tree == .null, readsNullAsNaN { return .nan }
        guard let value = tree.double else { throw mismatch(Double.self) }
        return value
    }

    func whole<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
        if case .integer(let value) = tree, let number = Number(exactly: value) { return number }
        guard let number = tree.double.flatMap(Number.init(exactly:)) else { throw mismatch(type) }
        return number
    }

    func mismatch(_ type: Any.Type) -> DecodingError {
        let context = DecodingError.Context(
            codingPath: codingPath, debugDescription: "found \(tree.excerpt)")
        return tree == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = tree else { throw mismatch([String: Any].self) }
        return KeyedDecodingContainer(ObjectContainer(place: self, members: members))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let values) = tree else { throw mismatch([Any].self) }
        return ListContainer(place: self, values: values)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleContainer(place: self)
    }
}

extension JSONValue: Decodable {
    /// The tree as it is; only `JSONDecoding` has it.
    package init(from decoder: any Decoder) throws {
        guard let place = decoder as? TreeDecoder else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not JSONDecoding"))
        }
        self = place.tree
    }
}

private struct ObjectContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let place: TreeDecoder
    let members: [JSONValue.Member]
    var codingPath: [any CodingKey] { place.codingPath }

    /// Keys as JSON has them: a dictionary's are its own, and a type's are looked up by `find`.
    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.name) } }

    private func find(_ key: any CodingKey) -> JSONValue? {
        if let member = members.first(where: { $0.name == key.stringValue }) { return member.value }
        let name = JSONName.snakeCase(key.stringValue)
        return members.first { $0.name == name }?.value
    }

    private func member(_ key: any CodingKey) throws -> TreeDecoder {
        guard let value = find(key) else {
            throw DecodingError.keyNotFound(
                JSONKey(JSONName.snakeCase(key.stringValue)),
                .init(codingPath: codingPath, debugDescription: "it is missing"))
        }
        return TreeDecoder(
            tree: value, readsNullAsNaN: place.readsNullAsNaN,
            codingPath: codingPath + [JSONKey(JSONName.snakeCase(key.stringValue))])
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { find(key) == .null }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try member(key).value(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try member(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try member(JSONKey("super")) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
}

private struct ListContainer: UnkeyedDecodingContainer {
    let place: TreeDecoder
    let values: [JSONValue]
    private(set) var currentIndex = 0

    init(place: TreeDecoder, values: [JSONValue]) {
        self.place = place
        self.values = values
    }

    var codingPath: [any CodingKey] { place.codingPath }
    var count: Int? { values.count }
    var isAtEnd: Bool { currentIndex >= values.count }

    private mutating func next() throws -> TreeDecoder {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                Any.self, .init(codingPath: codingPath, debugDescription: "the list has ended"))
        }
        defer { currentIndex += 1 }
        return place.element(values[currentIndex], currentIndex)
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, values[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next().value(type)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try next() }
}

private struct SingleContainer: SingleValueDecodingContainer {
    let place: TreeDecoder
    var codingPath: [any CodingKey] { place.codingPath }

    func decodeNil() -> Bool { place.tree == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .bool(let value) = place.tree else { throw place.mismatch(type) }
        return value
    }

    func decode(_ type: String.Type) throws -> String {
        guard let text = place.tree.string else { throw place.mismatch(type) }
        return text
    }

    func decode(_ type: Double.Type) throws -> Double { try place.double() }
    func decode(_ type: Float.Type) throws -> Float { Float(try place.double()) }
    func decode(_ type: Int.Type) throws -> Int { try place.whole(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try place.whole(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try place.whole(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try place.whole(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try place.whole(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try place.whole(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try place.whole(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try place.whole(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try place.whole(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try place.whole(type) }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try place.value(type) }
}
