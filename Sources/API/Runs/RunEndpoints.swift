import HTTP
import JSONText
import Records
import Store

/// `/v1/runs`: metadata of runs.
struct RunEndpoints: Sendable {
    /// Runs in a page when nobody says, and at most.
    static let standardLimit = 100
    static let maximumLimit = 1_000

    let store: RunStore
    let budget: WorkBudget
    let polled: PolledAnswers

    func register(in router: inout Router) {
        let one = RouteTerms.body(budget: budget)
        let many = RouteTerms.body(RequestBody.Format.allCases, budget: budget)
        router.on(.put, "/v1/runs/{id}", one) { try put($0, $1["id"]) }
        router.on(.post, "/v1/runs", many) { request, _ in try post(request) }
        router.on(.get, "/v1/runs", .read) { request, _ in
            try polled.answer(request) { try list(request) }
        }
        router.on(.get, "/v1/runs/{id}") { request, place in
            try polled.answer(request) { try get(request, place["id"]) }
        }
        router.on(.delete, "/v1/runs/{id}") { try delete($0, $1["id"]) }
    }

    private func put(_ request: Request, _ id: String) throws -> Response {
        _ = try QueryReader(request.query, known: [])
        guard TextRule.id.isMet(by: id) else {
            throw HTTPError.field(
                .badRequest, "/id", "id = \"\(id)\" \(TextRule.id.sentence(for: id))")
        }
        var faults = ValidationErrors()
        let body = try RequestBody(request, budget: budget).json()
        let run = RunReader(id: id).run(from: body, faults: &faults)
        try faults.check(.upload)
        try budget.check(.names, of: run.tags.count + run.units.count)
        let outcome = try store.upsertRun(run)
        return try response(
            with: store.run(id), status: outcome == .created ? .created : .ok)
    }

    private func post(_ request: Request) throws -> Response {
        let query = try QueryReader(request.query, known: ["study"])
        let body = try RequestBody(
            request, formats: RequestBody.Format.allCases, budget: budget)
        var faults = ValidationErrors()
        let batch = try RunBatch(body, study: query.text("study"), faults: &faults)
        try faults.check(.upload)
        for run in batch.runs { try budget.check(.names, of: run.tags.count + run.units.count) }
        guard batch.isSingle, let run = batch.runs.first else {
            try store.insertRuns(batch.runs)
            return .json(Self.summary(of: batch.runs), status: .created)
        }
        var response = try response(with: store.insertRun(run), status: .created)
        response.headers["Location"] = "/v1/runs/\(run.id)"
        return response
    }

    private func list(_ request: Request) throws -> Response {
        let query = try QueryReader(
            request.query, known: ["study", "search", "sort", "limit", "cursor", RowFormat.name])
        var list = RunList(
            study: query.text("study"), search: query.text("search"),
            limit: try query.integer("limit", in: 1...Self.maximumLimit) ?? Self.standardLimit,
            cursor: query.text("cursor"))
        if let sort = query.text("sort") { try Self.sort(&list, by: sort) }
        let page = try store.runs(list)
        let total = try store.runCount(list)
        guard try !RowFormat.isAsked(in: request.query) else {
            return .json(JSONWriter.bytes(of: .array(page.records.map(\.row))))
        }
        var members: [JSONValue.Member] = [
            .init("runs", .array(page.records.map(\.json))),
            .init("next_cursor", page.nextCursor.map(JSONValue.string) ?? .null),
            .init("total", .integer(total)),
        ]
        if page.damaged > 0 {
            let warning =
                "\(page.damaged) of these runs lie in a damaged part of the database and are left "
                + "out; isoloss check names them"
            members.append(.init("warnings", .array([.string(warning)])))
        }
        return .json(JSONWriter.bytes(of: .object(members)))
    }

    /// Sorts by a field's name, greatest first with `-` before it: `last_loss`, `-updated`.
    private static func sort(_ list: inout RunList, by text: String) throws {
        list.isDescending = text.hasPrefix("-")
        let name = list.isDescending ? text.dropFirst() : text[...]
        guard let order = RunList.Order(rawValue: String(name)) else {
            let names = RunList.Order.allCases.map(\.rawValue).joined(separator: ", ")
            throw QueryReader.fault(
                "sort", "sort = \(text) must be one of \(names), greatest first with - before it.")
        }
        list.order = order
    }

    private func get(_ request: Request, _ id: String) throws -> Response {
        _ = try QueryReader(request.query, known: [RowFormat.name])
        let run = try store.run(id)
        guard try !RowFormat.isAsked(in: request.query) else {
            return .json(JSONWriter.bytes(of: .array([run.row])))
        }
        return response(with: run, status: .ok)
    }

    private func delete(_ request: Request, _ id: String) throws -> Response {
        _ = try QueryReader(request.query, known: [])
        try store.deleteRun(id)
        return .noContent
    }

    private func response(with run: Run, status: Status) -> Response {
        .json(JSONWriter.bytes(of: run.json), status: status)
    }

    private static func summary(of runs: [Run]) -> [UInt8] {
        JSONWriter.bytes(
            of: .object([
                .init("created", .integer(runs.count)),
                .init("runs", .array(runs.map { .string($0.id) })),
            ]))
    }
}
