/// Leaves out points that nobody could see, without losing an extreme.
enum PointThinning {
    /// A series of more points is thinned: more than two for each pixel show nothing more.
    static let mostPoints = 2_000

    /// The points that stay: of each run of neighbours the lowest and the highest, and both ends.
    ///
    /// - Parameter points: In the order of x.
    /// - Returns: At most `mostPoints` of the points, in order.
    static func thinned(_ points: [PlotPoint]) -> [PlotPoint] {
        guard points.count > mostPoints else { return points }
        let runs = (mostPoints - 2) / 2
        let inner = points.count - 2
        var kept = [points[0]]
        for run in 0..<runs {
            let part = points[(1 + run * inner / runs)..<(1 + (run + 1) * inner / runs)]
            guard let low = part.indices.min(by: { points[$0].y < points[$1].y }),
                let high = part.indices.max(by: { points[$0].y < points[$1].y })
            else { continue }
            kept += low == high ? [points[low]] : [points[min(low, high)], points[max(low, high)]]
        }
        return kept + [points[points.count - 1]]
    }

    /// Runs of neighbours of which each is finite.
    static func finiteRuns(_ points: [PlotPoint]) -> [[PlotPoint]] {
        points.split { !($0.x.isFinite && $0.y.isFinite) }.map(Array.init)
    }
}
