import Foundation

/// Round numbers along an axis, with labels that agree in their digits.
package struct AxisTicks: Equatable {
    package let values: [Double]
    package let labels: [String]

    /// Ticks inside a range.
    ///
    /// - Parameters:
    ///   - range: What the axis spans; a range of one value gets one tick.
    ///   - count: About how many ticks are wanted, at least two.
    package init(_ range: ClosedRange<Double>, count: Int) {
        let span = range.upperBound - range.lowerBound
        guard span > 0, span.isFinite else {
            values = [range.lowerBound]
            labels = [NumberText.significant(range.lowerBound, digits: 4)]
            return
        }
        let step = Self.roundStep(span / Double(max(1, count - 1)))
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        // Counted in whole steps, because adding a step again and again would drift off round values.
        values = stride(from: first, through: last, by: 1).map { index in
            min(max(index * step, range.lowerBound), range.upperBound)
        }
        labels = Self.labels(of: values, step: step)
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

    private static func labels(of values: [Double], step: Double) -> [String] {
        let largest = values.map(abs).max() ?? 0
        // Learning rates and counts need a power of ten to stay short; one power for all labels.
        let isPlain = largest == 0 || (largest >= 0.01 && largest < 1e6)
        let power = isPlain ? 0 : Int(floor(log10(largest) + 1e-9))
        let scale = pow(10, Double(power))
        let decimals = max(0, -Int(floor(log10(step / scale) + 1e-9)))
        return values.map { value in
            guard value != 0 else { return "0" }
            let digits = String(format: "%.\(decimals)f", value / scale)
            return power == 0 ? digits : "\(digits)e\(power)"
        }
    }
}
