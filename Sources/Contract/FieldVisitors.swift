package import JSONText

/// A request read from the members of a JSON object.
package struct BodyFields: FieldVisitor {
    package private(set) var reader: ObjectReader

    /// Starts to read a body.
    package init(_ body: JSONValue) {
        reader = ObjectReader(body)
    }

    package var errorCount: Int { reader.faults.count }

    package mutating func field<Value>(
        _ name: String, _ value: inout Value?, _ rule: FieldRule<Value>, _ meaning: String
    ) {
        if let given = rule.body(&reader, name) { value = given }
    }

    package mutating func refuse(_ name: String, saying detail: String) {
        reader.refuse(name, saying: detail)
    }

    /// Reads all of a body into a request.
    ///
    /// - Parameters:
    ///   - body: The body.
    ///   - request: The request, with its standard values.
    /// - Throws: `ValidationErrors` with all that is wrong, members without a meaning among it.
    package static func read<Request: RequestFields>(
        _ body: JSONValue, into request: inout Request
    ) throws(ValidationErrors) {
        var fields = BodyFields(body)
        request.visit(&fields)
        fields.reader.finish()
        try fields.reader.faults.check()
    }
}

/// A request read from the parameters of a URL's query; what is known already stays.
package struct QueryFields: FieldVisitor {
    package typealias Item = (name: String, value: String)

    private let items: [Item]
    private var known: [String]
    private var errors = ValidationErrors(source: .query)

    /// Starts to read a query.
    ///
    /// - Parameters:
    ///   - items: Names and values, in their order; "" where only a name is given.
    ///   - others: Names that the caller reads.
    package init(_ items: [Item], beside others: [String] = []) {
        self.items = items
        known = others
    }

    package var errorCount: Int { errors.count }

    package mutating func field<Value>(
        _ name: String, _ value: inout Value?, _ rule: FieldRule<Value>, _ meaning: String
    ) {
        known.append(name)
        guard let text = items.first(where: { $0.name == name })?.value else { return }
        do throws(FieldRefusal) {
            guard let given = try rule.parse(text) else {
                return refuse(name, saying: "\(name) = \(text) \(rule.sentence).")
            }
            value = value ?? given
        } catch {
            refuse(name, saying: error.sentence)
        }
    }

    package mutating func refuse(_ name: String, saying detail: String) {
        errors.add("/\(pointerComponent(name))", detail)
    }

    /// Refuses parameters without a meaning, and those given twice.
    ///
    /// - Throws: `ValidationErrors` with all that is wrong.
    package mutating func finish() throws(ValidationErrors) {
        var seen = Set<String>()
        for item in items {
            if !known.contains(item.name) {
                let names = known.isEmpty ? "none" : known.joined(separator: ", ")
                refuse(
                    item.name,
                    saying: "\(item.name) is no parameter of this call; it takes \(names).")
            } else if !seen.insert(item.name).inserted {
                refuse(item.name, saying: "\(item.name) is given twice; send it once.")
            }
        }
        try errors.check()
    }

    /// Reads all of a query into a request.
    ///
    /// - Parameters:
    ///   - items: The query.
    ///   - request: The request; fields that it has already stay.
    ///   - others: Names that the caller reads.
    /// - Throws: `ValidationErrors` with all that is wrong.
    package static func read<Request: RequestFields>(
        _ items: [Item], into request: inout Request, beside others: [String] = []
    ) throws(ValidationErrors) {
        var fields = QueryFields(items, beside: others)
        request.visit(&fields)
        try fields.finish()
    }
}

/// A request written as a JSON object, as a client sends it.
package struct BodyWriter: FieldVisitor {
    private var members: [JSONValue.Member] = []

    package mutating func field<Value>(
        _ name: String, _ value: inout Value?, _ rule: FieldRule<Value>, _ meaning: String
    ) {
        if let value { members.append(.init(name, rule.write(value))) }
    }

    /// The body of a request; fields without a value are left out.
    package static func body(of request: some RequestFields) -> JSONValue {
        var request = request
        var writer = BodyWriter()
        request.visit(&writer)
        return .object(writer.members)
    }

    /// The query of a request: the same members as text.
    package static func query(of request: some RequestFields) -> [QueryFields.Item] {
        guard case .object(let members) = body(of: request) else { return [] }
        return members.map { member in
            switch member.value {
            case .string(let text): (member.name, text)
            case .array(let values):
                (member.name, values.compactMap(\.string).joined(separator: ","))
            default: (member.name, JSONWriter.text(of: member.value))
            }
        }
    }
}

/// A request's fields as OpenAPI describes them.
package struct SchemaWriter: FieldVisitor {
    /// One field.
    package struct Field: Sendable {
        package let name: String
        package let meaning: String
        package let schema: JSONValue
    }

    package private(set) var fields: [Field] = []

    package mutating func field<Value>(
        _ name: String, _ value: inout Value?, _ rule: FieldRule<Value>, _ meaning: String
    ) {
        fields.append(Field(name: name, meaning: meaning, schema: rule.schema))
    }

    /// The fields of a request.
    package static func fields(of request: some RequestFields) -> [Field] {
        var request = request
        var writer = SchemaWriter()
        request.visit(&writer)
        return writer.fields
    }
}
