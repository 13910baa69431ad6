import Contract
import HTTP
import JSONText
import Records
import Store

/// `/v1/runs`: metadata of runs.
struct RunEndpoints: Sendable {
    let store: RunStore
    let budget: WorkBudget
    let polled: PolledAnswers

    func register(in routes: inout Routes) {
        let one = RouteTerms.body(budget: budget)
        let many = RouteTerms.body(RequestBody.Format.allCases, budget: budget)
        routes.on(.put, "/v1/runs/{id}", "Creates or updates a run.", one) { request, place in
            try put(request, place["id"])
        }
        routes.on(
            .post, "/v1/runs", "Creates one run or many, from JSON, NDJSON or CSV.", many,
            query: UploadRequest(), success: .created
        ) { request, _, asked in try post(request, study: asked.study) }
        routes.on(.get, "/v1/runs", "Lists runs.", .read, query: RowsRequest(RunListRequest())) {
            request, _, asked in
            try polled.answer(request) { try list(asked.request, isRows: asked.isRows) }
        }
        routes.on(.get, "/v1/runs/{id}", "Shows a run.", query: RowsRequest(NoFields())) {
            request, place, asked in
            try polled.answer(request) {
                let run = try store.run(place["id"])
                return .json(asked.isRows ? .array([run.row]) : run.json)
            }
        }
        routes.on(.delete, "/v1/runs/{id}", "Deletes a run.", success: .noContent) { _, place in
            try store.deleteRun(place["id"])
            return .noContent
        }
    }

    private func put(_ request: Request, _ id: String) throws -> Response {
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
        return .json(try store.run(id).json, status: outcome == .created ? .created : .ok)
    }

    private func post(_ request: Request, study: String?) throws -> Response {
        let body = try RequestBody(
            request, formats: RequestBody.Format.allCases, budget: budget)
        var faults = ValidationErrors()
        let batch = try RunBatch(body, study: study, faults: &faults)
        try faults.check(.upload)
        for run in batch.runs { try budget.check(.names, of: run.tags.count + run.units.count) }
        guard batch.isSingle, let run = batch.runs.first else {
            try store.insertRuns(batch.runs)
            let ids = batch.runs.map { JSONValue.string($0.id) }
            return .json(["created": .integer(ids.count), "runs": .array(ids)], status: .created)
        }
        var response = Response.json(try store.insertRun(run).json, status: .created)
        response.headers["Location"] = "/v1/runs/\(run.id)"
        return response
    }

    private func list(_ asked: RunListRequest, isRows: Bool) throws -> Response {
        var list = asked.list
        if let sort = asked.sort { try Self.sort(&list, by: sort) }
        let page = try store.runs(list)
        let total = try store.runCount(list)
        guard !isRows else { return .json(.array(page.records.map(\.row))) }
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
        return .json(.object(members))
    }

    /// Sorts by a field's name, greatest first with `-` before it: `last_loss`, `-updated`.
    private static func sort(_ list: inout RunList, by text: String) throws {
        list.isDescending = text.hasPrefix("-")
        let name = list.isDescending ? text.dropFirst() : text[...]
        guard let order = RunList.Order(rawValue: String(name)) else {
            let names = RunList.Order.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPError.query(
                "sort", "sort = \(text) must be one of \(names), greatest first with - before it.")
        }
        list.order = order
    }
}

/// The query of an upload of runs.
struct UploadRequest: RequestFields {
    var study: String?

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.field("study", &study, .queryText, "The study of runs that name none.")
    }
}

/// A page of a list.
struct PageRequest: RequestFields {
    var limit = 100
    var cursor: String?

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.field("limit", &limit, .count(1...1_000), standard: 100, "At most so many.")
        fields.field("cursor", &cursor, .queryText, "next_cursor of a page.")
    }
}

/// The query of a list of runs.
struct RunListRequest: RequestFields {
    var study: String?
    var search: String?
    var sort: String?
    var page = PageRequest()

    /// The list, in the order of creation.
    var list: RunList {
        RunList(study: study, search: search, limit: page.limit, cursor: page.cursor)
    }

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.field("study", &study, .queryText, "Only the runs of this study.")
        fields.field(
            "search", &search, .queryText, "Only runs whose id, name or study has this in it.")
        fields.field(
            "sort", &sort, .queryText,
            "created, updated, last_loss or last_step; greatest first with - before.")
        page.visit(&fields)
    }
}
