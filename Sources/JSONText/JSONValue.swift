/// A JSON text as a tree, for input whose every fault is to be named with its place.
///
/// Members keep their order. `Codable` would stop at the first fault and cannot say that a body
/// has a member too many.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number written without fraction and exponent that fits.
    case integer(Int)
    /// Any other number; it is finite.
    case number(Double)
    /// `NaN`, `Infinity`, `-Infinity`, or a number beyond the range of doubles, as written.
    ///
    /// Not JSON, but what Python writes for a diverged loss: read so that the answer can name the
    /// field instead of a character.
    case notFinite(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// One name and value of an object.
    package struct Member: Sendable, Equatable {
        package var name: String
        package var value: JSONValue

        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// An object of the members that have a value.
    package static func present(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(members.compactMap { name, value in value.map { Member(name, $0) } })
    }

    /// The first member of that name of an object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The number, whether it was written as an integer or not.
    package var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    package var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The JSON pointer of a number inside that is not finite; nil without one.
    package var placeOfNotFinite: String? {
        switch self {
        case .notFinite: return ""
        case .array(let values):
            for (index, value) in values.enumerated() {
                if let place = value.placeOfNotFinite { return "/\(index)\(place)" }
            }
        case .object(let members):
            for member in members {
                if let place = member.value.placeOfNotFinite {
                    return "/\(pointerComponent(member.name))\(place)"
                }
            }
        default: break
        }
        return nil
    }

    /// The value as it was sent, cut short, for a sentence about it.
    package var excerpt: String {
        if case .notFinite(let text) = self { return text }
        let text = JSONWriter.text(of: self)
        return text.count <= 40 ? text : text.prefix(39) + "…"
    }

    /// True for a list or an object with something in it.
    var isNested: Bool {
        switch self {
        case .array(let values): !values.isEmpty
        case .object(let members): !members.isEmpty
        default: false
        }
    }
}

// Literals, so that an answer's code looks like the answer: `["status": "ok", "runs": .array(runs)]`.

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral
{
    package init(stringLiteral text: String) { self = .string(text) }
    package init(booleanLiteral flag: Bool) { self = .bool(flag) }
    package init(integerLiteral number: Int) { self = .integer(number) }
}

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(arrayLiteral values: JSONValue...) { self = .array(values) }

    /// An object whose members keep the literal's order.
    package init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(members.map { Member($0.0, $0.1) })
    }
}

/// One component of a JSON pointer (RFC 6901, section 4).
package func pointerComponent(_ name: String) -> String {
    guard name.contains(where: { $0 == "~" || $0 == "/" }) else { return name }
    return name.replacing("~", with: "~0").replacing("/", with: "~1")
}
