import Contract
import Fitting
import HTTP
import JSONText
import Laws
import Plots
import Records
import Schedules
import Store

/// The answers of a fit: `/v1/fits/{id}/curve`, `/curve.svg`, `/loss` and `/score`.
struct ForecastEndpoints: Sendable {
    let backend: StoreBackend
    let budget: WorkBudget

    func register(in routes: inout Routes) {
        routes.on(
            .get, "/v1/fits/{id}/curve", "Predicts a curve.", .heavy(1),
            query: RowsRequest(CurveRequest())
        ) { request, place, asked in
            try curve(
                request, place["id"],
                resolved(asked.request, at: "/schedule", status: .badRequest), isRows: asked.isRows)
        }
        let terms = RouteTerms.body(lane: .heavy(weight: 1), budget: budget)
        routes.onUnread(
            .post, "/v1/fits/{id}/curve", "Predicts a curve.", terms,
            body: SchemaWriter.fields(of: CurveRequest())
        ) { request, place in
            let body = try RequestBody(request, budget: budget).json()
            return try curve(request, place["id"], asked(in: request.query.pairs, body))
        }
        routes.on(
            .get, "/v1/fits/{id}/curve.svg", "Draws a curve.", .heavy(1), query: DrawingRequest()
        ) { request, place, asked in try drawing(request, place["id"], asked) }
        routes.on(
            .get, "/v1/fits/{id}/loss", "Predicts one loss.", query: LossRequest()
        ) { _, place, asked in try .answer(backend.loss(place["id"], asked)) }
        routes.on(
            .get, "/v1/fits/{id}/score", "Scores runs under a fit.", .heavy(1),
            query: ScoreRequest()
        ) { _, place, asked in try .answer(backend.score(place["id"], asked)) }
    }

    // MARK: Curves

    /// The question of a POST: the body is the schedule, or has it as a member with more beside it;
    /// the query says the rest, as for a GET.
    private func asked(in query: [QueryFields.Item], _ body: JSONValue) throws -> CurveRequest {
        var asked = CurveRequest()
        guard body["schedule"] == nil else {
            try BodyFields.read(body, into: &asked)
            try QueryFields.read(query.filter { $0.name != "schedule" }, into: &asked)
            return try resolved(asked, at: "/schedule", status: .unprocessableContent)
        }
        guard case .object = body else {
            throw HTTPError.field(
                .unprocessableContent, "", "must be a JSON object with a member schedule.")
        }
        asked.schedule = .json(body)
        try QueryFields.read(query, into: &asked)
        return try resolved(asked, at: "", status: .unprocessableContent)
    }

    private func resolved(
        _ asked: CurveRequest, at field: String, status: Status
    ) throws -> CurveRequest {
        var asked = asked
        do {
            asked.schedule = .known(try backend.schedule(asked.schedule ?? .json(.null)))
        } catch let error as ScheduleError {
            throw FaultMapping.fault(error, at: field, status: status)
        }
        return asked
    }

    private func curve(
        _ request: Request, _ id: String, _ asked: CurveRequest, isRows: Bool = false
    ) throws -> Response {
        let format = try ResponseFormat(acceptedBy: request)
        let answer = try predicted(id, asked, request.context)
        return try format.response(table: answer.table, isRows: isRows) {
            try JSONAnswer.bytes(of: answer, known: ["loss", "lower", "upper", "metric"])
        }
    }

    private func predicted(
        _ id: String, _ asked: CurveRequest, _ context: RequestContext
    ) throws -> CurveResponse {
        if case .known(let schedule)? = asked.schedule {
            let count = CurveSteps.count(every: asked.every, totalSteps: schedule.totalSteps)
            try budget.check(.curvePoints, of: count)
            // The arrays of the curve and their text, with what the law's evaluation holds beside it.
            try context.reserve(count * 400)
        }
        return try backend.curve(id, asked)
    }

    private func drawing(
        _ request: Request, _ id: String, _ drawing: DrawingRequest
    ) throws -> Response {
        let asked = try resolved(drawing.curve, at: "/schedule", status: .badRequest)
        let report = try backend.report(of: id)
        let curve = try predicted(id, asked, request.context)
        let measured = try drawing.pointsOf.map { try self.measured($0, series: report.series) }
        let chart = curve.chart(law: report.law, loss: report.series, measured: measured)
        return .picture(of: chart)
    }

    private func measured(_ id: String, series: String?) throws -> MeasuredCurve {
        do {
            if let measured = try backend.measured(backend.run(id), series: series) {
                return measured
            }
        } catch StoreError.runNotFound {
            throw HTTPError.field(
                .notFound, "/points_of",
                "There is no run \"\(id)\"; create it first, or check the id.")
        }
        throw HTTPError.query(
            "points_of",
            "points_of = \(id) has logged no \(series ?? "loss"); name another run.")
    }
}

/// A question for a drawn curve: that of a curve, and a run whose points are drawn as well.
struct DrawingRequest: RequestFields {
    var curve = CurveRequest()
    var pointsOf: String?

    mutating func visit(_ fields: inout some FieldVisitor) {
        curve.visit(&fields)
        fields.field("points_of", &pointsOf, .queryText, "A run whose points are drawn as well.")
    }
}

/// `/v1/runs/{id}/forecast`, `/forecast.svg` and `/forecast.txt`: the rest of a run.
struct RunForecastEndpoints: Sendable {
    let forecasts: RunForecasts

    func register(in routes: inout Routes) {
        routes.on(
            .get, "/v1/runs/{id}/forecast", "Predicts the rest of a run.", .heavy(2),
            query: RowsRequest(ForecastRequest())
        ) { request, place, asked in
            let format = try ResponseFormat(acceptedBy: request)
            let answer = try forecasts.forecast(place["id"], asked.request)
            return try format.response(table: answer.table, isRows: asked.isRows) {
                try JSONAnswer.bytes(of: answer, known: ["curve"])
            }
        }
        routes.on(
            .get, "/v1/runs/{id}/forecast.svg", "Draws the rest of a run.", .heavy(2),
            query: ForecastRequest()
        ) { _, place, asked in
            let answer = try forecasts.forecast(place["id"], asked)
            let run = try forecasts.backend.run(place["id"])
            return .picture(of: answer.chart(measured: MeasuredCurve(run, series: nil)))
        }
        routes.on(
            .get, "/v1/runs/{id}/forecast.txt", "Says the rest of a run in a line.", .heavy(2),
            query: ForecastRequest()
        ) { _, place, asked in
            let answer = try forecasts.forecast(place["id"], asked)
            return .text(VisibleText.escaped(answer.line) + "\n")
        }
    }
}
