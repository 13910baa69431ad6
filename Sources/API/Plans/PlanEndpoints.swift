import Contract
import HTTP
import JSONText
import Plans
import Plots
import Records
import Store

/// The kinds of plans, `/v1/plans`; plans from a fit, `/v1/fits/{id}/plan` and `/plan.svg`; and those
/// that need none, `/v1/plans/{id}`.
struct PlanEndpoints: Sendable {
    let backend: StoreBackend
    let budget: WorkBudget

    func register(in routes: inout Routes) {
        let fields = Self.fields
        routes.on(.get, "/v1/plans", "Lists the kinds of plans.") { _, _ in
            try .answer(PlanListResponse(.standard, laws: backend.catalog))
        }
        routes.onUnread(
            .get, "/v1/plans/{id}", "Plans without a fit.", .heavy(5), query: fields
        ) { request, place in
            try asking(request, Self.known(place["id"])) { asked in
                try plan(request, nil, asked, asked.kind)
            }
        }
        routes.onUnread(
            .get, "/v1/plans/{id}/plan.svg", "Draws a plan without a fit.", .heavy(5), query: fields
        ) { request, place in
            try asking(request, Self.known(place["id"])) { asked in
                try drawing(nil, asked, asked.kind)
            }
        }
        routes.onUnread(
            .get, "/v1/fits/{id}/plan", "Plans.", .heavy(5), query: fields
        ) { request, place in
            try asking(request, request.query["kind"] ?? "") { asked in
                try plan(request, place["id"], asked, asked.kind)
            }
        }
        routes.onUnread(
            .get, "/v1/fits/{id}/plan.svg", "Draws a plan.", .heavy(5), query: fields
        ) { request, place in
            try asking(request, request.query["kind"] ?? "") { asked in
                try drawing(place["id"], asked, asked.kind)
            }
        }
        let terms = RouteTerms.body(lane: .heavy(weight: 5), budget: budget)
        routes.onUnread(
            .post, "/v1/fits/{id}/plan", "Plans.", terms, body: fields
        ) { request, place in
            let body = try RequestBody(request, budget: budget).json()
            _ = try request.query.read(NoFields(), beside: ["kind"])
            let name = try Self.kind(in: body) ?? request.query["kind"] ?? ""
            var asked = PlanRequest(try PlanCatalog.standard.kind(name))
            try BodyFields.read(body, into: &asked)
            return try plan(request, place["id"], asked, asked.kind)
        }
    }

    /// The fields of every kind of plan, each once.
    private static var fields: [SchemaWriter.Field] {
        var fields: [SchemaWriter.Field] = []
        for kind in PlanCatalog.standard.kinds {
            for field in SchemaWriter.fields(of: PlanRequest(kind))
            where !fields.contains(where: { $0.name == field.name }) {
                fields.append(field)
            }
        }
        return fields
    }

    /// Reads a query; a fault of the query itself is a 400.
    private func asking(
        _ request: Request, _ kind: String, _ answer: (PlanRequest) throws -> Response
    ) throws -> Response {
        do {
            return try answer(request.query.read(PlanRequest(PlanCatalog.standard.kind(kind))))
        } catch let error as PlanError where error.isOfQuery {
            throw HTTPError.field(.badRequest, error.pointer, error.message)
        }
    }

    /// The name of a kind in a path; one that there is not is a place that there is not.
    private static func known(_ kind: String) throws -> String {
        let known = PlanCatalog.standard.kinds.map { $0.about.id }
        guard known.contains(kind) else {
            throw HTTPError(.notFound, detail: PlanError.unknownKind(kind, known: known).message)
        }
        return kind
    }

    private static func kind(in body: JSONValue) throws -> String? {
        var reader = ObjectReader(body)
        let kind = reader.string("kind")
        try reader.faults.check()
        return kind
    }

    private func plan<Kind: PlanKind>(
        _ request: Request, _ fit: String?, _ asked: PlanRequest, _ kind: Kind.Type
    ) throws -> Response {
        let format = try ResponseFormat(acceptedBy: request)
        let result = try backend.plan(kind, fit, asked) { _ in }
        return try format.response(table: result.rows) {
            try JSONAnswer.bytes(of: result)
        }
    }

    private func drawing<Kind: PlanKind>(
        _ fit: String?, _ asked: PlanRequest, _ kind: Kind.Type
    ) throws -> Response {
        let page = try backend.plan(kind, fit, asked) { _ in }.page
        guard let chart = page.chart else { throw PlanError.noPicture(kind: kind.about.id) }
        return .picture(of: chart)
    }
}

extension PlanError {
    /// True where the query itself is wrong; else what it asks for does not suit the fit or the run.
    fileprivate var isOfQuery: Bool {
        switch self {
        case .unsupportedLaw, .run, .refused, .noPicture: false
        default: true
        }
    }
}
