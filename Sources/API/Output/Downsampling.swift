import Store

/// Thins a curve to so many points without losing its extremes.
///
/// The first and the last point stay. The points between are cut into runs of equal length, and of
/// each run the lowest and the highest loss stay: a spike of a single step is always seen, which
/// averaging or taking every k-th point would lose. Several logged losses share the points evenly,
/// each thinned by its own extremes.
enum Downsampling {
    /// The fewest points that can show one loss: both ends and both extremes.
    static let fewestPoints = 4

    /// The points that stay.
    ///
    /// - Parameters:
    ///   - points: In step order.
    ///   - limit: How many may stay, at least `fewestPoints` for each logged loss.
    /// - Returns: At most `limit` of the points, in order.
    static func thinned(_ points: [PointRecord], limit: Int) -> [PointRecord] {
        guard points.count > limit else { return points }
        let names = seriesNames(of: points)
        let share = limit / (names.count + 1)
        var kept = Set(indices(of: points, limit: share) { $0.loss })
        for name in names {
            kept.formUnion(indices(of: points, limit: share) { $0.series[name] })
        }
        return kept.sorted().map { points[$0] }
    }

    static func seriesNames(of points: [PointRecord]) -> [String] {
        Set(points.flatMap(\.series.keys)).sorted()
    }

    private static func indices(
        of points: [PointRecord], limit: Int, loss: (PointRecord) -> Double?
    ) -> [Int] {
        let logged = points.enumerated().compactMap { index, point in
            loss(point).map { (index: index, loss: $0) }
        }
        guard logged.count > limit, let first = logged.first, let last = logged.last else {
            return logged.map(\.index)
        }
        let inner = logged[1..<(logged.count - 1)]
        let runs = (limit - 2) / 2
        var kept = [first.index, last.index]
        for run in 0..<runs {
            let start = inner.startIndex + run * inner.count / runs
            let end = inner.startIndex + (run + 1) * inner.count / runs
            let part = inner[start..<end]
            if let lowest = part.min(by: { $0.loss < $1.loss }) { kept.append(lowest.index) }
            if let highest = part.max(by: { $0.loss < $1.loss }) { kept.append(highest.index) }
        }
        return kept
    }
}
