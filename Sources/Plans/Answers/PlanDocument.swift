import Foundation

/// The answer of a plan as named members: numbers, planned quantities, sentences and lists of rows.
///
///     var answer = PlanDocument(kind: "growth", advice: "Train the small model for 6.58e9 tokens.")
///     answer["growth_tokens"] = .quantity(PlannedQuantity(6.58e9))
///
/// JSON has the members under their names beside `kind`, `law`, `advice` and `warnings`. The page
/// and the rows follow from the members and from what `PlanField` says of their names, so that a
/// document read back from JSON shows the same page.
package struct PlanDocument: PlanResult, Equatable {
    package var kind: String
    /// Nil for a plan that needs no fit.
    package var law: String?
    /// The advice, in a sentence or two.
    package var advice: String
    package var members: [String: PlanValue] = [:]
    package var warnings: [String] = []

    package init(kind: String, law: String? = nil, advice: String = "") {
        self.kind = kind
        self.law = law
        self.advice = advice
    }

    package subscript(name: String) -> PlanValue? {
        get { members[name] }
        set {
            assert(PlanField.all.contains { $0.name == name }, "\(name) has words in PlanField")
            members[name] = newValue
        }
    }

    /// The planned quantity of a name.
    package func quantity(_ name: String) -> PlannedQuantity? {
        guard case .quantity(let quantity) = members[name] else { return nil }
        return quantity
    }

    /// The rows of a name.
    package func rows(_ name: String) -> [[String: PlanValue]] {
        guard case .rows(let rows) = members[name] else { return [] }
        return rows
    }
}

/// One member of a plan's answer, or one cell of its rows.
package enum PlanValue: Sendable, Equatable {
    case number(Double)
    case text(String)
    case quantity(PlannedQuantity)
    case rows([[String: PlanValue]])
    case null

    /// A number where there is one that JSON can say.
    package static func number(_ value: Double?) -> PlanValue {
        guard let value, value.isFinite else { return .null }
        return .number(value)
    }

    /// The ends of a quantity's interval, where it has one.
    var bounds: ClosedRange<Double>? {
        guard case .quantity(let quantity) = self, let lower = quantity.lower,
            let upper = quantity.upper, lower <= upper
        else { return nil }
        return lower...upper
    }

    /// The number of `number` or of a quantity; nil for anything else.
    package var number: Double? {
        switch self {
        case .number(let value): value
        case .quantity(let quantity): quantity.value
        case .text, .rows, .null: nil
        }
    }
}

extension PlanValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let quantity = try? container.decode(PlannedQuantity.self) {
            self = .quantity(quantity)
        } else {
            self = .rows(try container.decode([[String: PlanValue]].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let value) where value.isFinite: try container.encode(value)
        case .number, .null: try container.encodeNil()
        case .text(let text): try container.encode(text)
        case .quantity(let quantity): try container.encode(quantity)
        case .rows(let rows): try container.encode(rows)
        }
    }
}

extension PlanDocument: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: MemberKey.self)
        kind = try container.decode(String.self, forKey: MemberKey("kind"))
        law = try container.decodeIfPresent(String.self, forKey: MemberKey("law"))
        advice = try container.decode(String.self, forKey: MemberKey("advice"))
        warnings = try container.decode([String].self, forKey: MemberKey("warnings"))
        for key in container.allKeys where !Self.own.contains(key.stringValue) {
            members[key.stringValue] = try container.decode(PlanValue.self, forKey: key)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: MemberKey.self)
        try container.encode(kind, forKey: MemberKey("kind"))
        try container.encodeIfPresent(law, forKey: MemberKey("law"))
        try container.encode(advice, forKey: MemberKey("advice"))
        try container.encode(warnings, forKey: MemberKey("warnings"))
        // In the fields' order, so that the same answer is the same bytes.
        for field in PlanField.all {
            guard let value = members[field.name] else { continue }
            try container.encode(value, forKey: MemberKey(field.name))
        }
    }

    private static let own: Set = ["kind", "law", "advice", "warnings"]

    private struct MemberKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) {
            stringValue = name
        }

        init?(stringValue: String) {
            self.init(stringValue)
        }

        init?(intValue: Int) { nil }
    }
}
