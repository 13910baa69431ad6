/// Numbers as the schedule language writes and reads them.
enum NumberText {
    /// Reads a plain decimal such as `2160`, `0.0003`, `3e-4` or `1e4`; nil for anything else.
    ///
    /// Swift's own parser also takes hexadecimal, which the language does not have. `nan` and `inf`
    /// are read, so that the caller can say "must be finite" rather than "not a number".
    static func value(_ text: some StringProtocol) -> Double? {
        let hexadecimal = text.utf8.contains { byte in
            byte | 0x20 == UInt8(ascii: "x") || byte | 0x20 == UInt8(ascii: "p")
        }
        return hexadecimal ? nil : Double(text)
    }

    /// The shortest text that reads back as the same number, free of `+`, which a URL would eat.
    static func text(_ value: Double) -> String {
        let magnitude = value.magnitude
        guard value.isFinite, magnitude > 0 else { return value == 0 ? "0" : "\(value)" }
        guard magnitude < 0.01 || magnitude >= 1e16 else {
            return whole(value).map(String.init) ?? "\(value)"
        }
        let (digits, exponent) = scientific("\(magnitude)")
        let mantissa = digits.count == 1 ? digits : "\(digits.prefix(1)).\(digits.dropFirst())"
        return "\(value < 0 ? "-" : "")\(mantissa)e\(exponent)"
    }

    /// The number as an integer when it is one.
    static func whole(_ value: Double) -> Int? {
        guard value.magnitude <= 9_007_199_254_740_992 else { return nil }
        return Int(exactly: value)
    }

    /// Splits a positive decimal into its significant digits and the exponent of the first.
    private static func scientific(_ plain: String) -> (digits: String, exponent: Int) {
        let halves = plain.split(separator: "e")
        let parts = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? parts[1] : ""
        let all = "\(parts[0])\(fraction)"
        let leadingZeros = all.prefix { $0 == "0" }.count
        var digits = all.dropFirst(leadingZeros)
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        let written = halves.count > 1 ? Int(halves[1]) ?? 0 : 0
        return (String(digits), written + parts[0].count - leadingZeros - 1)
    }
}
