import Foundation
import Plots

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
        let ticks = RoundTicks(range, count: count)
        values = ticks.values
        guard ticks.step > 0 else {
            labels = ticks.values.map { NumberText.significant($0, digits: 4) }
            return
        }
        // Learning rates and counts need a power of ten to stay short; one power for all labels.
        let power = ticks.power()
        let (scale, decimals) = (pow(10, Double(power)), ticks.decimals(scaledBy: power))
        labels = ticks.values.map { value in
            guard value != 0 else { return "0" }
            let digits = String(format: "%.\(decimals)f", value / scale)
            return power == 0 ? digits : "\(digits)e\(power)"
        }
    }
}
