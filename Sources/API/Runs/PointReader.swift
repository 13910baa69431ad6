import Imports
import JSONText
import Store

/// Reads logged points from JSON objects.
struct PointReader {
    private static let positive = "must be a finite number above 0"
    private static let notNegative = "must be a finite number of at least 0"

    private let keys: CurveKeys
    /// The names of the last point's members and what they mean: points mostly have the same.
    private var layout: [(name: String, meaning: CurveKeys.Meaning?)] = []
    var faults = ValidationErrors()
    private(set) var points: [PointRecord] = []

    /// A reader of points whose keys are known.
    ///
    /// - Parameter values: All points that will be read.
    init(_ values: some Collection<JSONValue>) {
        var names = Set<String>()
        for case .object(let members) in values {
            for member in members where !names.contains(member.name) { names.insert(member.name) }
        }
        keys = CurveKeys(names)
        points.reserveCapacity(values.count)
    }

    /// What was taken for what, for the answer.
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
            layout = members.map { ($0.name, keys.meanings[$0.name]) }
        }
        var point = PointRecord(step: 0)
        var isSound = true
        for (member, place) in zip(members, layout) {
            guard let meaning = place.meaning,
                let rule = Self.take(member.value, as: meaning, into: &point)
            else { continue }
            isSound = false
            faults.add(
                "\(pointer)/\(pointerComponent(member.name))",
                "\(lead)\(member.name) = \(member.value.excerpt), \(rule).")
        }
        if !layout.contains(where: { $0.meaning == .step }) {
            isSound = false
            faults.add("\(pointer)/step", "\(lead)step is missing; give the point's step.")
        }
        if !layout.contains(where: { $0.meaning?.isLoss == true }) {
            isSound = false
            faults.add(
                "\(pointer)/loss", "\(lead)loss is missing; give loss or a further loss/NAME.")
        }
        if isSound { points.append(point) }
    }

    /// Takes one value; returns the rule that it breaks, if any.
    ///
    /// A null loss is refused: it is what some encoders make of NaN.
    private static func take(
        _ value: JSONValue, as meaning: CurveKeys.Meaning, into point: inout PointRecord
    ) -> String? {
        switch meaning {
        case .step:
            guard let step = step(value) else {
                return "must be a whole number from 0 to \(PointRecord.maximumStep)"
            }
            point.step = step
        case .loss:
            point.loss = number(value) { $0 > 0 }
            return point.loss == nil ? positive : nil
        case .learningRate:
            guard value != .null else { return nil }
            point.learningRate = number(value) { $0 >= 0 }
            return point.learningRate == nil ? notNegative : nil
        case .tokenCount:
            guard value != .null else { return nil }
            point.tokenCount = number(value) { $0 >= 0 }
            return point.tokenCount == nil ? notNegative : nil
        case .series(let name):
            guard let loss = number(value, where: { $0 > 0 }) else { return positive }
            point.series[name] = loss
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

extension CurveKeys.Meaning {
    /// Whether it is the main loss or a further one.
    fileprivate var isLoss: Bool {
        switch self {
        case .loss, .series: true
        case .step, .learningRate, .tokenCount: false
        }
    }
}
