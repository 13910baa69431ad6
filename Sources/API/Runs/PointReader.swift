import JSONText
import Store

/// Reads logged points from JSON objects.
struct PointReader {
    private static let positive = "must be a finite number above 0"
    private static let notNegative = "must be a finite number of at least 0"
    private static let known = "step, loss, learning_rate, token_count, loss/NAME"

    var faults = FieldFaults()
    private(set) var points: [PointRecord] = []

    /// Makes room for so many more points.
    mutating func reserve(_ count: Int) {
        points.reserveCapacity(points.count + count)
    }

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
        var point = PointRecord(step: 0)
        var isSound = true
        for member in members {
            guard let rule = Self.take(member, into: &point) else { continue }
            isSound = false
            faults.add(
                "\(pointer)/\(pointerComponent(member.name))",
                "\(lead)\(member.name) = \(member.value.excerpt), \(rule).")
        }
        if !members.contains(where: { $0.name == "step" }) {
            isSound = false
            faults.add("\(pointer)/step", "\(lead)step is missing; give the point's step.")
        }
        if !members.contains(where: { $0.name.hasPrefix("loss") }) {
            isSound = false
            faults.add(
                "\(pointer)/loss", "\(lead)loss is missing; give loss or a further loss/NAME.")
        }
        if isSound { points.append(point) }
    }

    /// Takes one member; returns the rule that it breaks, if any.
    ///
    /// A null loss is refused: it is what some encoders make of NaN.
    private static func take(_ member: JSONValue.Member, into point: inout PointRecord) -> String? {
        switch member.name {
        case "step":
            guard let step = step(member.value) else {
                return "must be a whole number from 0 to \(PointRecord.maximumStep)"
            }
            point.step = step
        case "loss":
            point.loss = number(member.value) { $0 > 0 }
            return point.loss == nil ? positive : nil
        case "learning_rate":
            guard member.value != .null else { return nil }
            point.learningRate = number(member.value) { $0 >= 0 }
            return point.learningRate == nil ? notNegative : nil
        case "token_count":
            guard member.value != .null else { return nil }
            point.tokenCount = number(member.value) { $0 >= 0 }
            return point.tokenCount == nil ? notNegative : nil
        case let name where name.hasPrefix("loss/") && name.utf8.count > 5:
            guard let loss = number(member.value, where: { $0 > 0 }) else { return positive }
            point.series[String(name.dropFirst(5))] = loss
        default: return "is not a field of a point; known are \(known)"
        }
        return nil
    }

    private static func step(_ value: JSONValue) -> Int? {
        guard let step = value.double.flatMap(Int.init(exactly:)),
            (0...PointRecord.maximumStep).contains(step)
        else { return nil }
        return step
    }

    private static func number(_ value: JSONValue, where rule: (Double) -> Bool) -> Double? {
        value.double.flatMap { rule($0) ? $0 : nil }
    }
}
