import Foundation
import HTTP
import JSONText
import Records
import Store

/// The calls of MLflow's tracking server that its clients make to log and to read metrics, so that
/// `MLFLOW_TRACKING_URI=http://127.0.0.1:8080` is all that a training needs.
///
/// An experiment is a study and a run is a run, whose id is made here. Success is 200 and nothing
/// else, and errors have MLflow's members beside their own (`TrackerErrors`). Artifacts, models and
/// traces are not kept: their calls are 404, which clients report and survive.
///
/// Source: MLflow's REST API 2.0, `service.proto`.
struct MLflowEndpoints: Sendable {
    private static let root = "/api/2.0/mlflow"
    /// The experiment of runs that name none: a client's default.
    private static let defaultID = "0"
    private static let defaultName = "Default"
    private static let standardResults = 1_000
    /// As MLflow: a page of runs may have 50,000.
    private static let maximumResults = 50_000
    /// Fields that a search may be sorted by.
    private static let maximumOrders = 16

    let intake: TrackerIntake
    let budget: WorkBudget

    /// The calls there are.
    static let calls: [(method: Method, path: String)] = {
        let calls: [(Method, String)] = [
            (.get, "experiments/get-by-name"), (.get, "experiments/get"),
            (.post, "experiments/create"), (.post, "experiments/search"),
            (.post, "runs/create"), (.get, "runs/get"), (.post, "runs/update"),
            (.post, "runs/log-batch"), (.post, "runs/log-metric"),
            (.post, "runs/log-parameter"), (.post, "runs/set-tag"), (.post, "runs/search"),
            (.get, "metrics/get-history"),
        ]
        return calls.map { (method: $0, path: "\(root)/\($1)") }
    }()

    static let paths = Set(calls.map { $0.path })

    /// True when a path is MLflow's, of this version or another.
    static func isOwn(_ path: String) -> Bool {
        path.hasPrefix("/api/") && path.contains("/mlflow/")
    }

    func register(in routes: inout Routes) {
        let body = RouteTerms.body(budget: budget)
        // A search looks at every run of its experiments.
        let search = RouteTerms.body(lane: .heavy(weight: 0), budget: budget)
        func post(
            _ path: String, _ terms: RouteTerms,
            _ handle: @escaping @Sendable (JSONValue) throws -> JSONValue
        ) {
            routes.router.on(.post, "\(Self.root)/\(path)", terms) { [budget] request, _ in
                .json(try handle(RequestBody(request, budget: budget).json()))
            }
        }
        func get(_ path: String, _ handle: @escaping @Sendable (Query) throws -> JSONValue) {
            routes.router.on(.get, "\(Self.root)/\(path)") { request, _ in
                .json(try handle(request.query))
            }
        }
        get("experiments/get-by-name") { query in
            try experiment(named: Self.parameter("experiment_name", of: query))
        }
        get("experiments/get") { query in
            let id = try Self.parameter("experiment_id", of: query)
            return try experiment(named: name(ofExperiment: id))
        }
        post("experiments/create", body, createExperiment)
        post("experiments/search", search, searchExperiments)
        post("runs/create", body, createRun)
        get("runs/get") { query in
            let run = try intake.store.run(Self.runID(of: query))
            return ["run": try show(run)]
        }
        post("runs/update", body, updateRun)
        post("runs/log-batch", body) { body in
            try log(
                TrackedEntry(
                    values: Self.list("metrics", of: body).map(Self.value),
                    params: Self.pairs("params", of: body), tags: Self.pairs("tags", of: body)),
                body)
        }
        post("runs/log-metric", body) { body in
            try log(TrackedEntry(values: [Self.value(body)]), body)
        }
        post("runs/log-parameter", body) { body in
            try log(TrackedEntry(params: [Self.pair(body)]), body)
        }
        post("runs/set-tag", body) { body in try log(TrackedEntry(tags: [Self.pair(body)]), body) }
        post("runs/search", search, searchRuns)
        get("metrics/get-history", history)
        for call in Self.calls {
            routes.describe(call.method, call.path, "As MLflow's clients make it.")
        }
    }

    // MARK: Experiments

    /// The id of a study, from which its name is read again: nothing has to be stored.
    static func id(ofExperiment name: String?) -> String {
        guard let name, name != defaultName else { return defaultID }
        return name.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func name(ofExperiment id: String) throws(HTTPError) -> String {
        guard id != Self.defaultID else { return Self.defaultName }
        let digits = Array(id.utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
        }
        guard !bytes.isEmpty, bytes.count * 2 == digits.count,
            let name = String(validating: bytes, as: UTF8.self), TextRule.name.isMet(by: name)
        else { throw Self.noExperiment(id) }
        return name
    }

    private static func noExperiment(_ name: String) -> HTTPError {
        HTTPError(.notFound, detail: "There is no experiment \"\(name)\"; create it first.")
    }

    private func experiment(named name: String) throws -> JSONValue {
        guard let experiment = try experiments().first(where: { $0.name == name }) else {
            throw Self.noExperiment(name)
        }
        return ["experiment": Self.show(experiment)]
    }

    /// Studies, and the default.
    private func experiments() throws -> [StudySummary] {
        var experiments = try intake.store.studies()
        if !experiments.contains(where: { $0.name == Self.defaultName }) {
            let time = experiments.map(\.createdAt).min() ?? Date()
            experiments.append(
                StudySummary(name: Self.defaultName, createdAt: time, updatedAt: time))
        }
        return experiments
    }

    private static func show(_ experiment: StudySummary) -> JSONValue {
        let id = id(ofExperiment: experiment.name)
        return [
            "experiment_id": .string(id), "name": .string(experiment.name),
            "artifact_location": .string("mlflow-artifacts:/\(id)"), "lifecycle_stage": "active",
            "creation_time": .integer(experiment.createdAt.milliseconds),
            "last_update_time": .integer(experiment.updatedAt.milliseconds),
        ]
    }

    @Sendable private func createExperiment(_ body: JSONValue) throws -> JSONValue {
        let name = try Self.text("name", of: body)
        guard TextRule.name.isMet(by: name) else {
            throw HTTPError.field(
                .badRequest, "/name", "name = \"\(name)\" \(TextRule.name.sentence(for: name)).")
        }
        guard try !experiments().contains(where: { $0.name == name }) else {
            throw HTTPError.field(
                .conflict, "/name", "There is an experiment \"\(name)\" already; use it.")
        }
        try intake.store.createStudy(name)
        return ["experiment_id": .string(Self.id(ofExperiment: name))]
    }

    @Sendable private func searchExperiments(_ body: JSONValue) throws -> JSONValue {
        let filter = try MLflowFilter(body["filter"]?.string ?? "")
        let found = try Self.shows(body["view_type"]) ? experiments() : []
        let matching = found.filter { experiment in
            filter.holds { field in
                switch (field.kind, field.name) {
                case ("attribute", "name"): .text(experiment.name)
                case ("attribute", "creation_time"):
                    .number(Double(experiment.createdAt.milliseconds))
                case ("attribute", "last_update_time"):
                    .number(Double(experiment.updatedAt.milliseconds))
                default: nil
                }
            }
        }
        return try page(matching.sorted { $0.createdAt > $1.createdAt }, body) { shown, next in
            .object(
                [.init("experiments", .array(shown.map(Self.show)))]
                    + (next.map { [.init("next_page_token", .string($0))] } ?? []))
        }
    }

    // MARK: Runs

    @Sendable private func createRun(_ body: JSONValue) throws -> JSONValue {
        let experiment = body["experiment_id"]?.string ?? Self.defaultID
        let study = try name(ofExperiment: experiment)
        // As MLflow's own: 32 hexadecimal digits.
        let id = UUID().uuidString.filter { $0 != "-" }.lowercased()
        let name = body["run_name"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        var entry = TrackedEntry(tags: try Self.pairs("tags", of: body))
        try entry.check(budget)
        entry.tags.sort { $0.name < $1.name }
        try intake.log(entry, to: id) {
            Run(id: id, study: study, name: name ?? "run-\(id.prefix(8))")
        }
        let run = try intake.update(id) { run, tracked in
            if let name, TextRule.text.isMet(by: name) { run.name = name }
            tracked.status = "RUNNING"
            tracked.user = body["user_id"]?.string
            tracked.startTime =
                body["start_time"].flatMap(TrackerJSON.integer) ?? Date().milliseconds
        }
        return ["run": try show(run)]
    }

    @Sendable private func updateRun(_ body: JSONValue) throws -> JSONValue {
        let run = try intake.update(Self.runID(of: body)) { run, tracked in
            tracked.status = body["status"]?.string ?? tracked.status
            tracked.endTime = body["end_time"].flatMap(TrackerJSON.integer) ?? tracked.endTime
            if let name = body["run_name"]?.string, !name.isEmpty, TextRule.text.isMet(by: name) {
                run.name = name
            }
        }
        return ["run_info": MLflowRun(run).info]
    }

    private func log(_ entry: TrackedEntry, _ body: JSONValue) throws -> JSONValue {
        try budget.check(.uploadPoints, of: entry.values.count)
        try entry.check(budget)
        try intake.log(entry, to: Self.runID(of: body))
        return [:]
    }

    private func show(_ run: Run) throws -> JSONValue {
        MLflowRun(run).json(lastValues: try intake.store.lastValues(of: [run.id])[run.id] ?? [])
    }

    @Sendable private func searchRuns(_ body: JSONValue) throws -> JSONValue {
        let filter = try MLflowFilter(body["filter"]?.string ?? "")
        var runs: [MLflowRun] = []
        if Self.shows(body["run_view_type"]) {
            // Each once: a list of one experiment again and again is the work of many.
            var seen: Set<String> = []
            for id in Self.list("experiment_ids", of: body).compactMap(\.string)
            where seen.insert(id).inserted {
                // Settings and status stand in the recipes.
                let study = try name(ofExperiment: id)
                runs += try intake.store.allRuns(study: study, withRecipes: true)
                    .map(MLflowRun.init)
            }
        }
        var lastValues: [String: [Point]]?
        func value(_ run: MLflowRun, _ field: MLflowFilter.Field) throws -> MLflowFilter.Value? {
            guard field.kind == "metric" else { return run.value(of: field) }
            let last = try lastValues ?? intake.store.lastValues(of: runs.map(\.run.id))
            lastValues = last
            return run.metrics(last[run.run.id] ?? []).first { $0.name == field.name }
                .map { .number($0.value) }
        }
        var matching = try runs.filter { run in try filter.holds { try value(run, $0) } }
        matching.sort { $0.startTime > $1.startTime }
        let orders = Self.list("order_by", of: body).compactMap(\.string)
        guard orders.count <= Self.maximumOrders else {
            throw HTTPError.field(
                .badRequest, "/order_by",
                "order_by has \(orders.count) entries, must have at most \(Self.maximumOrders).")
        }
        for text in orders.reversed() {
            let order = try MLflowFilter.Order(text)
            let keyed = try matching.map { ($0, try value($0, order.field)) }
            matching = order.sorted(keyed)
        }
        return try page(matching, body) { shown, next in
            let last = try intake.store.lastValues(of: shown.map(\.run.id))
            return .object(
                [.init("runs", .array(shown.map { $0.json(lastValues: last[$0.run.id] ?? []) }))]
                    + (next.map { [.init("next_page_token", .string($0))] } ?? []))
        }
    }

    @Sendable private func history(_ query: Query) throws -> JSONValue {
        let run = try intake.store.run(Self.runID(of: query))
        let key = try Self.parameter("metric_key", of: query)
        let first = query["page_token"].flatMap { Int($0) } ?? 0
        let limit = query["max_results"].flatMap { Int($0) } ?? .max
        guard limit > 0 else {
            throw HTTPError.field(.badRequest, "/max_results", "max_results must be above 0.")
        }
        let points = try intake.store.points(run.id, from: first)
        let history = MLflowRun(run).history(of: key, in: points)
        let shown = history.prefix(limit)
        try budget.check(.answerPoints, of: shown.count)
        var members: [JSONValue.Member] = [
            .init("metrics", .array(shown.map { $0.json(run: run.id) }))
        ]
        if shown.count < history.count {
            members.append(.init("next_page_token", .string("\(history[shown.count].step)")))
        }
        return .object(members)
    }

    // MARK: Parts of requests

    /// A page of a list, with the token of the next one: the place of its first element.
    private func page<Element>(
        _ all: [Element], _ body: JSONValue,
        _ answer: ([Element], String?) throws -> JSONValue
    ) throws -> JSONValue {
        let limit = body["max_results"].flatMap(TrackerJSON.integer) ?? Self.standardResults
        guard (1...Self.maximumResults).contains(limit) else {
            throw HTTPError.field(
                .badRequest, "/max_results",
                "max_results = \(limit) must be from 1 to \(Self.maximumResults).")
        }
        let start = body["page_token"]?.string.flatMap { Int($0) } ?? 0
        guard (0...all.count).contains(start) else { return try answer([], nil) }
        let end = min(all.count, start + limit)
        return try answer(Array(all[start..<end]), end < all.count ? "\(end)" : nil)
    }

    /// True when a list is to show what has not been deleted: there is nothing else.
    private static func shows(_ view: JSONValue?) -> Bool { view?.string != "DELETED_ONLY" }

    private static func list(_ name: String, of body: JSONValue) -> [JSONValue] {
        guard case .array(let values) = body[name] else { return [] }
        return values
    }

    private static func parameter(_ name: String, of query: Query) throws -> String {
        guard let value = query[name], !value.isEmpty else {
            throw HTTPError.field(.badRequest, "/\(name)", "\(name) is missing in the query.")
        }
        return value
    }

    private static func runID(of query: Query) throws -> String {
        try parameter(query["run_id"] == nil ? "run_uuid" : "run_id", of: query)
    }

    private static func runID(of body: JSONValue) throws -> String {
        try text(body["run_id"] == nil ? "run_uuid" : "run_id", of: body)
    }

    private static func text(_ name: String, of body: JSONValue) throws -> String {
        guard let text = body[name]?.string, !text.isEmpty else {
            throw HTTPError.field(.badRequest, "/\(name)", "\(name) is missing; send a text.")
        }
        return text
    }

    private static func value(_ metric: JSONValue) throws -> TrackedValue {
        let name = try text("key", of: metric)
        guard let value = metric["value"].flatMap(TrackerJSON.number) else {
            throw HTTPError.field(
                .badRequest, "/value",
                "the value of metric \(name) must be a number, \"NaN\", \"Infinity\" or "
                    + "\"-Infinity\".")
        }
        return TrackedValue(
            name: name, value: value, step: metric["step"].flatMap(TrackerJSON.integer) ?? 0,
            time: TrackerJSON.time(
                milliseconds: metric["timestamp"].flatMap(TrackerJSON.integer)))
    }

    private static func pairs(
        _ name: String, of body: JSONValue
    ) throws -> [(name: String, value: String)] {
        try list(name, of: body).map(pair)
    }

    private static func pair(_ value: JSONValue) throws -> (name: String, value: String) {
        (try text("key", of: value), value["value"]?.string ?? "")
    }
}
