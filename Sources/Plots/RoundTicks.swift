import Foundation

/// Round numbers along an axis: multiples of 1, 2 or 5 times a power of ten.
package struct RoundTicks: Sendable, Equatable {
    package let values: [Double]
    /// From one to the next; 0 where there is only one.
    package let step: Double

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
        // Counted in whole steps, because adding a step again and again would drift off round values.
        values = stride(from: first, through: last, by: 1).map { index in
            min(max(index * step, range.lowerBound), range.upperBound)
        }
        self.step = step
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

    /// The power of ten that keeps labels short, for learning rates and counts; 0 where they are
    /// short anyway.
    ///
    /// - Parameter limit: The number from which a label is long.
    /// - Returns: The exponent, the same for all ticks.
    package func power(longFrom limit: Double = 1e6) -> Int {
        let largest = values.map(\.magnitude).max() ?? 0
        let isPlain = largest == 0 || (largest >= 0.01 && largest < limit)
        return isPlain ? 0 : Int(floor(log10(largest) + 1e-9))
    }

    /// Digits after the point that tell neighbouring ticks apart.
    ///
    /// - Parameter power: The power of ten by which values are divided.
    /// - Returns: 0 or more.
    package func decimals(scaledBy power: Int) -> Int {
        guard step > 0 else { return 3 }
        return max(0, -Int(floor(log10(step / pow(10, Double(power))) + 1e-9)))
    }
}
