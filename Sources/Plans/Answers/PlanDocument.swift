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

/// The page and the table of a document.
extension PlanDocument {
    package var rows: PlanTable {
        let lists = PlanField.all.compactMap { field -> (PlanField, [[String: PlanValue]])? in
            let rows = rows(field.name)
            return rows.isEmpty ? nil : (field, rows)
        }
        if let (_, rows) = lists.first { return Self.table(rows, isForPeople: false) }
        let single = members.filter { if case .rows = $0.value { false } else { true } }
        return Self.table([single], isForPeople: false)
    }

    package var page: PlanPage {
        let title = (try? PlanCatalog.standard.kind(kind))?.about.title ?? kind
        var tables: [PlanTable] = []
        if let quantities = quantityTable { tables.append(quantities) }
        for field in PlanField.all {
            let rows = rows(field.name)
            if !rows.isEmpty { tables.append(Self.table(rows, isForPeople: true)) }
        }
        if let sentences = sentenceTable { tables.append(sentences) }
        return PlanPage(
            title: (law.map { "\($0): " } ?? "") + title, advice: advice, plot: plot,
            tables: tables)
    }

    private var quantityTable: PlanTable? {
        let rows = PlanField.all.compactMap { field -> [PlanCell]? in
            switch members[field.name] {
            case .number(let value):
                [
                    .text(field.words), .number(value, digits: field.digits), .empty, .empty,
                    .text(field.unit),
                ]
            case .quantity(let quantity):
                [
                    .text(field.words), .number(quantity.value, digits: field.digits),
                    .number(quantity.lower, digits: field.digits),
                    .number(quantity.upper, digits: field.digits), .text(field.unit),
                ]
            case .text, .rows, .null, nil: nil
            }
        }
        guard !rows.isEmpty else { return nil }
        return PlanTable(header: ["", "value", "lower", "upper", "unit"], rows: rows)
    }

    private var sentenceTable: PlanTable? {
        let rows = PlanField.all.compactMap { field -> [PlanCell]? in
            guard case .text(let text) = members[field.name] else { return nil }
            return [.text(field.words), .text(text)]
        }
        return rows.isEmpty ? nil : PlanTable(header: ["", ""], rows: rows)
    }

    /// Columns in the order of `PlanField.all`, a quantity's bounds beside it where it has some.
    private static func table(
        _ rows: [[String: PlanValue]], isForPeople: Bool
    ) -> PlanTable {
        let fields = PlanField.all.filter { field in rows.contains { $0[field.name] != nil } }
        var table = PlanTable(header: [], rows: rows.map { _ in [] })
        for field in fields {
            let values = rows.map { $0[field.name] ?? .null }
            let digits = isForPeople ? field.digits : 17
            table.header.append(isForPeople ? field.words : field.name)
            for (row, value) in values.enumerated() {
                table.rows[row].append(cell(value, digits: digits))
            }
            let bounds = values.map { value -> (lower: Double?, upper: Double?) in
                guard case .quantity(let quantity) = value else { return (nil, nil) }
                return (quantity.lower, quantity.upper)
            }
            guard bounds.contains(where: { $0.lower != nil }) else { continue }
            table.header +=
                isForPeople ? ["lower", "upper"] : ["\(field.name)_lower", "\(field.name)_upper"]
            for (row, ends) in bounds.enumerated() {
                table.rows[row] += [
                    .number(ends.lower, digits: digits), .number(ends.upper, digits: digits),
                ]
            }
        }
        return table
    }

    private static func cell(_ value: PlanValue, digits: Int) -> PlanCell {
        switch value {
        case .text(let text): .text(text)
        case .rows, .null: .empty
        case .number, .quantity: .number(value.number, digits: digits)
        }
    }

    /// The first list over the axes that the kind's description names.
    private var plot: PlanPlot? {
        guard let axes = (try? PlanCatalog.standard.kind(kind))?.about.plot else { return nil }
        let rows = rows(axes.list)
        var names: [String] = []
        var series: [String: (x: [Double], y: [Double])] = [:]
        for row in rows {
            guard let x = row[axes.x]?.number, let y = row[axes.y]?.number,
                x > 0 || !axes.isLogarithmic
            else { continue }
            var name = PlanField.named(axes.y).words
            if let group = axes.group, let value = row[group] { name = Self.label(value) }
            if series[name] == nil { names.append(name) }
            series[name, default: ([], [])].x.append(axes.isLogarithmic ? log10(x) : x)
            series[name, default: ([], [])].y.append(y)
        }
        guard names.contains(where: { (series[$0]?.x.count ?? 0) > 1 }) else { return nil }
        let field = PlanField.named(axes.x)
        return PlanPlot(
            xLabel: axes.isLogarithmic ? "log10 of \(field.words)" : field.words,
            yLabel: PlanField.named(axes.y).words,
            series: names.map { .init(name: $0, x: series[$0]?.x ?? [], y: series[$0]?.y ?? []) })
    }

    private static func label(_ value: PlanValue) -> String {
        if case .text(let text) = value { return text }
        return value.number.map { PlanText.number($0, digits: 3) } ?? "-"
    }
}
