import Foundation

/// Numbers as people read them in tables and on axes; files and JSON keep full precision.
package enum NumberText {
    /// A number with so many significant digits, in plain notation where that stays short.
    ///
    /// - Parameters:
    ///   - value: The number; one that is not finite becomes a dash.
    ///   - digits: Significant digits to keep.
    /// - Returns: Text such as `3.15236`, `12`, `1.797e-4`.
    package static func significant(_ value: Double, digits: Int = 6) -> String {
        guard value.isFinite else { return "-" }
        return trimmedExponent(String(format: "%.\(digits)g", value))
    }

    /// The same for a value that may be missing.
    package static func significant(_ value: Double?, digits: Int = 6) -> String {
        value.map { significant($0, digits: digits) } ?? "-"
    }

    /// A fraction as a percentage with three significant digits.
    package static func percent(_ fraction: Double) -> String {
        guard fraction.isFinite else { return "-" }
        return significant(100 * fraction, digits: 3) + " %"
    }

    /// The shortest text that reads back as the same number, for CSV.
    package static func exact(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        guard let whole = Int(exactly: value), abs(value) < 1e15 else { return "\(value)" }
        return String(whole)
    }

    /// C writes `1e-04`; people write `1e-4`.
    private static func trimmedExponent(_ text: String) -> String {
        let parts = text.split(separator: "e", maxSplits: 1)
        guard parts.count == 2, let exponent = Int(parts[1]) else { return text }
        return "\(parts[0])e\(exponent)"
    }
}
