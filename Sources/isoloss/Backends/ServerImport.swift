import API
import JSONText
import Records
import Store

extension ServerClient {
    /// The answer to an append.
    private struct Appended: Decodable {
        var accepted: Int
        var replaced: Int
    }

    /// Points of one request; a long run takes several, each far below the server's limit.
    private static let pointsPerRequest = 5_000
    private static let created = 201

    /// Puts runs and their points on the server; each call can be repeated safely.
    ///
    /// - Parameters:
    ///   - imports: The runs.
    ///   - reporter: Told how far the import is.
    /// - Returns: What the server did.
    /// - Throws: `ClientError`, at the first run that is refused.
    func importRuns(
        _ imports: [Run], reporter: ProgressReporter
    ) throws(ClientError) -> ImportSummary {
        var summary = ImportSummary(created: 0, updated: 0, accepted: 0, replaced: 0)
        for (index, item) in imports.enumerated() {
            reporter.update(note: item.id)
            reporter.update(fraction: Double(index) / Double(imports.count))
            let reply = try send(
                "PUT", ["v1", "runs", item.id],
                body: JSONWriter.bytes(of: item.json))
            if reply.status == Self.created {
                summary.created += 1
            } else {
                summary.updated += 1
            }
            for start in stride(from: 0, to: item.points.count, by: Self.pointsPerRequest) {
                let end = min(start + Self.pointsPerRequest, item.points.count)
                let appended = try append(item.points[start..<end], to: item.id)
                summary.accepted += appended.accepted
                summary.replaced += appended.replaced
            }
        }
        return summary
    }

    private func append(
        _ points: ArraySlice<Point>, to id: String
    ) throws(ClientError) -> Appended {
        let path = ["v1", "runs", id, "points"]
        var writer = JSONWriter(capacity: 64 * points.count)
        writer.object { writer in
            writer.name("points")
            Array(points).write(to: &writer)
        }
        let reply = try send("POST", path, body: writer.bytes)
        return try decode(Appended.self, from: reply.body, at: path)
    }
}
