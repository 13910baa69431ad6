import HTTP
import JSONText
import Plots
import Store

/// `/v1/runs/{id}/points`: what runs logged.
struct PointEndpoints: Sendable {
    let store: RunStore
    let budget: WorkBudget

    func register(in router: inout Router) {
        let terms = RouteTerms.body(RequestBody.Format.allCases, budget: budget)
        router.on(.post, "/v1/runs/{id}/points", terms) { try append($0, $1["id"]) }
        router.on(.get, "/v1/runs/{id}/points") { try read($0, $1["id"]) }
    }

    private func append(_ request: Request, _ id: String) throws -> Response {
        _ = try QueryReader(request.query, known: [])
        let body = try RequestBody(
            request, formats: RequestBody.Format.allCases, budget: budget)
        var batch = try PointBatch(body)
        try budget.check(.uploadPoints, of: batch.points.count)
        try batch.check(against: store.run(id))
        try batch.faults.check(.upload)
        let summary = try append(batch.points, to: id)
        let members: [JSONValue.Member] = [
            .init("accepted", .integer(summary.accepted)),
            .init("replaced", .integer(summary.replaced)),
            .init("last_step", summary.lastStep.map(JSONValue.integer) ?? .null),
        ]
        return .json(JSONWriter.bytes(of: .object(members + batch.taken)))
    }

    /// Stores points that have been checked, many of them in several transactions: a job that
    /// posts one point waits for one of these and not for all.
    ///
    /// A crash between two leaves the batch in part; it was not acknowledged, and is safe to repeat.
    private func append(_ points: [PointRecord], to id: String) throws -> AppendSummary {
        var summary = try store.appendPoints(
            id, Array(points.prefix(Self.pointsPerTransaction)))
        var start = Self.pointsPerTransaction
        while start < points.count {
            let end = min(start + Self.pointsPerTransaction, points.count)
            let added = try store.appendPoints(id, Array(points[start..<end]))
            summary.accepted += added.accepted
            summary.replaced += added.replaced
            summary.lastStep = added.lastStep
            start = end
        }
        return summary
    }

    private static let pointsPerTransaction = 2_000

    private func read(_ request: Request, _ id: String) throws -> Response {
        let query = try QueryReader(request.query, known: ["from", "to", "max_points"])
        let from = try query.integer("from", in: 0...Int.max) ?? 0
        let to = try query.integer("to", in: 0...Int.max) ?? .max
        let limit = try query.integer("max_points", in: Thinning.fewestPoints...Int.max)
        let format = try ResponseFormat(acceptedBy: request)
        guard from <= to else {
            throw QueryReader.fault("from", "from = \(from) must be at most to = \(to).")
        }
        let points = try store.points(id, from: from, to: to)
        let payload = PointsPayload(
            run: id, points: try thinned(points, limit: limit), total: points.count)
        try budget.check(.answerPoints, of: payload.points.count)
        guard format != .json else { return payload.jsonResponse }
        return format.response(table: payload.table) { payload.json }
    }

    private func thinned(_ points: [PointRecord], limit: Int?) throws -> [PointRecord] {
        guard let limit, limit < points.count else { return points }
        let fewest = Thinning.fewestPoints * (points.seriesNames.count + 1)
        guard limit >= fewest else {
            throw QueryReader.fault(
                "max_points",
                "max_points = \(limit) must be at least \(fewest) for this run, "
                    + "\(Thinning.fewestPoints) for each loss that it logged.")
        }
        return Downsampling.thinned(points, limit: limit)
    }
}
