import Contract
import HTTP
import JSONText

/// The table of routes, each with its description for `/openapi.json` (OpenAPI 3.1).
///
/// A route says once what its query may have: that reads the query, refuses the rest, and describes
/// it.
///
///     routes.get("/v1/fits", "Lists fits.", query: PageRequest()) { _, _, asked in … }
struct Routes {
    /// One call.
    private struct Call {
        let method: Method
        let path: String
        let summary: String
        /// Fields in the query.
        var query: [SchemaWriter.Field] = []
        /// Fields in a JSON body.
        var body: [SchemaWriter.Field] = []
        var success = Status.ok
    }

    /// The routes without descriptions, for calls that are no part of the API.
    var router: Router
    private var calls: [Call] = []

    init(_ router: Router) {
        self.router = router
    }

    /// A route whose query is read before it is answered.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: The path, with named places.
    ///   - summary: A sentence.
    ///   - terms: The lane and the body.
    ///   - query: The query's fields with their standard values.
    ///   - body: The fields of a JSON body, which the handler reads.
    ///   - success: The status of what was done.
    ///   - answer: The answer to a request, its place and its query.
    mutating func on<Asked: RequestFields>(
        _ method: Method, _ path: String, _ summary: String, _ terms: RouteTerms = .quick,
        query: Asked, body: [SchemaWriter.Field] = [], success: Status = .ok,
        _ answer: @escaping @Sendable (Request, PathParameters, Asked) throws -> Response
    ) {
        onUnread(
            method, path, summary, terms, query: SchemaWriter.fields(of: query), body: body,
            success: success
        ) { request, place in try answer(request, place, request.query.read(query)) }
    }

    /// A route without a query.
    mutating func on(
        _ method: Method, _ path: String, _ summary: String, _ terms: RouteTerms = .quick,
        body: [SchemaWriter.Field] = [], success: Status = .ok, _ answer: @escaping Handler
    ) {
        on(method, path, summary, terms, query: NoFields(), body: body, success: success) {
            request, place, _ in try answer(request, place)
        }
    }

    /// A route that reads its query itself.
    mutating func onUnread(
        _ method: Method, _ path: String, _ summary: String, _ terms: RouteTerms = .quick,
        query: [SchemaWriter.Field] = [], body: [SchemaWriter.Field] = [], success: Status = .ok,
        _ answer: @escaping Handler
    ) {
        router.on(method, path, terms, answer)
        describe(method, path, summary)
        calls[calls.count - 1].query = query
        calls[calls.count - 1].body = body
        calls[calls.count - 1].success = success
    }

    /// Describes a route that stands in `router`.
    mutating func describe(_ method: Method, _ path: String, _ summary: String) {
        calls.append(Call(method: method, path: path, summary: summary))
    }

    // MARK: The description

    /// The router with `/openapi.json`.
    func described(version: String) -> Router {
        var router = router
        let bytes = JSONWriter.bytes(of: document(version: version))
        router.on(.get, "/openapi.json") { _, _ in .json(bytes) }
        return router
    }

    private func document(version: String) -> JSONValue {
        var paths: [JSONValue.Member] = []
        for call in calls {
            let member = JSONValue.Member(
                call.method.rawValue.lowercased(), Self.operation(call))
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
                    .init("\(call.success.code)", ["description": "Done."]),
                    .init("default", ["description": "A problem, as RFC 9457 describes it."]),
                ])))
        return .object(members)
    }
}
