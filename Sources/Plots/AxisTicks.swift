import Foundation

/// Round numbers along an axis, multiples of 1, 2 or 5 times a power of ten, and their labels.
///
/// ```swift
/// AxisTicks(3.2...4.0, count: 5).labels(.plain).texts  // 3.2, 3.4, 3.6, 3.8, 4.0
/// ```
package struct AxisTicks: Sendable, Equatable {
    /// The way to write labels.
    package enum Notation: Sendable {
        /// ASCII with the power of ten in each label, as in `3e-4`: for terminals.
        case plain
        /// One power of ten for the whole axis, thousands apart and a true minus: for print.
        case typeset
    }

    /// Labels with digits that agree.
    package struct Labels: Sendable, Equatable {
        package var values: [Double]
        /// One per value.
        package var texts: [String]
        /// The factor of every label, as in `× 10⁻⁴`; empty where there is nothing.
        package var factor = ""
    }

    package let values: [Double]
    /// The distance between neighbours; 0 where there is only one, and on a logarithmic axis.
    package let step: Double
    /// True where the values are decimal logarithms of the numbers that labels show.
    private var isLogarithmic = false

    /// Ticks inside a range.
    ///
    /// - Parameters:
    ///   - range: What the axis spans; a range of one value gets one tick.
    ///   - count: About how many are wanted, at least two.
    package init(_ range: ClosedRange<Double>, count: Int) {
        let span = range.upperBound - range.lowerBound
        guard span > 0, span.isFinite else {
            values = [range.lowerBound]
            step = 0
            return
        }
        let step = Self.roundStep(span / Double(max(1, count - 1)))
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        // Where the span is a rounding error of the values, a step no longer changes them.
        guard step > 0, first.magnitude < 1e15, last.magnitude < 1e15 else {
            values = [range.lowerBound]
            self.step = 0
            return
        }
        // Counted in whole steps, because adding a step again and again would drift off round values.
        values = stride(from: first, through: last, by: 1).map { index in
            min(max(index * step, range.lowerBound), range.upperBound)
        }
        self.step = step
    }

    /// Ticks at round numbers whose decimal logarithms lie inside a range: 1, 2 and 5 of each decade,
    /// whole decades where there are many, and even steps within one.
    package init(logarithms range: ClosedRange<Double>, count: Int) {
        let span = range.upperBound - range.lowerBound
        guard span > 0.5, span.isFinite else {
            let even = AxisTicks(
                pow(10, range.lowerBound)...pow(10, range.upperBound), count: count)
            self.init(places: even.values.map { log10($0) })
            return
        }
        let stride = max(1, Int((span / Double(max(1, count))).rounded(.up)))
        let parts = 3 * span <= 1.5 * Double(count) ? [1.0, 2, 5] : [1]
        let decades = Int(floor(range.lowerBound))...Int(ceil(range.upperBound))
        let places = decades.filter { $0.isMultiple(of: stride) }.flatMap { decade in
            parts.map { Double(decade) + log10($0) }
        }
        self.init(places: places.filter { range.contains($0) })
    }

    private init(places: [Double]) {
        (values, step, isLogarithmic) = (places, 0, true)
    }

    /// The nearest of 1, 2, 5 · 10^k.
    private static func roundStep(_ rough: Double) -> Double {
        let magnitude = pow(10, floor(log10(rough)))
        switch rough / magnitude {
        case ..<1.5: return magnitude
        case ..<3.5: return 2 * magnitude
        case ..<7.5: return 5 * magnitude
        default: return 10 * magnitude
        }
    }

    /// The labels of the ticks.
    package func labels(_ notation: Notation) -> Labels {
        switch notation {
        case _ where isLogarithmic: logarithmicLabels(notation)
        case .plain: plainLabels
        case .typeset: typesetLabels
        }
    }

    /// `2e9` in a terminal, `2·10⁹` in print; numbers of a few digits as they are.
    private func logarithmicLabels(_ notation: Notation) -> Labels {
        let texts = values.map { place -> String in
            let power = Int(floor(place + 1e-9))
            let mantissa = NumberFormat.significant(pow(10, place - Double(power)), digits: 3)
            switch (power, notation) {
            case (-2..<4, _): return NumberFormat.significant(pow(10, place), digits: 4)
            case (_, .plain): return "\(mantissa)e\(power)"
            case (_, .typeset):
                return (mantissa == "1" ? "" : "\(mantissa)·") + "10\(Self.superscript(power))"
            }
        }
        return Labels(values: values, texts: texts)
    }

    private var plainLabels: Labels {
        guard step > 0 else {
            return Labels(
                values: values, texts: values.map { NumberFormat.significant($0, digits: 4) })
        }
        let power = power(longFrom: 1e6)
        let digits = decimals(scaledBy: power)
        return Labels(
            values: values,
            texts: values.map { value in
                guard value != 0 else { return "0" }
                let text = String(format: "%.\(digits)f", value / pow(10, Double(power)))
                return power == 0 ? text : "\(text)e\(power)"
            })
    }

    private var typesetLabels: Labels {
        let power = power(longFrom: 1e7)
        let digits = decimals(scaledBy: power)
        let scaled = values.map { $0 / pow(10, Double(power)) }
        let isGrouped = digits == 0 && scaled.contains { $0.magnitude >= 10_000 }
        return Labels(
            values: values,
            texts: scaled.map { Self.typeset($0, decimals: digits, isGrouped: isGrouped) },
            factor: power == 0 ? "" : "× 10\(Self.superscript(power))")
    }

    /// The power of ten that keeps labels short, the same for all ticks; 0 where they are short anyway.
    private func power(longFrom limit: Double) -> Int {
        let largest = values.map(\.magnitude).max() ?? 0
        let isPlain = largest == 0 || !largest.isFinite || (largest >= 0.01 && largest < limit)
        return isPlain ? 0 : Int(floor(log10(largest) + 1e-9))
    }

    /// Digits after the point that tell neighbouring ticks apart.
    private func decimals(scaledBy power: Int) -> Int {
        guard step > 0 else { return 3 }
        return max(0, -Int(floor(log10(step / pow(10, Double(power))) + 1e-9)))
    }

    private static func typeset(_ value: Double, decimals: Int, isGrouped: Bool) -> String {
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
