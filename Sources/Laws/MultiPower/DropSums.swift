import Foundation
import Schedules

/// D(t) of the multi-power law at some points of a schedule, prepared once and asked for many shapes.
struct DropSums {
    /// S1 at each point.
    let pointAreas: [Double]
    private var drops: DropLists

    /// - Parameters:
    ///   - areas: The schedule and its areas.
    ///   - steps: The points, rising, within 0 … S.
    ///   - firstDrop: The first step whose change of rate counts, at least 1.
    init(_ areas: ScheduleAreas, at steps: [Int], from firstDrop: Int) {
        pointAreas = areas.forwardArea(at: steps)
        drops = DropLists(areas, at: steps, pointAreas: pointAreas, from: firstDrop)
    }

    /// D(t) and its derivatives at every point.
    mutating func sums(_ shape: DropShape) -> [DropSum] {
        let series = DropSeries(exponent: shape.exponent)
        drops.forest.prepare(shape, series)
        return pointAreas.indices.map { point in
            let lanes = drops.sum(at: point, series)
            return DropSum(
                value: drops.totals[point] - lanes.x, byRate: shape.exponent * lanes.z / shape.rate,
                byExponent: -lanes.y, byRateExponent: -shape.exponent * lanes.w)
        }
    }
}
