/// The heights of a loss curve that are worth showing.
///
/// The first losses of a run are far above the rest and would flatten all that matters, so that
/// they set no scale: curves run in from the top of the plot.
package enum LossRange {
    /// This part of the steps sets no scale, and neither does the warm-up.
    private static let unscaledFraction = 0.04
    /// Air above and below.
    private static let margin = 0.02

    /// The range of some curves.
    ///
    /// - Parameters:
    ///   - points: All that is drawn.
    ///   - start: The end of the warm-up, before which no law says much.
    /// - Returns: The range with a margin, or nil when nothing is finite.
    package static func range(of points: [PlotPoint], from start: Double) -> ClosedRange<Double>? {
        let finite = points.filter(\.y.isFinite)
        guard let first = finite.map(\.x).min(), let last = finite.map(\.x).max() else {
            return nil
        }
        let cut = min(max(start, first + unscaledFraction * (last - first)), last)
        let scaled = finite.filter { $0.x >= cut }
        guard let low = scaled.map(\.y).min(), let high = scaled.map(\.y).max() else { return nil }
        let air = margin * (high - low)
        return low - air...high + air
    }
}
