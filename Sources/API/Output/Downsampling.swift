import Plots
import Records
import Store

/// Thins a curve to so many points without losing its extremes.
///
/// The first and the last point stay. The points between are cut into runs of equal length, and of
/// each run the lowest and the highest loss stay: a spike of a single step is always seen, which
/// averaging or taking every k-th point would lose. Several logged losses share the points evenly,
/// each thinned by its own extremes. A loss that is not finite counts as the highest: it is seen,
/// too.
enum Downsampling {
    /// The points that stay.
    ///
    /// - Parameters:
    ///   - points: In step order.
    ///   - limit: How many may stay, at least `Thinning.fewestPoints` for each logged loss.
    /// - Returns: At most `limit` of the points, in order.
    static func thinned(_ points: [Point], limit: Int) -> [Point] {
        guard points.count > limit else { return points }
        let names = points.seriesNames
        let share = limit / (names.count + 1)
        var kept = Set(indices(of: points, limit: share) { $0.loss })
        for name in names {
            kept.formUnion(indices(of: points, limit: share) { $0.series[name] })
        }
        return kept.sorted().map { points[$0] }
    }

    private static func indices(
        of points: [Point], limit: Int, loss: (Point) -> Double?
    ) -> [Int] {
        let logged = points.enumerated().compactMap { index, point in
            loss(point).map { (index: index, loss: $0.isFinite ? $0 : .infinity) }
        }
        return Thinning.extremes(of: logged.map(\.loss), atMost: limit).map { logged[$0].index }
    }
}
