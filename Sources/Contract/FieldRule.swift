package import JSONText

/// A request whose fields are described once, by name, rule and meaning.
///
/// The one description serves to read a body, to read a query, to write the body that a client
/// sends, and to write the schema in `/openapi.json`:
///
/// ```swift
/// mutating func visit(_ fields: inout some FieldVisitor) {
///     fields.field("every", &every, .count(from: 1), "The spacing of the steps.")
/// }
/// ```
package protocol RequestFields: Sendable {
    /// Shows every field to a visitor, in the order in which errors name them.
    mutating func visit(_ fields: inout some FieldVisitor)
}

/// A reader or a writer of a request's fields.
package protocol FieldVisitor {
    /// Visits a field that may be missing.
    ///
    /// - Parameters:
    ///   - name: The field's name in JSON and in queries.
    ///   - value: The field; readers set it, writers read it.
    ///   - rule: What it may be.
    ///   - meaning: A sentence about it.
    mutating func field<Value>(
        _ name: String, _ value: inout Value?, _ rule: FieldRule<Value>, _ meaning: String)

    /// Notes that the fields do not go together; only readers care.
    mutating func refuse(_ name: String, saying detail: String)

    /// Errors so far; 0 for writers.
    var errorCount: Int { get }
}

extension FieldVisitor {
    package mutating func refuse(_ name: String, saying detail: String) {}
    package var errorCount: Int { 0 }

    /// Visits a field that has a standard value, which need not be sent.
    package mutating func field<Value: Equatable>(
        _ name: String, _ value: inout Value, _ rule: FieldRule<Value>, standard: Value,
        _ meaning: String
    ) {
        var given = value == standard ? nil : value
        field(name, &given, rule, meaning)
        value = given ?? standard
    }
}

/// The rule of a field: how its value is read and written, and the sentence of what must hold.
package struct FieldRule<Value>: Sendable {
    /// The rule as the end of a sentence: `must be a finite number above 0`.
    let sentence: String
    /// Takes the member of a body; it notes every error that it finds.
    let body: @Sendable (inout ObjectReader, _ name: String) -> Value?
    /// The value out of a query; nil where it breaks the rule.
    let parse: @Sendable (String) throws(FieldRefusal) -> Value?
    let write: @Sendable (Value) -> JSONValue
    /// JSON Schema of the value.
    let schema: JSONValue

    package init(
        sentence: String,
        body: @escaping @Sendable (inout ObjectReader, _ name: String) -> Value?,
        parse: @escaping @Sendable (String) throws(FieldRefusal) -> Value?,
        write: @escaping @Sendable (Value) -> JSONValue, schema: JSONValue
    ) {
        self.sentence = sentence
        self.body = body
        self.parse = parse
        self.write = write
        self.schema = schema
    }

    /// The rule of a single value.
    ///
    /// - Parameters:
    ///   - sentence: What must hold.
    ///   - read: The value out of JSON; nil where it breaks the rule.
    ///   - parse: The value out of a query; nil where it breaks the rule.
    ///   - write: The value in JSON.
    ///   - schema: JSON Schema of the value.
    package init(
        _ sentence: String, read: @escaping @Sendable (JSONValue) -> Value?,
        parse: @escaping @Sendable (String) throws(FieldRefusal) -> Value?,
        write: @escaping @Sendable (Value) -> JSONValue, schema: JSONValue
    ) {
        self.init(
            sentence: sentence, body: { $0.read($1, sentence, read) }, parse: parse, write: write,
            schema: schema)
    }
}

extension ObjectReader {
    /// A member that keeps a rule; nil where it is missing or refused.
    mutating func value<Value>(_ name: String, _ rule: FieldRule<Value>) -> Value? {
        rule.body(&self, name)
    }
}

/// A refusal in a sentence of its own.
package struct FieldRefusal: Error {
    let sentence: String

    package init(_ sentence: String) {
        self.sentence = sentence
    }
}

extension JSONValue {
    /// A JSON Schema of a type, with what else it says.
    static func schema(_ type: String, _ more: Member...) -> JSONValue {
        .object([.init("type", .string(type))] + more)
    }
}

extension FieldRule where Value == Double {
    /// A finite number above 0.
    package static let positive = FieldRule(
        "must be a finite number above 0",
        read: { $0.double.flatMap { $0 > 0 ? $0 : nil } },
        parse: { Double($0).flatMap { $0 > 0 && $0.isFinite ? $0 : nil } },
        write: { .number($0) },
        schema: .schema("number", .init("exclusiveMinimum", .integer(0))))
}

extension FieldRule where Value == Int {
    /// A whole number; `1e4` is ten thousand, as in a schedule.
    package static func count(_ range: ClosedRange<Int>) -> FieldRule {
        let limit = range.upperBound
        let rule =
            limit == .max
            ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(limit)"
        var schema: [JSONValue.Member] = [
            .init("type", .string("integer")), .init("minimum", .integer(range.lowerBound)),
        ]
        if limit != .max { schema.append(.init("maximum", .integer(limit))) }
        return FieldRule(
            "must be a whole number \(rule)",
            read: { value in
                let whole: Int? =
                    if case .integer(let value) = value {
                        value
                    } else {
                        value.double.flatMap { Int(exactly: $0) }
                    }
                return whole.flatMap { range.contains($0) ? $0 : nil }
            },
            parse: { text in
                let whole = Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
                return whole.flatMap { range.contains($0) ? $0 : nil }
            },
            write: { .integer($0) }, schema: .object(schema))
    }
}

extension FieldRule where Value == String {
    /// A text that is not empty.
    package static let name = FieldRule(
        "must be a text that is not empty",
        read: { $0.string.flatMap { $0.isEmpty ? nil : $0 } },
        parse: { $0 }, write: { .string($0) },
        schema: .schema("string", .init("minLength", .integer(1))))

    /// Any value, as a query would write it: the options of plans read themselves.
    package static let queryText = FieldRule(
        "must be a value", read: { queryText(of: $0) }, parse: { $0 },
        write: { .string($0) }, schema: [:])

    private static func queryText(of value: JSONValue) -> String {
        switch value {
        case .string(let text): return text
        case .bool(let flag): return flag ? "yes" : "no"
        case .array(let values):
            let items = values.map(queryText)
            // Schedules have commas of their own.
            return items.joined(separator: items.contains { $0.contains(",") } ? ";" : ",")
        case .null, .integer, .number, .notFinite, .object: return JSONWriter.text(of: value)
        }
    }
}

extension FieldRule where Value == Bool {
    /// A switch: on where a query has the name alone, and as the word says.
    package static let flag = FieldRule(
        "must be true or false",
        read: { value in
            guard case .bool(let flag) = value else { return nil }
            return flag
        },
        parse: { text in
            switch text {
            case "", "true", "1": true
            case "false", "0": false
            default: nil
            }
        }, write: { .bool($0) }, schema: .schema("boolean"))

    /// A switch that one word turns on.
    package static func only(_ word: String) -> FieldRule {
        FieldRule(
            "must be \(word)", read: { $0.string == word ? true : nil },
            parse: { $0 == word ? true : nil }, write: { _ in .string(word) },
            schema: ["enum": [.string(word)]])
    }
}

extension FieldRule where Value == [String] {
    /// Ids: a list in JSON, separated by commas in a query.
    package static let ids = FieldRule(
        "must be a list of ids",
        read: { value in
            guard case .array(let values) = value else { return nil }
            let names = values.compactMap(\.string).filter { !$0.isEmpty }
            return names.count == values.count ? names : nil
        },
        parse: { (text) throws(FieldRefusal) in
            let names = text.split(separator: ",").map(String.init)
            guard !names.isEmpty else {
                throw FieldRefusal("The list is empty; give ids separated by commas.")
            }
            return names
        },
        write: { .array($0.map(JSONValue.string)) },
        schema: .schema("array", .init("items", .schema("string"))))
}

extension FieldRule where Value: RawRepresentable & Sendable, Value.RawValue == String {
    /// One of a few words.
    package static func word(_ words: [Value]) -> FieldRule {
        FieldRule(
            "must be " + words.map(\.rawValue).joined(separator: " or "),
            read: { value in words.first { $0.rawValue == value.string } },
            parse: { text in words.first { $0.rawValue == text } },
            write: { .string($0.rawValue) },
            schema: ["enum": .array(words.map { .string($0.rawValue) })])
    }
}

extension FieldRule {
    /// An object with values of one kind under names of the sender's choice.
    package static func map<Element: Sendable>(
        _ rule: String, _ element: @escaping @Sendable (JSONValue) -> Element?,
        write: @escaping @Sendable (Element) -> JSONValue, schema: String
    ) -> FieldRule where Value == [String: Element] {
        FieldRule(
            sentence: "must be a JSON object", body: { $0.map($1, rule, element) },
            parse: { _ in nil },
            write: { values in
                .object(values.sorted { $0.key < $1.key }.map { .init($0.key, write($0.value)) })
            }, schema: .schema("object", .init("additionalProperties", .schema(schema))))
    }

    /// A name such as `log-huber:0.001`, or an object that says the same.
    ///
    /// - Parameters:
    ///   - example: A name, for the error.
    ///   - parse: Reads a name; nil notes the sentence of what is wrong.
    ///   - text: Writes it.
    ///   - object: Makes a name of the object's members.
    /// - Returns: The rule.
    package static func named(
        example: String, parse: @escaping @Sendable (String) throws(FieldRefusal) -> Value,
        text: @escaping @Sendable (Value) -> String,
        object: @escaping @Sendable (inout ObjectReader) -> String
    ) -> FieldRule {
        let sentence = "must be a name such as \(example), or an object"
        return FieldRule(
            sentence: sentence,
            body: { reader, name in
                guard let value = reader.take(name) else { return nil }
                var text = value.string
                if case .object = value {
                    var inner = ObjectReader(
                        value, at: "\(reader.pointer)/\(name)", faults: reader.faults)
                    text = object(&inner)
                    inner.finish()
                    let isSound = inner.faults.count == reader.faults.count
                    reader.faults = inner.faults
                    guard isSound else { return nil }
                }
                guard let text else {
                    reader.refuse(name, value, sentence)
                    return nil
                }
                do throws(FieldRefusal) {
                    return try parse(text)
                } catch {
                    reader.refuse(name, saying: error.sentence)
                    return nil
                }
            },
            parse: parse, write: { .string(text($0)) },
            schema: [
                "oneOf": [.schema("string"), .schema("object")], "example": .string(example),
            ])
    }
}
