import JSONText
package import Plots
package import Store

/// A run's points as the API answers them.
package struct PointsPayload: Sendable, Equatable {
    /// The run's id.
    package var run: String
    /// In step order.
    package var points: [PointRecord]
    /// Points in the range that was asked for, before any thinning.
    package var total: Int

    package init(run: String, points: [PointRecord], total: Int) {
        self.run = run
        self.points = points
        self.total = total
    }

    package var json: [UInt8] {
        var writer = JSONWriter(capacity: 48 * points.count + 128)
        writer.object { writer in
            writer.name("run")
            writer.write(run)
            writer.name("point_count")
            writer.write(total)
            writer.name("downsampled")
            writer.raw(points.count < total ? "true" : "false")
            writer.name("points")
            writer.array { writer in
                for point in points { Self.write(point, to: &writer) }
            }
        }
        return writer.bytes
    }

    /// One row per point, a column for everything that some point carries.
    package var table: Table {
        let names = points.seriesNames
        var columns: [(name: String, value: (PointRecord) -> Double?)] = [("loss", { $0.loss })]
        if points.contains(where: { $0.learningRate != nil }) {
            columns.append(("learning_rate", { $0.learningRate }))
        }
        if points.contains(where: { $0.tokenCount != nil }) {
            columns.append(("token_count", { $0.tokenCount }))
        }
        for name in names { columns.append(("loss/\(name)", { $0.series[name] })) }
        return Table(
            header: ["step"] + columns.map(\.name),
            rows: points.map { point in
                [.count(point.step)] + columns.map { .number($0.value(point)) }
            })
    }

    private static func write(_ point: PointRecord, to writer: inout JSONWriter) {
        writer.object { writer in
            func write(_ name: String, _ value: Double?) {
                guard let value else { return }
                writer.name(name)
                writer.write(value)
            }
            writer.name("step")
            writer.write(point.step)
            write("loss", point.loss)
            write("learning_rate", point.learningRate)
            write("token_count", point.tokenCount)
            for (name, loss) in point.series.sorted(by: { $0.key < $1.key }) {
                write("loss/\(name)", loss)
            }
        }
    }
}
