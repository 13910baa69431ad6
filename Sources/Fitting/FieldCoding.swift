/// A field that JSON shows as null where there is no value; a missing field reads as none.
@propertyWrapper
package struct Nullable<Value: Codable & Equatable & Sendable>: Codable, Equatable, Sendable {
    package var wrappedValue: Value?

    package init(wrappedValue: Value?) {
        self.wrappedValue = wrappedValue
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue {
            try container.encode(wrappedValue)
        } else {
            try container.encodeNil()
        }
    }
}

/// A type with a value that a missing field stands for.
package protocol Omissible: Codable, Equatable {
    static var omitted: Self { get }
}

/// A field that may be missing, or null, in what is read; it is always written.
@propertyWrapper
package struct Defaulted<Value: Omissible>: Codable, Equatable {
    package var wrappedValue: Value

    package init(wrappedValue: Value) {
        self.wrappedValue = wrappedValue
    }

    package init(from decoder: any Decoder) throws {
        wrappedValue = try Value(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try wrappedValue.encode(to: encoder)
    }
}

extension Defaulted: Sendable where Value: Sendable {}

/// A covariance matrix, whose infinite variances JSON shows as null; left out where there is none.
@propertyWrapper
package struct InfinityAsNull: Codable, Equatable, Sendable {
    package var wrappedValue: [[Double]]?

    package init(wrappedValue: [[Double]]?) {
        self.wrappedValue = wrappedValue
    }

    package init(from decoder: any Decoder) throws {
        let rows = try decoder.singleValueContainer().decode([[Double?]].self)
        wrappedValue = rows.map { $0.map { $0 ?? .infinity } }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue?.map { $0.map { $0.isFinite ? $0 : nil } })
    }
}

// Synthesised `Codable` asks for every wrapped field as if it were there; these answer for those
// that are not.
extension KeyedDecodingContainer {
    package func decode<Value>(
        _ type: Nullable<Value>.Type, forKey key: Key
    ) throws -> Nullable<Value> {
        try decodeIfPresent(type, forKey: key) ?? Nullable(wrappedValue: nil)
    }

    package func decode<Value>(
        _ type: Defaulted<Value>.Type, forKey key: Key
    ) throws -> Defaulted<Value> {
        Defaulted(wrappedValue: try decodeIfPresent(Value.self, forKey: key) ?? .omitted)
    }

    package func decode(_ type: InfinityAsNull.Type, forKey key: Key) throws -> InfinityAsNull {
        try decodeIfPresent(type, forKey: key) ?? InfinityAsNull(wrappedValue: nil)
    }
}

extension KeyedEncodingContainer {
    package mutating func encode(_ value: InfinityAsNull, forKey key: Key) throws {
        try encodeIfPresent(value.wrappedValue.map { _ in value }, forKey: key)
    }

    package mutating func encode<Value>(_ value: Defaulted<Value>, forKey key: Key) throws {
        // As itself: a dictionary's own keys are data, which the strategy leaves alone.
        try encode(value.wrappedValue, forKey: key)
    }
}

extension Int: Omissible {
    package static var omitted: Int { 0 }
}

extension UInt64: Omissible {
    package static var omitted: UInt64 { 0 }
}

extension Bool: Omissible {
    package static var omitted: Bool { false }
}

extension Array: Omissible where Element: Codable & Equatable {
    package static var omitted: [Element] { [] }
}

extension Dictionary: Omissible where Key: Codable, Value: Codable & Equatable {
    package static var omitted: [Key: Value] { [:] }
}
