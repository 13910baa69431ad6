import Foundation
import HTTP
import Imports
import JSONText
import Records
import Store

/// Reads logged points from JSON objects.
struct PointReader {
    /// The member that says of a null loss what it was, as answers have it.
    private static let notFiniteName = "not_finite"
    private static let timeName = "time"

    private let keys: CurveKeys
    /// The names of the last point's members and what they mean: points mostly have the same.
    private var layout: [(name: String, field: Point.Field?)] = []
    var faults = ValidationErrors()
    private(set) var points: [Point] = []
    /// The JSON pointer of each point.
    private(set) var pointers: [String] = []

    /// A reader of points whose keys are known.
    ///
    /// - Parameters:
    ///   - values: All points that will be read.
    ///   - budget: The most names that they may have.
    /// - Throws: `HTTPError` over the budget.
    init(_ values: some Collection<JSONValue>, budget: WorkBudget) throws(HTTPError) {
        var names = Set<String>()
        for case .object(let members) in values {
            for member in members where !names.contains(member.name) { names.insert(member.name) }
        }
        try budget.check(.names, of: names.count)
        for name in names where name == Self.timeName || name.hasPrefix(Self.notFiniteName) {
            names.remove(name)
        }
        keys = CurveKeys(names)
        points.reserveCapacity(values.count)
    }

    /// The columns and what they were taken for, for the answer.
    var notes: [ColumnNote] { keys.notes }

    /// Reads one point.
    ///
    /// - Parameters:
    ///   - value: The point's object.
    ///   - pointer: Where it stands.
    ///   - line: The line of the body, where the body has one point per line.
    mutating func read(_ value: JSONValue, at pointer: String, line: Int? = nil) {
        let lead = line.map { "line \($0): " } ?? ""
        guard case .object(let members) = value else {
            faults.add(pointer, "\(lead)must be a JSON object, not \(value.excerpt).")
            return
        }
        if !members.elementsEqual(layout, by: { $0.name == $1.name }) {
            layout = members.map { ($0.name, keys.fields[$0.name]) }
        }
        var point = Point(step: 0)
        var nullLoss: JSONValue.Member?
        var isSound = true
        func refuse(_ member: JSONValue.Member, _ rule: String) {
            isSound = false
            faults.add(
                "\(pointer)/\(pointerComponent(member.name))",
                "\(lead)\(member.name) = \(member.value.excerpt), \(rule).")
        }
        for (member, place) in zip(members, layout) {
            switch place.field {
            case .loss(nil) where member.value == .null: nullLoss = member
            case .some(let field):
                if let rule = Self.take(member.value, as: field, into: &point) {
                    refuse(member, rule)
                }
            case nil:
                if let rule = Self.takeOther(member, into: &point) { refuse(member, rule) }
            }
        }
        if !layout.contains(where: { $0.field == .step }) {
            isSound = false
            faults.add("\(pointer)/step", "\(lead)step is missing; give the point's step.")
        }
        // Beside a further loss a null one is no point of the main loss; alone it says nothing.
        if isSound, point.loss == nil, point.series.isEmpty {
            isSound = false
            if let nullLoss {
                refuse(
                    nullLoss, "\(NumberRule.loss.sentence); leave it out beside a further loss/NAME"
                )
            } else {
                faults.add(
                    "\(pointer)/loss",
                    "\(lead)loss is missing; give loss or a further loss/NAME.")
            }
        }
        guard isSound else { return }
        points.append(point)
        pointers.append(pointer)
    }

    /// Takes one value; returns the rule that it breaks, if any.
    private static func take(
        _ value: JSONValue, as field: Point.Field, into point: inout Point
    ) -> String? {
        // A null is a blank, but for the step, which every point has.
        guard value != .null || field == .step else { return nil }
        if case .loss(let name) = field {
            if let name, !TextRule.name.isMet(by: name) { return TextRule.name.sentence }
            if let kind = notFinite(value) {
                point[series: name] = kind.value
                return nil
            }
        }
        let rule = field.rule
        guard let number = number(value, rule) else {
            return value.double.map(rule.sentence) ?? rule.sentence
        }
        point.set(field, to: number)
        return nil
    }

    /// Takes a time, and the kinds of losses that are shown as null.
    private static func takeOther(
        _ member: JSONValue.Member, into point: inout Point
    ) -> String? {
        if member.name == timeName {
            guard member.value != .null else { return nil }
            point.time = date(member.value)
            return point.time == nil ? NumberRule.time.sentence : nil
        }
        guard member.name.hasPrefix(notFiniteName), member.value != .null else { return nil }
        let rest = member.name.dropFirst(notFiniteName.count)
        guard rest.isEmpty || (rest.first == "/" && rest.count > 1) else { return nil }
        guard let kind = member.value.string.flatMap(NotFinite.init(word:)) else {
            return "must be nan, inf or -inf"
        }
        point[series: rest.isEmpty ? nil : String(rest.dropFirst())] = kind.value
        return nil
    }

    /// RFC 3339 text, or seconds since 1970 as loggers write them.
    private static func date(_ value: JSONValue) -> Date? {
        if let text = value.string { return Date(rfc3339: text) }
        return number(value, .time).map(Date.init(timeIntervalSince1970:))
    }

    /// A loss that is not finite is a string, or the bare word that Python writes.
    private static func notFinite(_ value: JSONValue) -> NotFinite? {
        switch value {
        case .string(let text), .notFinite(let text): NotFinite(word: text)
        default: nil
        }
    }

    private static func number(_ value: JSONValue, _ rule: NumberRule) -> Double? {
        value.double.flatMap { rule.isMet(by: $0) ? $0 : nil }
    }
}
