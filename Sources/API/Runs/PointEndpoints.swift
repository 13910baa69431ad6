import HTTP
import JSONText
import Plots
import Records
import Store

/// `/v1/runs/{id}/points`: what runs logged.
struct PointEndpoints: Sendable {
    let store: RunStore
    let budget: WorkBudget
    let polled: PolledAnswers

    func register(in router: inout Router) {
        let terms = RouteTerms.body(RequestBody.Format.allCases, budget: budget)
        router.on(.post, "/v1/runs/{id}/points", terms) { try append($0, $1["id"]) }
        router.on(.get, "/v1/runs/{id}/points", .read) { request, place in
            try polled.answer(request) { try read(request, place["id"]) }
        }
    }

    private func append(_ request: Request, _ id: String) throws -> Response {
        let query = try QueryReader(request.query, known: ["rewind", "on_error"])
        let skips = try query.word("on_error", of: OnError.allCases) == .skip
        let rewinds = try query.flag("rewind")
        let body = try RequestBody(
            request, formats: RequestBody.Format.allCases, budget: budget)
        var batch = try PointBatch(body, skips: skips)
        try budget.check(.uploadPoints, of: batch.points.count)
        try batch.check(totalSteps: store.totalSteps(of: id))
        if !skips || batch.points.isEmpty { try batch.faults.check(.upload) }
        let summary = try store.appendPoints(
            id, batch.points, rewinds: rewinds || batch.rewinds,
            pointsPerTransaction: Self.pointsPerTransaction)
        var members: [JSONValue.Member] = [
            .init("accepted", .integer(summary.accepted)),
            .init("replaced", .integer(summary.replaced)),
            .init("last_step", summary.lastStep.map(JSONValue.integer) ?? .null),
        ]
        if rewinds || batch.rewinds { members.append(.init("dropped", .integer(summary.dropped))) }
        if skips {
            members.append(.init("refused_count", .integer(batch.faults.count)))
            members.append(.init("refused", batch.faults.json))
        }
        return .json(JSONWriter.bytes(of: .object(members + batch.taken)))
    }

    /// The most points of one transaction of an upload, which is acknowledged after the last.
    static let pointsPerTransaction = 2_000

    /// The fate of a batch with rows that break a rule.
    private enum OnError: String, CaseIterable {
        /// They are left out and named, and the rest is stored.
        case skip
        /// Nothing is stored.
        case refuse
    }

    private func read(_ request: Request, _ id: String) throws -> Response {
        let query = try QueryReader(
            request.query, known: ["from", "to", "max_points", RowFormat.name])
        let from = try query.integer("from", in: 0...Int.max) ?? 0
        let to = try query.integer("to", in: 0...Int.max) ?? .max
        let limit = try query.integer("max_points", in: Thinning.fewestPoints...Int.max)
        let asRows = try RowFormat.isAsked(in: request.query)
        let format = try ResponseFormat(acceptedBy: request)
        guard from <= to else {
            throw QueryReader.fault("from", "from = \(from) must be at most to = \(to).")
        }
        let points = try store.points(id, from: from, to: to)
        let payload = PointsPayload(
            run: id, points: try thinned(points, limit: limit), total: points.count)
        try budget.check(.answerPoints, of: payload.points.count)
        switch format {
        case .json: return asRows ? .json(payload.rows) : payload.jsonResponse
        case .ndjson: return .content(payload.lines, type: format.rawValue)
        case .csv: return .content(payload.table.csv, type: "text/csv; charset=utf-8")
        }
    }

    private func thinned(_ points: [Point], limit: Int?) throws -> [Point] {
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
