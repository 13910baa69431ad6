import Fitting
import HTTP
import JSONText
import Laws
package import Plans
import Store

/// What to train next: `/v1/fits/{id}/plan`.
struct PlanEndpoints: Sendable {
    let store: RunStore
    let fits: DoneFits
    let budget: WorkBudget

    func register(in router: inout Router) {
        router.on(.get, "/v1/fits/{id}/plan", .heavy(5)) { request, place in
            do {
                return try plan(request, place["id"], PlanOrder(query: request.query))
            } catch let error as PlanError where error.isOfQuery {
                throw HTTPError.field(.badRequest, error.pointer, error.message)
            }
        }
        let terms = RouteTerms.body(lane: .heavy(weight: 5), budget: budget)
        router.on(.post, "/v1/fits/{id}/plan", terms) { request, place in
            let body = try RequestBody(request, budget: budget).json()
            return try plan(request, place["id"], PlanOrder(query: request.query, body: body))
        }
    }

    private func plan(_ request: Request, _ id: String, _ order: PlanOrder) throws -> Response {
        let format = try ResponseFormat(acceptedBy: request)
        let predictor = try fits.predictor(id)
        var context = PlanContext(
            predictor: predictor, features: order.features, interval: order.interval)
        if let run = order.run {
            context.run = try StoredRuns(
                store: store, law: predictor.law, series: predictor.report.series
            ).runs([run], field: "run").first
        }
        return try response(order.kind, order.options, context, format)
    }

    private func response<Kind: PlanKind>(
        _ kind: Kind.Type, _ options: [String: String], _ context: PlanContext,
        _ format: ResponseFormat
    ) throws -> Response {
        let result = try PlanCatalog.plan(
            kind, options: options, context: context, laws: fits.catalog)
        return try format.response(table: TextTableRows(result.rows)) {
            try JSONCoding.encode(result)
        }
    }
}

extension PlanError {
    /// Whether the query itself is wrong; else what it asks for does not suit the fit or the run.
    fileprivate var isOfQuery: Bool {
        switch self {
        case .wrongLaw, .run: false
        default: true
        }
    }
}

extension TextTableRows {
    /// A plan's rows, to be written as CSV or NDJSON.
    package init(_ table: PlanTable) {
        self.init(
            header: table.header,
            rows: table.rows.map { row in
                row.map { cell in
                    switch cell {
                    case .text(let text): .string(text)
                    case .count(let count): .integer(count)
                    case .number(let value, _): .number(value)
                    case .empty: .null
                    }
                }
            })
    }
}
