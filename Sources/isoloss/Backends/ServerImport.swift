import API
import JSONText
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
        _ imports: [RunImport], reporter: ProgressReporter
    ) throws(ClientError) -> ImportSummary {
        var summary = ImportSummary(created: 0, updated: 0, accepted: 0, replaced: 0)
        for (index, item) in imports.enumerated() {
            reporter.update(note: item.run.id)
            reporter.update(fraction: Double(index) / Double(imports.count))
            let reply = try send(
                "PUT", ["v1", "runs", item.run.id],
                body: JSONWriter.bytes(of: RunPayload(item.run).json))
            if reply.status == Self.created {
                summary.created += 1
            } else {
                summary.updated += 1
            }
            for start in stride(from: 0, to: item.points.count, by: Self.pointsPerRequest) {
                let end = min(start + Self.pointsPerRequest, item.points.count)
                let appended = try append(item.points[start..<end], to: item.run.id)
                summary.accepted += appended.accepted
                summary.replaced += appended.replaced
            }
        }
        return summary
    }

    private func append(
        _ points: ArraySlice<PointRecord>, to id: String
    ) throws(ClientError) -> Appended {
        let path = ["v1", "runs", id, "points"]
        let body = JSONValue.object([.init("points", .array(points.map(Self.json)))])
        let reply = try send("POST", path, body: JSONWriter.bytes(of: body))
        return try decode(Appended.self, from: reply.body, at: path)
    }

    private static func json(_ point: PointRecord) -> JSONValue {
        var members: [JSONValue.Member] = [.init("step", .integer(point.step))]
        if let loss = point.loss { members.append(.init("loss", .number(loss))) }
        if let rate = point.learningRate { members.append(.init("learning_rate", .number(rate))) }
        if let count = point.tokenCount { members.append(.init("token_count", .number(count))) }
        for (name, loss) in point.series.sorted(by: { $0.key < $1.key }) {
            members.append(.init("loss/\(name)", .number(loss)))
        }
        return .object(members)
    }
}
