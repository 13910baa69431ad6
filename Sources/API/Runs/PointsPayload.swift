import HTTP
import JSONText
package import Plots
package import Records
import Store
import Synchronization

/// A run's points as the API answers them.
package struct PointsPayload: Sendable, Equatable {
    /// The run's id.
    package var run: String
    /// In step order.
    package var points: [Point]
    /// Points in the range that was asked for, before any thinning.
    package var total: Int

    package init(run: String, points: [Point], total: Int) {
        self.run = run
        self.points = points
        self.total = total
    }

    package var json: [UInt8] { json(isThinned: points.count < total) }

    private func json(isThinned: Bool) -> [UInt8] {
        var writer = JSONWriter(capacity: 48 * points.count + 128)
        writer.object { writer in
            writer.name("run")
            writer.write(run)
            writer.name("point_count")
            writer.write(total)
            writer.name("downsampled")
            writer.raw(isThinned ? "true" : "false")
            writer.name("points")
            points.write(to: &writer)
        }
        return writer.bytes
    }

    /// The JSON of many points, made in pieces while the client reads, of few at once.
    var jsonResponse: Response {
        guard points.count > Self.pointsPerPiece else { return .json(json) }
        let place = Place()
        return .streaming(type: "application/json") { [self] in
            place.next.withLock { next in
                defer { next += 1 }
                return piece(next)
            }
        }
    }

    /// The place in a body that is made in pieces.
    private final class Place: Sendable {
        let next = Mutex(0)
    }

    private static let pointsPerPiece = 2_000

    /// The head, then so many points each, then the end; nil beyond it.
    ///
    /// Joined they are `json`.
    private func piece(_ index: Int) -> [UInt8]? {
        if index == 0 {
            var empty = self
            empty.points = []
            // The list's end and the object's come last; thinning shows in the counts alone.
            return Array(empty.json(isThinned: points.count < total).dropLast(2))
        }
        let start = (index - 1) * Self.pointsPerPiece
        guard start < points.count else {
            return start < points.count + Self.pointsPerPiece ? Array("]}".utf8) : nil
        }
        var writer = JSONWriter(capacity: 48 * Self.pointsPerPiece)
        writer.array { writer in
            for point in points[start..<min(start + Self.pointsPerPiece, points.count)] {
                point.write(to: &writer)
            }
        }
        let items = writer.bytes.dropFirst().dropLast()
        return start == 0 ? Array(items) : [UInt8(ascii: ",")] + items
    }

    /// A root-level array, for `?format=rows`.
    package var rows: [UInt8] {
        var writer = JSONWriter(capacity: 48 * points.count + 2)
        points.write(to: &writer, asRows: true)
        return writer.bytes
    }

    /// An object per line.
    package var lines: [UInt8] {
        var bytes: [UInt8] = []
        for point in points {
            var writer = JSONWriter()
            point.write(to: &writer)
            bytes += writer.bytes
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// One row per point, a column for everything that some point carries; nan and inf as such.
    package var table: Table {
        func loss(_ value: Double?) -> Table.Cell {
            value.flatMap(NotFinite.name).map { .text($0) } ?? .number(value)
        }
        var columns: [(name: String, value: (Point) -> Table.Cell)] = [("loss", { loss($0.loss) })]
        for quantity in Point.Quantity.allCases
        where points.contains(where: { $0[quantity] != nil }) {
            columns.append((quantity.rawValue, { .number($0[quantity]) }))
        }
        if points.contains(where: { $0.time != nil }) {
            columns.append(("time", { .text($0.time?.rfc3339) }))
        }
        for name in points.seriesNames {
            columns.append(("loss/\(name)", { loss($0.series[name]) }))
        }
        return Table(
            header: ["step"] + columns.map(\.name),
            rows: points.map { point in
                [.count(point.step)] + columns.map { $0.value(point) }
            })
    }
}

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
        indices(of: points, limit: limit).map { points[$0] }
    }

    /// The places of the points that stay, rising.
    static func indices(of points: [Point], limit: Int) -> [Int] {
        guard points.count > limit else { return Array(points.indices) }
        let names = points.seriesNames
        let share = limit / (names.count + 1)
        var kept = Set(indices(of: points, limit: share) { $0.loss })
        for name in names {
            kept.formUnion(indices(of: points, limit: share) { $0.series[name] })
        }
        return kept.sorted()
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
