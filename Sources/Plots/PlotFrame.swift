/// A rectangle of a chart in pixels, and the data that it spans.
struct PlotFrame {
    let left: Double
    let top: Double
    let width: Double
    let height: Double
    let xRange: ClosedRange<Double>
    let yRange: ClosedRange<Double>

    var right: Double { left + width }
    var bottom: Double { top + height }

    func x(_ value: Double) -> Double {
        left + width * Self.fraction(value, xRange)
    }

    /// The height of a value; what is far outside stays a few heights away, to keep numbers short.
    func y(_ value: Double) -> Double {
        bottom - height * min(max(Self.fraction(value, yRange), -3), 4)
    }

    private static func fraction(_ value: Double, _ range: ClosedRange<Double>) -> Double {
        let span = range.upperBound - range.lowerBound
        return span > 0 ? (value - range.lowerBound) / span : 0.5
    }
}
