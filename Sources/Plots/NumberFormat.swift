import Foundation

/// Numbers as people read them.
///
/// ```swift
/// NumberFormat.significant(0.000179687786)  // 0.000179688
/// NumberFormat.percent(0.0013)              // 0.13 %
/// ```
package enum NumberFormat {
    /// A number with at most so many significant digits, without trailing zeros; `1e-4`, not `1e-04`.
    ///
    /// - Parameters:
    ///   - value: A number; "-" stands for one that is missing or not finite.
    ///   - digits: The number of significant digits.
    /// - Returns: The text.
    package static func significant(_ value: Double?, digits: Int = 6) -> String {
        guard let value, value.isFinite else { return "-" }
        let text = String(format: "%.\(digits)g", value)
        let parts = text.split(separator: "e", maxSplits: 1)
        guard parts.count == 2, let exponent = Int(parts[1]) else { return text }
        return "\(parts[0])e\(exponent)"
    }

    /// A fraction as a percentage.
    package static func percent(_ fraction: Double?) -> String {
        guard let fraction, fraction.isFinite else { return "-" }
        return significant(100 * fraction, digits: 3) + " %"
    }
}

/// Text that can do nothing to the terminal that shows it.
package enum VisibleText {
    /// The text with its control characters written out, as in `\u001b`.
    ///
    /// Names and messages may come from files and servers of others: an escape sequence among them
    /// could move the cursor, change the title or answer a query. The escapes are JSON's, so that
    /// escaped JSON is the same JSON. Marks that reorder text go as well (Unicode TR 36, 2.10).
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - keepsLines: Leaves line ends and tabs as they are.
    /// - Returns: The text; itself where nothing needs an escape.
    package static func escaped(_ text: String, keepsLines: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: { isControl($0, keepsLines: keepsLines) }) else {
            return text
        }
        var escaped = ""
        for scalar in text.unicodeScalars {
            guard isControl(scalar, keepsLines: keepsLines) else {
                escaped.unicodeScalars.append(scalar)
                continue
            }
            switch scalar {
            case "\n": escaped += "\\n"
            case "\t": escaped += "\\t"
            case "\r": escaped += "\\r"
            default:
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return escaped
    }

    private static func isControl(_ scalar: Unicode.Scalar, keepsLines: Bool) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: !keepsLines
        case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
