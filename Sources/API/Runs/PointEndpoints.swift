import Contract
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

    func register(in routes: inout Routes) {
        let terms = RouteTerms.body(RequestBody.Format.allCases, budget: budget)
        routes.on(
            .post, "/v1/runs/{id}/points", "Appends logged points, from JSON, NDJSON or CSV.",
            terms, query: AppendRequest()
        ) { request, place, asked in try append(request, place["id"], asked) }
        routes.on(
            .get, "/v1/runs/{id}/points", "Shows a run's points.", .read,
            query: RowsRequest(PointsRequest())
        ) { request, place, asked in
            try polled.answer(request) { try read(request, place["id"], asked) }
        }
    }

    private func append(
        _ request: Request, _ id: String, _ asked: AppendRequest
    ) throws -> Response {
        let skips = asked.onError == .skip
        let body = try RequestBody(
            request, formats: RequestBody.Format.allCases, budget: budget)
        var batch = try PointBatch(body, skips: skips)
        try budget.check(.uploadPoints, of: batch.points.count)
        try batch.check(totalSteps: store.totalSteps(of: id))
        if !skips || batch.points.isEmpty { try batch.faults.check(.upload) }
        let rewinds = asked.rewinds || batch.rewinds
        let summary = try store.appendPoints(
            id, batch.points, rewinds: rewinds, pointsPerTransaction: Self.pointsPerTransaction)
        var members: [JSONValue.Member] = [
            .init("accepted", .integer(summary.accepted)),
            .init("replaced", .integer(summary.replaced)),
            .init("last_step", summary.lastStep.map(JSONValue.integer) ?? .null),
        ]
        if rewinds { members.append(.init("dropped", .integer(summary.dropped))) }
        if skips {
            members.append(.init("refused_count", .integer(batch.faults.count)))
            members.append(.init("refused", .array(batch.faults.listed.map(\.json))))
        }
        return .json(.object(members + batch.taken))
    }

    /// The most points of one transaction of an upload, which is acknowledged after the last.
    static let pointsPerTransaction = 5_000

    private func read(
        _ request: Request, _ id: String, _ asked: RowsRequest<PointsRequest>
    ) throws -> Response {
        let (from, to) = (asked.request.from, asked.request.to)
        let format = try ResponseFormat(acceptedBy: request)
        let points = try store.points(id, from: from, to: to)
        let payload = PointsPayload(
            run: id, points: try thinned(points, limit: asked.request.maxPoints),
            total: points.count)
        try budget.check(.answerPoints, of: payload.points.count)
        switch format {
        case .json: return asked.isRows ? .json(payload.rows) : payload.jsonResponse
        case .ndjson: return .content(payload.lines, type: format.rawValue)
        case .csv: return .content(payload.table.csv, type: "text/csv; charset=utf-8")
        }
    }

    private func thinned(_ points: [Point], limit: Int?) throws -> [Point] {
        guard let limit, limit < points.count else { return points }
        let fewest = Thinning.fewestPoints * (points.seriesNames.count + 1)
        guard limit >= fewest else {
            throw HTTPError.query(
                "max_points",
                "max_points = \(limit) must be at least \(fewest) for this run, "
                    + "\(Thinning.fewestPoints) for each loss that it logged.")
        }
        return Downsampling.thinned(points, limit: limit)
    }
}

/// The query of an upload of points.
struct AppendRequest: RequestFields {
    /// The fate of a batch with rows that break a rule.
    enum OnError: String, CaseIterable {
        /// They are left out and named, and the rest is stored.
        case skip
        /// Nothing is stored.
        case refuse
    }

    var rewinds = false
    var onError: OnError?

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.field(
            "rewind", &rewinds, .flag, standard: false,
            "Drops what is stored from the first step on before.")
        fields.field(
            "on_error", &onError, .word(OnError.allCases),
            "skip leaves out the points that break a rule, refuse the whole batch.")
    }
}

/// The query of a run's points.
struct PointsRequest: RequestFields {
    var from = 0
    var to = Int.max
    var maxPoints: Int?

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.field("from", &from, .count(0...Int.max), standard: 0, "The first step.")
        fields.field("to", &to, .count(0...Int.max), standard: .max, "The last step.")
        fields.field(
            "max_points", &maxPoints, .count(Thinning.fewestPoints...Int.max),
            "Thins the points to so many, its extremes kept.")
        if fields.errorCount == 0, from > to {
            fields.refuse("from", saying: "from = \(from) must be at most to = \(to).")
        }
    }
}
