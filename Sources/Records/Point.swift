package import Foundation

/// One logged step of a run.
///
///     let point = Point(step: 100, loss: 6.2, learningRate: 3e-4, series: ["validation": 6.4])
///
/// A point may carry only series values (`loss` nil), since validation is logged more rarely. A loss
/// that is not finite is data: it is stored and shown, and no fit uses it.
///
/// A further field of a point touches this file (the field and its rule), `PointJSON.swift` and
/// `PointReader.swift` (how it is written and read), `PointTable.swift` in `Store` (its column) and a
/// new migration. That files of rows know it takes a line in `ColumnAliases` as well.
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
        loss == nil && learningRate == nil && tokenCount == nil && time == nil && series.isEmpty
    }

    /// Checks every field.
    ///
    /// - Throws: `InvalidField` with the first that breaks its rule.
    package func validate() throws(InvalidField) {
        try NumberRule.step.check(Double(step), field: "step", shown: "\(step)")
        if let loss { try NumberRule.loss.check(loss, field: "loss") }
        if let learningRate {
            try NumberRule.learningRate.check(learningRate, field: "learning_rate")
        }
        if let tokenCount { try NumberRule.tokenCount.check(tokenCount, field: "token_count") }
        if let time {
            try NumberRule.time.check(time.timeIntervalSince1970, field: "time")
        }
        for (name, value) in series {
            try TextRule.name.check(name, field: "loss/\(name)", shown: "\"\(name)\"")
            try NumberRule.loss.check(value, field: "loss/\(name)")
        }
    }
}

extension Point: Equatable {
    /// Equality of every field, where NaN equals NaN: a diverged point equals itself.
    package static func == (left: Point, right: Point) -> Bool {
        left.step == right.step && isSame(left.loss, right.loss)
            && left.learningRate == right.learningRate && left.tokenCount == right.tokenCount
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
