import Schedules

/// The rule of a number: the range it must lie in, and the sentence that says so.
///
/// One rule per field holds for JSON, for tables, for files and for the store; SQL holds it as a
/// CHECK as well, for whoever writes to the file without the store. The ranges keep every sum and
/// square of a fit inside the doubles, by far.
package enum NumberRule: Sendable {
    /// A step of a point.
    case step
    /// A logged loss.
    case loss
    /// The loss of a finished run.
    case finalLoss
    case learningRate
    /// Tokens seen up to a point.
    case tokenCount
    /// A size, a count or compute of a run.
    case feature
    case warmupSteps
    /// Seconds since 1970-01-01 UTC.
    case time

    /// The highest step: a schedule has at most so many.
    package static let maximumStep = ScheduleLimits.steps
    /// The limits of finite losses; 0 and negative losses are no losses.
    package static let losses = 1e-30...1e30
    /// The limits of sizes, counts and compute.
    package static let features = 1e-40...1e40
    package static let maximumLearningRate = 1e30

    /// True when the value keeps the rule.
    package func isMet(by value: Double) -> Bool {
        switch self {
        case .step, .warmupSteps:
            (0...Double(Self.maximumStep)).contains(value) && value == value.rounded()
        case .loss: Self.losses.contains(value) || !value.isFinite
        case .finalLoss: Self.losses.contains(value)
        case .learningRate: (0...Self.maximumLearningRate).contains(value)
        case .tokenCount: (0...Self.features.upperBound).contains(value)
        case .feature: Self.features.contains(value)
        // The years 1 to 9999, as RFC 3339 writes them.
        case .time: (-62_135_596_800..<253_402_300_800).contains(value)
        }
    }

    /// True when the values are whole numbers, and shown as such.
    package var isWhole: Bool {
        switch self {
        case .step, .warmupSteps: true
        case .loss, .finalLoss, .learningRate, .tokenCount, .feature, .time: false
        }
    }

    /// The rule as the end of a sentence.
    package var sentence: String {
        switch self {
        case .step, .warmupSteps: "must be a whole number from 0 to \(Self.maximumStep)"
        case .loss, .finalLoss, .feature: "must be a finite number above 0"
        case .learningRate, .tokenCount: "must be a finite number, 0 or above"
        case .time: "must be a time, as in 2026-01-31T12:00:00Z"
        }
    }

    /// The rule, said of a value that breaks it: the limits only where it is those.
    ///
    /// - Parameter value: The value.
    /// - Returns: The end of a sentence.
    package func sentence(for value: Double) -> String {
        guard value.isFinite, value > 0 else { return sentence }
        return switch self {
        case .step, .warmupSteps, .time: sentence
        case .loss, .finalLoss:
            "must lie between \(Self.losses.lowerBound) and \(Self.losses.upperBound)"
        case .feature:
            "must lie between \(Self.features.lowerBound) and \(Self.features.upperBound)"
        case .learningRate: "must be at most \(Self.maximumLearningRate)"
        case .tokenCount: "must be at most \(Self.features.upperBound)"
        }
    }

    /// Refuses a value that breaks the rule.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - field: Its name in JSON.
    ///   - shown: How the refusal shows it; nil for the number itself.
    /// - Throws: `InvalidField`.
    package func check(
        _ value: Double, field: @autoclosure () -> String, shown: String? = nil
    ) throws(InvalidField) {
        guard !isMet(by: value) else { return }
        throw InvalidField(
            field: field(), value: shown ?? "\(value)", rule: sentence(for: value))
    }
}

/// The rule of a text: its length and characters, and the sentence that says so.
package enum TextRule: Sendable {
    /// An id of a run or a fit; it must be reachable as a part of a URL.
    case id
    /// A study, a series, a tag's name: a text by which something is found again.
    case name
    /// A run's name, a tag's value; it may be empty.
    case text
    /// A schedule; its length has its own limit in `ScheduleLimits`.
    case schedule

    package static let maximumName = 1_024
    package static let maximumText = 65_536

    /// True when the text keeps the rule.
    package func isMet(by text: String) -> Bool {
        // SQLite and C end a text at NUL, so that two different texts would become one.
        let hasNUL = text.utf8.contains(0)
        switch self {
        case .id:
            // RFC 3986 has clients remove the segments . and .. from a path.
            return (1...128).contains(text.utf8.count) && text != "." && text != ".."
                && text.utf8.allSatisfy(Self.isAllowedInID)
        case .name: return !hasNUL && (1...Self.maximumName).contains(text.utf8.count)
        case .text: return !hasNUL && text.utf8.count <= Self.maximumText
        case .schedule: return !hasNUL && !text.isEmpty
        }
    }

    /// The rule as the end of a sentence.
    package var sentence: String {
        switch self {
        case .id: "must be 1 to 128 of the characters A-Z a-z 0-9 . _ -"
        case .name:
            "must be a text of 1 to \(Self.maximumName) bytes without the character \\u0000"
        case .text:
            "must be a text of at most \(Self.maximumText) bytes without the character \\u0000"
        case .schedule: "must be a text that is not empty and has no character \\u0000"
        }
    }

    /// The rule, said of a text that breaks it.
    ///
    /// - Parameter text: The text.
    /// - Returns: The end of a sentence.
    package func sentence(for text: String) -> String {
        guard case .id = self, text == "." || text == ".." else { return sentence }
        return "must not be . or .., which clients take out of a path"
    }

    /// Refuses a text that breaks the rule.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - field: Its name in JSON.
    ///   - shown: How the refusal shows it; nil for the text in quotes.
    /// - Throws: `InvalidField`.
    package func check(
        _ text: String, field: @autoclosure () -> String, shown: String? = nil
    ) throws(InvalidField) {
        guard !isMet(by: text) else { return }
        let excerpt = text.count <= 40 ? text : text.prefix(39) + "…"
        throw InvalidField(
            field: field(), value: shown ?? "\"\(excerpt)\"", rule: sentence(for: text))
    }

    /// An id made from any text: other characters become underscores.
    package static func id(from text: String) -> String {
        let id = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.isASCII && isAllowedInID(UInt8($0.value)) ? $0 : "_"
                }.prefix(120)))
        return TextRule.id.isMet(by: id) ? id : "run"
    }

    private static func isAllowedInID(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}

/// A field of a record that breaks a rule: where, which value, which rule.
package struct InvalidField: Error, Equatable, Sendable {
    /// Place of the run in a batch of runs, from 0.
    package var run: Int?
    /// Place of the point in a batch of points, from 0.
    package var point: Int?
    /// Name of the field as in JSON, such as `loss/validation`.
    package let field: String
    package let value: String
    /// The rule as the end of a sentence: "must be a finite number above 0".
    package let rule: String

    package init(
        run: Int? = nil, point: Int? = nil, field: String, value: String, rule: String
    ) {
        self.run = run
        self.point = point
        self.field = field
        self.value = value
        self.rule = rule
    }

    /// One sentence without its end: where, which field, what value, which rule.
    package var message: String {
        let places = [run.map { "run \($0)" }, point.map { "point \($0)" }].compactMap(\.self)
        let place = places.isEmpty ? "" : places.joined(separator: ", ") + ": "
        return "\(place)\(field) = \(value), \(rule)"
    }
}
