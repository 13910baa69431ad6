/// `Encodable` values as JSON.
///
/// Names are written in snake case (`totalSteps` as `total_steps`), members in the order of their
/// declaration and those of dictionaries sorted, so that the same answer is the same bytes. JSON has
/// no number that is not finite (RFC 8259, section 6): such a one is null, and its place is kept.
///
/// ```swift
/// struct Size: Codable { var parameterCount: Double }
/// JSONEncoding(Size(parameterCount: 25e6)).value  // {"parameter_count":25000000}
/// ```
package struct JSONEncoding {
    package let value: JSONValue
    /// Pointers to the numbers that are not finite, in their order.
    package let notFinite: [String]

    /// Encodes a value.
    ///
    /// - Parameter value: The value; its own `encode(to:)` may throw.
    /// - Throws: What the value throws.
    package init(_ value: some Encodable) throws {
        let log = NotFiniteLog()
        let place = TreeEncoder(path: [], log: log)
        self.value = try place.tree(of: value)
        notFinite = log.pointers
    }

    /// The value's JSON text.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - isPretty: Breaks and indents lines, for files that people read.
    /// - Returns: UTF-8.
    /// - Throws: What the value throws.
    package static func bytes(of value: some Encodable, isPretty: Bool = false) throws -> [UInt8] {
        let tree = try JSONEncoding(value).value
        return isPretty ? JSONWriter.prettyBytes(of: tree) : JSONWriter.bytes(of: tree)
    }
}

/// Names between Swift and JSON, by one rule.
package enum JSONName {
    /// The name in snake case: an underscore before each capital that begins a word.
    ///
    /// A name in snake case stays as it is. `trainingFLOPs` is `training_flops`.
    package static func snakeCase(_ name: String) -> String {
        guard name.utf8.contains(where: isCapital) else { return name }
        var bytes: [UInt8] = []
        var wasCapital = true
        for byte in name.utf8 {
            if isCapital(byte) {
                if !wasCapital { bytes.append(UInt8(ascii: "_")) }
                bytes.append(byte | 0x20)
                wasCapital = true
            } else {
                bytes.append(byte)
                wasCapital = false
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isCapital(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}

/// A key that is a name or a place in a list.
struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) {
        stringValue = name
        intValue = nil
    }

    init(_ index: Int) {
        stringValue = "\(index)"
        intValue = index
    }

    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(intValue) }
}

/// The places of numbers that are not finite.
private final class NotFiniteLog {
    var pointers: [String] = []
}

/// Dictionaries have no order of their own.
private protocol AnyDictionary {}
extension Dictionary: AnyDictionary {}

/// The place in which a value's parts gather: `encode(to:)` fills it by one of the containers.
private final class TreeEncoder: Encoder {
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]
    let log: NotFiniteLog
    /// True for a dictionary, whose keys are data and stay as they are.
    private(set) var hasOwnNames = false
    /// A single value; nil where it is a list or an object.
    var single: JSONValue?
    var list: [TreeEncoder]?
    var object: [(name: String, part: TreeEncoder)]?

    init(path: [any CodingKey], log: NotFiniteLog) {
        codingPath = path
        self.log = log
    }

    /// The parts gathered so far; an empty object where nothing was, as of a type without members.
    private var gathered: JSONValue {
        if let single { return single }
        if let list { return .array(list.map(\.gathered)) }
        return .object((object ?? []).map { .init($0.name, $0.part.gathered) })
    }

    func tree<Value: Encodable>(of value: Value) throws -> JSONValue {
        switch value {
        case let value as String: return .string(value)
        case let value as Bool: return .bool(value)
        case let value as Int: return .integer(value)
        case let value as Double: return number(value)
        // Curves are long: their numbers need no containers.
        case let values as [Double]:
            return .array(
                values.enumerated().map { index, value in
                    value.isFinite ? .number(value) : number(value, at: JSONKey(index))
                })
        case let values as [Int]: return .array(values.map(JSONValue.integer))
        default:
            hasOwnNames = value is any AnyDictionary
            try value.encode(to: self)
            guard hasOwnNames, case .object(let members) = gathered else { return gathered }
            return .object(members.sorted { $0.name < $1.name })
        }
    }

    func number(_ value: Double, at key: JSONKey? = nil) -> JSONValue {
        guard !value.isFinite else { return .number(value) }
        let path = codingPath.map(\.stringValue) + [key?.stringValue].compactMap(\.self)
        log.pointers.append(path.map { "/" + pointerComponent($0) }.joined())
        return .null
    }

    func child(_ key: any CodingKey) -> TreeEncoder {
        TreeEncoder(path: codingPath + [key], log: log)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        object = object ?? []
        return KeyedEncodingContainer(ObjectContainer<Key>(place: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        list = list ?? []
        return ListContainer(place: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleContainer(place: self)
    }
}

extension JSONValue: Encodable {
    /// Stands as itself; only `JSONEncoding` can do that.
    package func encode(to encoder: any Encoder) throws {
        guard let place = encoder as? TreeEncoder else {
            throw EncodingError.invalidValue(
                self, .init(codingPath: encoder.codingPath, debugDescription: "not JSONEncoding"))
        }
        place.single = self
    }
}

private struct ObjectContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let place: TreeEncoder
    var codingPath: [any CodingKey] { place.codingPath }

    /// The place of a member; one that is written again replaces what was there.
    private func member(_ key: any CodingKey) -> TreeEncoder {
        let name = place.hasOwnNames ? key.stringValue : JSONName.snakeCase(key.stringValue)
        let part = place.child(JSONKey(name))
        let old = place.object?.firstIndex { $0.name == name }
        if let old { place.object?[old].part = part } else { place.object?.append((name, part)) }
        return part
    }

    mutating func encodeNil(forKey key: Key) throws { member(key).single = .null }

    mutating func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        let part = member(key)
        part.single = try part.tree(of: value)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        member(key).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        member(key).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { member(JSONKey("super")) }
    mutating func superEncoder(forKey key: Key) -> any Encoder { member(key) }
}

private struct ListContainer: UnkeyedEncodingContainer {
    let place: TreeEncoder
    var codingPath: [any CodingKey] { place.codingPath }
    var count: Int { place.list?.count ?? 0 }

    private func element() -> TreeEncoder {
        let part = place.child(JSONKey(count))
        place.list?.append(part)
        return part
    }

    mutating func encodeNil() throws { element().single = .null }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        let part = element()
        part.single = try part.tree(of: value)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
        element().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        element().unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { element() }
}

private struct SingleContainer: SingleValueEncodingContainer {
    let place: TreeEncoder
    var codingPath: [any CodingKey] { place.codingPath }

    mutating func encodeNil() throws { place.single = .null }
    mutating func encode(_ value: Bool) throws { place.single = .bool(value) }
    mutating func encode(_ value: String) throws { place.single = .string(value) }
    mutating func encode(_ value: Double) throws { place.single = place.number(value) }
    mutating func encode(_ value: Float) throws { try encode(Double(value)) }
    mutating func encode(_ value: Int) throws { place.single = .integer(value) }
    mutating func encode(_ value: Int8) throws { whole(value) }
    mutating func encode(_ value: Int16) throws { whole(value) }
    mutating func encode(_ value: Int32) throws { whole(value) }
    mutating func encode(_ value: Int64) throws { whole(value) }
    mutating func encode(_ value: UInt) throws { whole(value) }
    mutating func encode(_ value: UInt8) throws { whole(value) }
    mutating func encode(_ value: UInt16) throws { whole(value) }
    mutating func encode(_ value: UInt32) throws { whole(value) }
    mutating func encode(_ value: UInt64) throws { whole(value) }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        place.single = try place.tree(of: value)
    }

    /// A whole number; one beyond 64 bits with a sign is the nearest double.
    private func whole(_ value: some BinaryInteger) {
        place.single = Int(exactly: value).map(JSONValue.integer) ?? .number(Double(value))
    }
}
