import Fitting
import HTTP
import Laws
import Schedules
import Store

/// What a fit says: `/v1/fits/{id}/curve`, `/curve.svg`, `/loss` and `/score`.
struct ForecastEndpoints: Sendable {
    let store: RunStore
    let fits: DoneFits
    let budget: WorkBudget

    func register(in router: inout Router) {
        router.on(.get, "/v1/fits/{id}/curve", .heavy(1)) { request, place in
            let order = try StoredSchedules(store).reading {
                try CurveOrder(query: request.query, runs: $0)
            }
            return try curve(request, place["id"], order)
        }
        let terms = RouteTerms.body(lane: .heavy(weight: 1), budget: budget)
        router.on(.post, "/v1/fits/{id}/curve", terms) { request, place in
            let body = try RequestBody(request, budget: budget).json()
            let order = try StoredSchedules(store).reading {
                try CurveOrder(query: request.query, body: body, runs: $0)
            }
            return try curve(request, place["id"], order)
        }
        router.on(.get, "/v1/fits/{id}/curve.svg", .heavy(1)) { try drawing($0, $1["id"]) }
        router.on(.get, "/v1/fits/{id}/loss") { try loss($0, $1["id"]) }
        router.on(.get, "/v1/fits/{id}/score", .heavy(1)) { try score($0, $1["id"]) }
    }

    private func curve(_ request: Request, _ id: String, _ order: CurveOrder) throws -> Response {
        let format = try ResponseFormat(acceptedBy: request)
        let payload = try payload(of: order, predictor: fits.predictor(id), request.context)
        return try format.response(table: payload.table) { try payload.json() }
    }

    private func payload(
        of order: CurveOrder, predictor: LawPredictor, _ context: RequestContext
    ) throws -> CurvePayload {
        let count = CurveSteps.count(every: order.every, totalSteps: order.schedule.totalSteps)
        try budget.check(.curvePoints, of: count)
        // The arrays of the curve and their text, with what the law's evaluation holds beside it.
        try context.reserve(count * 400)
        return try CurvePayload(
            predictor: predictor, schedule: order.schedule, features: order.features,
            every: order.every, interval: order.interval)
    }

    private func drawing(_ request: Request, _ id: String) throws -> Response {
        let order = try StoredSchedules(store).reading {
            try CurveOrder(query: request.query, runs: $0, beside: [CurveDrawing.pointsOf])
        }
        let predictor = try fits.predictor(id)
        return try CurveDrawing(store: store).response(
            payload(of: order, predictor: predictor, request.context), law: predictor.law.about.id,
            series: predictor.report.series, pointsOf: request.query[CurveDrawing.pointsOf])
    }

    private func loss(_ request: Request, _ id: String) throws -> Response {
        let query = try QueryReader(
            request.query, known: FeatureReader.names + IntervalReader.names)
        let payload = try LossPayload(
            predictor: fits.predictor(id), features: FeatureReader.features(query),
            interval: IntervalReader.interval(query, standard: LawPredictor.Interval()))
        return .json(try JSONCoding.encode(payload))
    }

    private func score(_ request: Request, _ id: String) throws -> Response {
        let query = try QueryReader(request.query, known: ["runs", "study", "role"])
        let predictor = try fits.predictor(id)
        let loader = StoredRuns(
            store: store, law: predictor.law, series: predictor.report.series)
        let role = try query.word("role", of: Run.Role.all)
        let runs: [Run]
        switch (try query.list("runs"), query.text("study")) {
        case (let ids?, nil):
            guard role == nil else {
                throw QueryReader.fault("role", "role goes with study; leave it out beside runs.")
            }
            runs = try loader.runs(ids, field: "runs")
        case (nil, let study?): runs = try loader.study(study, role: role ?? .test)
        default:
            throw QueryReader.fault(
                "runs", "give runs, ids separated by commas, or study, one of the two.")
        }
        return .json(try JSONCoding.encode(predictor.score(runs)))
    }
}
