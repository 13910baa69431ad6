import Foundation

/// Ticks of an axis with their texts.
struct AxisLabels {
    let ticks: RoundTicks
    let texts: [String]
    /// The power of ten that the texts leave out, as in "× 10⁻⁴"; empty where they do not.
    let factor: String

    /// Labels an axis.
    ///
    /// - Parameters:
    ///   - range: What the axis spans.
    ///   - count: About how many ticks are wanted.
    init(_ range: ClosedRange<Double>, count: Int) {
        let ticks = RoundTicks(range, count: count)
        let power = ticks.power(longFrom: 1e7)
        let decimals = ticks.decimals(scaledBy: power)
        self.ticks = ticks
        let scaled = ticks.values.map { $0 / pow(10, Double(power)) }
        let isGrouped = decimals == 0 && scaled.contains { $0.magnitude >= 10_000 }
        texts = scaled.map { Self.text($0, decimals: decimals, isGrouped: isGrouped) }
        factor = power == 0 ? "" : "× 10\(Self.superscript(power))"
    }

    private static func text(_ value: Double, decimals: Int, isGrouped: Bool) -> String {
        guard value != 0 else { return "0" }
        let plain = String(format: "%.\(decimals)f", value)
        guard isGrouped else { return plain.replacing("-", with: "−") }
        // Thousands apart: nobody tells 72000 from 720000 at a glance.
        var grouped = ""
        for (index, digit) in plain.reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3), digit != "-" { grouped.append(",") }
            grouped.append(digit == "-" ? "−" : digit)
        }
        return String(grouped.reversed())
    }

    private static func superscript(_ power: Int) -> String {
        let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
        return String(String(power).map { $0.wholeNumberValue.map { digits[$0] } ?? "⁻" })
    }
}
