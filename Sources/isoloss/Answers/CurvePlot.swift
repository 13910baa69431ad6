import API
import Schedules

/// Plots of loss curves: predicted, with an interval, against measured.
enum CurvePlot {
    /// A measured curve has too many points to show each as a mark.
    private static let mostMarks = 36
    /// The first losses of a run are far above the rest; this part of the steps sets no scale.
    private static let unscaledFraction = 0.04

    /// The predicted curve with its interval.
    static func predicted(_ curve: CurvePayload, measured: [LinePlot.Point] = []) -> LinePlot {
        let line = points(curve.steps, curve.loss)
        var plot = LinePlot(
            xLabel: "step", yLabel: "loss", series: [.init(name: "predicted", points: line)])
        if let lower = curve.lower, let upper = curve.upper, let level = curve.interval {
            let percent = NumberText.significant(100 * level, digits: 3)
            plot.band = LinePlot.Band(
                name: "\(percent) % interval", lower: points(curve.steps, lower),
                upper: points(curve.steps, upper))
        }
        if !measured.isEmpty {
            plot.series.append(.init(name: "measured", points: thinned(measured), mark: .marks))
        }
        let band = (plot.band?.lower ?? []) + (plot.band?.upper ?? [])
        let warmup = Double(curve.schedule.schedule.warmupSteps)
        plot.yRange = range(of: line + measured + band, from: warmup)
        return plot
    }

    /// Points evenly picked, with the first and the last.
    static func thinned(_ points: [LinePlot.Point]) -> [LinePlot.Point] {
        EvenPick.indices(of: points.count, atMost: mostMarks).map { points[$0] }
    }

    /// Steps and losses as points.
    static func points(_ steps: [Int], _ losses: [Double]) -> [LinePlot.Point] {
        zip(steps, losses).map { LinePlot.Point(x: Double($0), y: $1) }
    }

    /// The heights worth showing, without the early fall that would flatten all the rest.
    ///
    /// - Parameters:
    ///   - points: All that is drawn.
    ///   - start: The end of the warm-up, before which no law says much.
    /// - Returns: The range with a margin, or nil when nothing is finite.
    static func range(of points: [LinePlot.Point], from start: Double) -> ClosedRange<Double>? {
        let finite = points.filter(\.y.isFinite)
        guard let first = finite.map(\.x).min(), let last = finite.map(\.x).max() else {
            return nil
        }
        let cut = min(max(start, first + unscaledFraction * (last - first)), last)
        let scaled = finite.filter { $0.x >= cut }
        guard let low = scaled.map(\.y).min(), let high = scaled.map(\.y).max() else { return nil }
        let margin = 0.02 * (high - low)
        return low - margin...high + margin
    }
}

/// A few of many, evenly spread.
package enum EvenPick {
    /// Every n-th index and the last, with n 1, 2 or 5 times a power of ten, so that what is at
    /// round numbers stays at round numbers.
    ///
    /// - Parameters:
    ///   - range: The indices there are.
    ///   - limit: About how many are wanted.
    /// - Returns: Rising indices.
    package static func roundIndices(of range: Range<Int>, about limit: Int) -> [Int] {
        guard let last = range.last else { return [] }
        var spacing = 1
        while range.count / spacing >= limit {
            spacing = String(spacing).hasPrefix("2") ? spacing / 2 * 5 : spacing * 2
        }
        return range.filter { $0.isMultiple(of: spacing) && $0 != last } + [last]
    }

    /// Indices from the first to the last.
    ///
    /// - Parameters:
    ///   - count: How many there are.
    ///   - limit: How many are wanted at most, at least 2.
    /// - Returns: Rising indices, all of them where they are few enough.
    package static func indices(of count: Int, atMost limit: Int) -> [Int] {
        guard count > limit else { return Array(0..<count) }
        return (0..<limit).map { ($0 * (count - 1) + (limit - 1) / 2) / (limit - 1) }
    }
}
