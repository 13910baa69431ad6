import Foundation

/// SVG being written, element by element.
struct SVGText {
    private(set) var text = ""

    /// Adds an element without content.
    mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        text += "<\(name)\(Self.list(attributes))/>\n"
    }

    /// Adds an element around a text.
    mutating func element(
        _ name: String, _ attributes: KeyValuePairs<String, String>, text content: String
    ) {
        text += "<\(name)\(Self.list(attributes))>\(Self.escaped(content))</\(name)>\n"
    }

    /// Adds an element around others.
    mutating func group(
        _ name: String, _ attributes: KeyValuePairs<String, String>,
        _ content: (inout SVGText) -> Void
    ) {
        text += "<\(name)\(Self.list(attributes))>\n"
        content(&self)
        text += "</\(name)>\n"
    }

    /// A number of pixels, to a tenth: nobody sees less, and files stay small.
    static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        return "\(tenths < 0 ? "-" : "")\(whole)\(rest == 0 ? "" : ".\(rest)")"
    }

    /// Text that can stand between tags and in attributes; characters that XML forbids become
    /// spaces.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\u{0}"..<" ", "\u{7f}"..<"\u{a0}", "\u{fffe}", "\u{ffff}": escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func list(_ attributes: KeyValuePairs<String, String>) -> String {
        attributes.map { " \($0)=\"\(escaped($1))\"" }.joined()
    }
}
