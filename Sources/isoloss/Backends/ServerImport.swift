import API
import Imports
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
        _ imports: [ImportedRun], reporter: ProgressReporter
    ) throws(ClientError) -> ImportSummary {
        var summary = ImportSummary(created: 0, updated: 0, accepted: 0, replaced: 0)
        for (index, item) in imports.enumerated() {
            reporter.update(note: item.metadata.id)
            reporter.update(fraction: Double(index) / Double(imports.count))
            if try put(item.metadata) {
                summary.created += 1
            } else {
                summary.updated += 1
            }
            for part in item.points.parts(of: Self.pointsPerRequest) {
                let appended = try append(part, to: item.metadata.id)
                summary.accepted += appended.accepted
                summary.replaced += appended.replaced
            }
        }
        return summary
    }

    /// Puts a run's metadata on the server.
    ///
    /// - Parameter run: The run.
    /// - Returns: Whether it is new.
    /// - Throws: `ClientError`.
    @discardableResult
    func put(_ run: Run) throws(ClientError) -> Bool {
        let reply = try send(
            "PUT", ["v1", "runs", run.id], body: JSONWriter.bytes(of: run.json))
        return reply.status == Self.created
    }

    /// Adds points to a run on the server, many of them in several requests.
    ///
    /// - Parameters:
    ///   - points: In the order of steps.
    ///   - id: The run.
    ///   - rewinds: Whether the server drops everything from the first step on before.
    /// - Returns: How many the server took, and how many of them replaced others.
    /// - Throws: `ClientError`.
    @discardableResult
    func append(
        _ points: [Point], to id: String, rewinds: Bool = false
    ) throws(ClientError) -> (accepted: Int, replaced: Int) {
        var (accepted, replaced) = (0, 0)
        for start in stride(from: 0, to: points.count, by: Self.pointsPerRequest) {
            let end = min(start + Self.pointsPerRequest, points.count)
            let part = try append(
                points[start..<end], to: id, rewinds: rewinds && start == 0)
            accepted += part.accepted
            replaced += part.replaced
        }
        return (accepted, replaced)
    }

    private func append(
        _ points: ArraySlice<Point>, to id: String, rewinds: Bool
    ) throws(ClientError) -> Appended {
        let path = ["v1", "runs", id, "points"]
        var writer = JSONWriter(capacity: 64 * points.count)
        writer.object { writer in
            if rewinds {
                writer.name("rewind")
                writer.write(JSONValue.bool(true))
            }
            writer.name("points")
            Array(points).write(to: &writer)
        }
        let reply = try send("POST", path, body: writer.bytes)
        return try decode(Appended.self, from: reply.body, at: path)
    }
}
