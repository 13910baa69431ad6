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
        // Pictures are small; what is far outside, or no number, must not trap.
        let tenths = value.isFinite ? Int((min(max(value, -1e9), 1e9) * 10).rounded()) : 0
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

/// Points as the data of SVG paths.
enum PathText {
    /// Points joined by straight lines, a new line where one is not finite.
    static func lines(_ points: [PlotPoint], in frame: PlotFrame) -> String {
        points.finiteRuns.map { run in
            "M" + places(Thinning.drawn(run), in: frame).joined(separator: "L")
        }.joined()
    }

    /// A stroke of no length for each point, which its round cap makes a dot.
    static func dots(_ points: [PlotPoint], in frame: PlotFrame) -> String {
        let finite = points.finiteRuns.flatMap { $0 }
        return places(Thinning.drawn(finite), in: frame).map { "M\($0)h0" }.joined()
    }

    /// The space between two lines; a pair of which one is not finite makes a hole.
    static func area(
        lower: [PlotPoint], upper: [PlotPoint], in frame: PlotFrame
    ) -> String {
        let whole = zip(lower, upper).map { low, high in
            low.y.isFinite && high.y.isFinite
        }
        let holed = { (points: [PlotPoint]) in
            zip(points, whole).map { PlotPoint(x: $0.x, y: $1 ? $0.y : .nan) }
        }
        let below = holed(lower).finiteRuns
        let above = holed(upper).finiteRuns
        return zip(below, above).map { low, high in
            let edge = Thinning.drawn(high) + Thinning.drawn(low).reversed()
            return "M" + places(edge, in: frame).joined(separator: "L") + "Z"
        }.joined()
    }

    /// Places in pixels, without the ones that fall on the one before.
    private static func places(_ points: [PlotPoint], in frame: PlotFrame) -> [String] {
        var places: [String] = []
        for point in points {
            let place = "\(SVGText.number(frame.x(point.x))) \(SVGText.number(frame.y(point.y)))"
            if place != places.last { places.append(place) }
        }
        return places
    }
}

extension [PlotPoint] {
    /// Runs of neighbours of which each is finite.
    var finiteRuns: [[PlotPoint]] {
        split { !($0.x.isFinite && $0.y.isFinite) }.map(Array.init)
    }
}
