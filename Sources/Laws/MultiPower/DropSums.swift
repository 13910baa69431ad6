import Foundation
import Schedules

/// D(t) of the multi-power law at some points of a schedule, prepared once and asked for many shapes.
struct DropSums {
    /// S1 at each point.
    let pointAreas: [Double]
    private let totals: [Double]
    private let counts: [[Int]]
    private var trees: [DropTree]

    /// - Parameters:
    ///   - areas: The schedule and its areas.
    ///   - steps: The points, rising, within 0 … S.
    init(_ areas: ScheduleAreas, at steps: [Int]) {
        pointAreas = areas.forwardArea(at: steps)
        let drops = DropLists(areas, at: steps, pointAreas: pointAreas)
        totals = drops.totals
        counts = drops.lists.map(\.counts)
        trees = drops.lists.map { DropTree($0) }
    }

    /// D(t) and its derivatives at every point.
    mutating func sums(_ shape: DropShape) -> [DropSum] {
        let series = DropSeries(exponent: shape.exponent)
        for index in trees.indices { trees[index].prepare(shape, series: series) }
        return pointAreas.indices.map { point in
            var lanes = SIMD4<Double>.zero
            for (tree, counts) in zip(trees, counts) where counts[point] > 0 {
                lanes +=
                    tree.sums(
                        first: counts[point], at: pointAreas[point], series: series
                    )
            }
            return DropSum(
                value: totals[point] - lanes.x, byRate: shape.exponent * lanes.z / shape.rate,
                byExponent: -lanes.y, byRateExponent: -shape.exponent * lanes.w)
        }
    }
}
