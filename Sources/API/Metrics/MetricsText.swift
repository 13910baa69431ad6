/// Text in Prometheus' exposition format, family after family.
///
///     var text = MetricsText()
///     text.family("isoloss_run_step", .gauge, "Last logged step.")
///     text.sample(4_000, ["run": "a"])
///     text.string  // isoloss_run_step{run="a"} 4000.0
///
/// Source: Prometheus, "Exposition formats", text-based format 0.0.4.
struct MetricsText {
    enum Kind: String {
        case counter
        case gauge
    }

    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var string = ""
    private var name = ""

    /// Begins a family; its samples follow.
    ///
    /// - Parameters:
    ///   - name: The metric's name.
    ///   - kind: How its value moves.
    ///   - help: A sentence about it.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        string += "# HELP \(name) \(Self.escaped(help, quote: false))\n"
        string += "# TYPE \(name) \(kind.rawValue)\n"
    }

    /// One value of the family.
    ///
    /// - Parameters:
    ///   - value: The value; NaN and the infinities are values of the format.
    ///   - labels: Names and values, in the order in which they are written.
    mutating func sample(_ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
        string += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.key)=\"\(Self.escaped($0.value, quote: true))\"" }
            string += "{\(pairs.joined(separator: ","))}"
        }
        string += " \(Self.text(value))\n"
    }

    private static func text(_ value: Double) -> String {
        guard !value.isNaN else { return "NaN" }
        guard !value.isInfinite else { return value < 0 ? "-Inf" : "+Inf" }
        return "\(value)"
    }

    /// Text with backslashes and line ends escaped, and quotes where it stands between them.
    private static func escaped(_ text: String, quote: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quote: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
