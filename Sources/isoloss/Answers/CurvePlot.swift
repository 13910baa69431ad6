import API
import Plots
import Schedules

/// Plots of loss curves: predicted, with an interval, against measured.
enum CurvePlot {
    /// A measured curve has too many points to show each as a mark.
    private static let mostMarks = 36

    /// The predicted curve with its interval.
    static func predicted(_ curve: CurvePayload, measured: [PlotPoint] = []) -> LinePlot {
        let line = [PlotPoint](curve.steps, curve.loss)
        var plot = LinePlot(
            xLabel: "step", yLabel: "loss", series: [.init(name: "predicted", points: line)])
        if let lower = curve.lower, let upper = curve.upper, let level = curve.interval {
            let percent = NumberText.significant(100 * level, digits: 3)
            plot.band = LinePlot.Band(
                name: "\(percent) % interval", lower: [PlotPoint](curve.steps, lower),
                upper: [PlotPoint](curve.steps, upper))
        }
        if !measured.isEmpty {
            plot.series.append(.init(name: "measured", points: thinned(measured), mark: .marks))
        }
        let band = (plot.band?.lower ?? []) + (plot.band?.upper ?? [])
        let warmup = Double(curve.schedule.schedule.warmupSteps)
        plot.yRange = LossRange.range(of: line + measured + band, from: warmup)
        return plot
    }

    /// Points evenly picked, with the first and the last.
    static func thinned(_ points: [PlotPoint]) -> [PlotPoint] {
        EvenPick.indices(of: points.count, atMost: mostMarks).map { points[$0] }
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
