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
