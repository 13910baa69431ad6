import Contract
import HTTP
import JSONText
import Plans

/// `/openapi.json`: the calls of this server for generators of clients (OpenAPI 3.1).
///
/// The fields of requests come from the requests' own descriptions, so that they cannot disagree with
/// what is read.
struct APIDescription: Sendable {
    /// One call.
    private struct Call {
        let method: String
        let path: String
        let summary: String
        /// Fields in the query.
        var query: [SchemaWriter.Field] = []
        /// Fields in a JSON body.
        var body: [SchemaWriter.Field] = []
        var success = "200"
    }

    let version: String

    func register(in router: inout Router) {
        let bytes = JSONWriter.bytes(of: document)
        router.on(.get, "/openapi.json") { _, _ in .json(bytes) }
    }

    private var document: JSONValue {
        var paths: [JSONValue.Member] = []
        for call in Self.calls {
            let member = JSONValue.Member(call.method, Self.operation(call))
            if let index = paths.firstIndex(where: { $0.name == call.path }),
                case .object(let members) = paths[index].value
            {
                paths[index].value = .object(members + [member])
            } else {
                paths.append(.init(call.path, .object([member])))
            }
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Isoloss", "version": .string(version),
                "summary": "Fits neural scaling laws and predicts loss curves.",
            ],
            "paths": .object(paths),
            "components": ["securitySchemes": ["token": ["type": "http", "scheme": "bearer"]]],
        ]
    }

    // MARK: Calls

    private static let calls =
        ownCalls + (MLflowEndpoints.calls + TrackioEndpoints.calls).map(tracker)

    private static let ownCalls: [Call] = {
        let curve = SchemaWriter.fields(of: CurveRequest())
        let plan = planFields
        let forecast = SchemaWriter.fields(of: ForecastRequest())
        return [
            Call(method: "get", path: "/healthz", summary: "Tells whether the process answers."),
            Call(method: "get", path: "/readyz", summary: "Tells whether the database answers."),
            Call(
                method: "get", path: "/metrics",
                summary: "Shows the server and its most recent runs as Prometheus reads them.",
                query: SchemaWriter.fields(of: MetricsRequest())),
            Call(method: "get", path: "/v1/laws", summary: "Lists the laws."),
            Call(method: "get", path: "/v1/laws/{id}", summary: "Shows a law."),
            Call(method: "get", path: "/v1/plans", summary: "Lists the kinds of plans."),
            Call(
                method: "get", path: "/v1/plans/{id}", summary: "Plans without a fit.",
                query: plan),
            Call(
                method: "get", path: "/v1/plans/{id}/plan.svg",
                summary: "Draws a plan without a fit.", query: plan),
            Call(
                method: "get", path: "/v1/runs", summary: "Lists runs.",
                query: SchemaWriter.fields(of: RowsRequest(RunListRequest()))),
            Call(
                method: "post", path: "/v1/runs",
                summary: "Creates one run or many, from JSON, NDJSON or CSV.", success: "201"),
            Call(method: "put", path: "/v1/runs/{id}", summary: "Creates or updates a run."),
            Call(
                method: "get", path: "/v1/runs/{id}", summary: "Shows a run.",
                query: SchemaWriter.fields(of: RowsRequest(NoFields()))),
            Call(
                method: "delete", path: "/v1/runs/{id}", summary: "Deletes a run.", success: "204"),
            Call(
                method: "post", path: "/v1/runs/{id}/points",
                summary: "Appends logged points, from JSON, NDJSON or CSV.",
                query: SchemaWriter.fields(of: AppendRequest())),
            Call(
                method: "get", path: "/v1/runs/{id}/points", summary: "Shows a run's points.",
                query: SchemaWriter.fields(of: RowsRequest(PointsRequest()))),
            Call(
                method: "post", path: "/v1/imports", summary: "Stores a log file as it is.",
                query: SchemaWriter.fields(of: ImportRequest())),
            Call(
                method: "get", path: "/v1/runs/{id}/forecast",
                summary: "Predicts the rest of a run.",
                query: SchemaWriter.fields(of: RowsRequest(ForecastRequest()))),
            Call(
                method: "get", path: "/v1/runs/{id}/forecast.svg",
                summary: "Draws the rest of a run.", query: forecast),
            Call(
                method: "get", path: "/v1/runs/{id}/forecast.txt",
                summary: "Says the rest of a run in a line.", query: forecast),
            Call(
                method: "post", path: "/v1/fits",
                summary: "Fits a law; 202 with a Location when it takes longer than a second.",
                body: SchemaWriter.fields(of: FitSubmission()), success: "201"),
            Call(
                method: "get", path: "/v1/fits", summary: "Lists fits.",
                query: SchemaWriter.fields(of: PageRequest())),
            Call(method: "get", path: "/v1/fits/{id}", summary: "Shows a fit, or how it stands."),
            Call(
                method: "delete", path: "/v1/fits/{id}", summary: "Deletes or cancels a fit.",
                success: "204"),
            Call(
                method: "get", path: "/v1/fits/{id}/curve", summary: "Predicts a curve.",
                query: SchemaWriter.fields(of: RowsRequest(CurveRequest()))),
            Call(
                method: "post", path: "/v1/fits/{id}/curve", summary: "Predicts a curve.",
                body: curve),
            Call(
                method: "get", path: "/v1/fits/{id}/curve.svg", summary: "Draws a curve.",
                query: SchemaWriter.fields(of: DrawingRequest())),
            Call(
                method: "get", path: "/v1/fits/{id}/loss", summary: "Predicts one loss.",
                query: SchemaWriter.fields(of: LossRequest())),
            Call(
                method: "get", path: "/v1/fits/{id}/score", summary: "Scores runs under a fit.",
                query: SchemaWriter.fields(of: ScoreRequest())),
            Call(method: "get", path: "/v1/fits/{id}/plan", summary: "Plans.", query: plan),
            Call(
                method: "get", path: "/v1/fits/{id}/plan.svg", summary: "Draws a plan.",
                query: plan),
            Call(method: "post", path: "/v1/fits/{id}/plan", summary: "Plans.", body: plan),
        ]
    }()

    /// A call of a tracker's own protocol, which its own clients describe.
    private static func tracker(_ call: (method: Method, path: String)) -> Call {
        Call(
            method: call.method.rawValue.lowercased(), path: call.path,
            summary: MLflowEndpoints.isOwn(call.path)
                ? "As MLflow's clients make it." : "As trackio's clients make it.")
    }

    /// The fields of every kind of plan, each once.
    private static var planFields: [SchemaWriter.Field] {
        var fields: [SchemaWriter.Field] = []
        for kind in PlanCatalog.standard.kinds {
            for field in SchemaWriter.fields(of: PlanRequest(kind))
            where !fields.contains(where: { $0.name == field.name }) {
                fields.append(field)
            }
        }
        return fields
    }

    // MARK: JSON

    private static func operation(_ call: Call) -> JSONValue {
        var parameters = call.query.map { field -> JSONValue in
            [
                "name": .string(field.name), "in": "query", "description": .string(field.meaning),
                "schema": field.schema,
            ]
        }
        if call.path.contains("{id}") {
            parameters.append(
                ["name": "id", "in": "path", "required": true, "schema": ["type": "string"]])
        }
        var members: [JSONValue.Member] = [.init("summary", .string(call.summary))]
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if !call.body.isEmpty {
            let properties = JSONValue.object(call.body.map { .init($0.name, $0.schema) })
            let schema: JSONValue = ["type": "object", "properties": properties]
            members.append(
                .init("requestBody", ["content": ["application/json": ["schema": schema]]]))
        }
        members.append(
            .init(
                "responses",
                .object([
                    .init(call.success, ["description": "Done."]),
                    .init("default", ["description": "A problem, as RFC 9457 describes it."]),
                ])))
        return .object(members)
    }
}
