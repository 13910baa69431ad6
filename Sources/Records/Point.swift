package import Foundation

/// One logged step of a run.
///
///     let point = Point(step: 100, loss: 6.2, learningRate: 3e-4, series: ["validation": 6.4])
///
/// A point may carry only series values (`loss` nil), since validation is logged more rarely. A loss
/// that is not finite is data: it is stored and shown, and no fit uses it.
///
/// A further number of a point takes its property and a case of `Quantity` here, the names that logs
/// have for it in `ColumnAliases`, and its column in a new migration: JSON, tables, trackers, files
/// and SQL go by the list.
package struct Point: Sendable {
    /// Optimizer step, 0-based.
    package var step: Int
    /// Main loss in the run's own unit, above 0 or not finite.
    package var loss: Double?
    package var learningRate: Double?
    /// Tokens seen up to the step.
    package var tokenCount: Double?
    /// When the step was logged, to the millisecond, where the log knows it.
    package var time: Date?
    /// Further losses, `loss/<name>`, by `<name>`; above 0 or not finite.
    package var series: [String: Double]

    package init(
        step: Int, loss: Double? = nil, learningRate: Double? = nil, tokenCount: Double? = nil,
        time: Date? = nil, series: [String: Double] = [:]
    ) {
        self.step = step
        self.loss = loss
        self.learningRate = learningRate
        self.tokenCount = tokenCount
        self.time = time
        self.series = series
    }

    /// A loss by its name: nil is the main one.
    package subscript(series name: String?) -> Double? {
        get { name.map { series[$0] } ?? loss }
        set {
            if let name { series[name] = newValue } else { loss = newValue }
        }
    }

    /// True when there is nothing but the step.
    package var isBlank: Bool {
        loss == nil && time == nil && series.isEmpty
            && Quantity.allCases.allSatisfy { self[$0] == nil }
    }

    /// Checks every field.
    ///
    /// - Throws: `InvalidField` with the first that breaks its rule.
    package func validate() throws(InvalidField) {
        try NumberRule.step.check(Double(step), field: "step", shown: "\(step)")
        if let loss { try NumberRule.loss.check(loss, field: "loss") }
        for quantity in Quantity.allCases {
            guard let value = self[quantity] else { continue }
            try quantity.rule.check(value, field: quantity.rawValue)
        }
        if let time {
            try NumberRule.time.check(time.timeIntervalSince1970, field: "time")
        }
        for (name, value) in series {
            try TextRule.name.check(name, field: "loss/\(name)", shown: "\"\(name)\"")
            try NumberRule.loss.check(value, field: "loss/\(name)")
        }
    }
}

extension Point {
    /// A number that a point may carry beside its losses, by its name in JSON, tables and SQL.
    package enum Quantity: String, CaseIterable, Sendable {
        case learningRate = "learning_rate"
        case tokenCount = "token_count"

        package var rule: NumberRule {
            switch self {
            case .learningRate: .learningRate
            case .tokenCount: .tokenCount
            }
        }
    }

    package subscript(quantity: Quantity) -> Double? {
        get {
            switch quantity {
            case .learningRate: learningRate
            case .tokenCount: tokenCount
            }
        }
        set {
            switch quantity {
            case .learningRate: learningRate = newValue
            case .tokenCount: tokenCount = newValue
            }
        }
    }

    /// A field of a point, as a column or a member of JSON stands for one.
    package enum Field: Hashable, Sendable {
        case step
        /// A loss by its name: nil is the main one.
        case loss(String?)
        case quantity(Quantity)
        /// In seconds since 1970.
        case time

        /// Its name in JSON and tables.
        package var name: String {
            switch self {
            case .step: "step"
            case .loss(let name): name.map { "loss/\($0)" } ?? "loss"
            case .quantity(let quantity): quantity.rawValue
            case .time: "time"
            }
        }

        package var rule: NumberRule {
            switch self {
            case .step: .step
            case .loss: .loss
            case .quantity(let quantity): quantity.rule
            case .time: .time
            }
        }
    }

    /// Sets a field to a number that keeps the field's rule.
    package mutating func set(_ field: Field, to value: Double) {
        switch field {
        case .step: step = Int(value)
        case .loss(let name): self[series: name] = value
        case .quantity(let quantity): self[quantity] = value
        case .time: time = Date(timeIntervalSince1970: value)
        }
    }
}

extension Point: Equatable {
    /// Equality of every field, where NaN equals NaN: a diverged point equals itself.
    package static func == (left: Point, right: Point) -> Bool {
        left.step == right.step && isSame(left.loss, right.loss)
            && Quantity.allCases.allSatisfy { left[$0] == right[$0] }
            && left.time == right.time && left.series.count == right.series.count
            && left.series.allSatisfy { isSame($0.value, right.series[$0.key]) }
    }

    private static func isSame(_ left: Double?, _ right: Double?) -> Bool {
        left == right || (left?.isNaN == true && right?.isNaN == true)
    }
}

/// The losses that are not finite, by the names that answers, tables and SQL give them.
///
/// In JSON they are sent as the strings `"NaN"`, `"Infinity"`, `"-Infinity"`, or as Python's bare
/// words, and shown as `"loss":null,"not_finite":"nan"`.
package enum NotFinite: String, Sendable {
    case nan
    case infinity = "inf"
    case negativeInfinity = "-inf"

    /// The kind of a number; nil for one that is finite.
    package init?(_ value: Double) {
        guard !value.isFinite else { return nil }
        self = value.isNaN ? .nan : value > 0 ? .infinity : .negativeInfinity
    }

    /// The kind that a log's word means, whatever its case; nil for any other word.
    package init?(word: some StringProtocol) {
        switch word.lowercased() {
        case "nan", "-nan", "+nan": self = .nan
        case "inf", "+inf", "infinity", "+infinity": self = .infinity
        case "-inf", "-infinity": self = .negativeInfinity
        default: return nil
        }
    }

    package var value: Double {
        switch self {
        case .nan: .nan
        case .infinity: .infinity
        case .negativeInfinity: -.infinity
        }
    }

    /// The name of a number that is not finite; nil for any other.
    package static func name(of value: Double) -> String? { NotFinite(value)?.rawValue }

    /// The number that a name stands for.
    package static func value(of name: String?) -> Double? {
        name.flatMap(NotFinite.init(rawValue:))?.value
    }
}
