/// The sizes and values beyond which a schedule is refused.
///
/// They keep every law's arithmetic within the doubles and the work for a schedule within seconds:
/// with rates from 1e-30 to 1e6 on at most 10^8 steps, S1 lies within 1e-30 … 1e14, and its powers,
/// up to the fifth, within 1e-150 … 1e150.
package enum ScheduleLimits {
    /// Optimizer steps of one schedule.
    package static let steps = 100_000_000

    /// Segments after every repeat is written out.
    package static let segments = 10_000

    /// Rates listed one by one in a schedule's JSON; logs may have more.
    package static let listedRates = 1_000_000

    /// Levels of `repeat` inside `repeat`: a bound on the parser's stack.
    package static let depth = 32

    /// Learning rates above 0.
    package static let learningRates = 1e-30...1e6

    /// The power of a polynomial segment.
    package static let powers = 1e-3...1e3
}

/// The checks that every number of a schedule passes, whether it came as text or as JSON.
enum ScheduleValue {
    /// A whole count within the limit on steps, or nil.
    static func count(_ value: Double, atLeast least: Int) -> Int? {
        guard let count = NumberText.whole(value), count >= least, count <= ScheduleLimits.steps
        else { return nil }
        return count
    }

    /// A whole count within the limit on steps, or nil; `1e4` is ten thousand.
    static func count(_ text: String, atLeast least: Int) -> Int? {
        NumberText.value(text).flatMap { count($0, atLeast: least) }
    }

    /// A learning rate, 0 or within the limits, or nil.
    static func learningRate(_ value: Double) -> Double? {
        // Adding 0 turns −0 into 0, which would otherwise echo as "-0".
        value == 0 || ScheduleLimits.learningRates.contains(value) ? value + 0 : nil
    }

    /// A learning rate, 0 or within the limits, or nil.
    static func learningRate(_ text: String) -> Double? {
        NumberText.value(text).flatMap(learningRate)
    }
}

/// Numbers as the schedule language writes and reads them.
enum NumberText {
    /// Reads a plain decimal such as `2160`, `0.0003`, `3e-4` or `1e4`; nil for anything else.
    ///
    /// Swift's own parser also takes hexadecimal, which the language does not have. `nan` and `inf`
    /// are read, so that the caller can say which values are allowed rather than "not a number".
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
