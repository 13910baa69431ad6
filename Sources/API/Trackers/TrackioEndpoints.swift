import Foundation
import HTTP
import Imports
import JSONText
import Records
import Store

/// The calls that trackio's client makes of its own server, so that `trackio.init` with this server's
/// address, and a trainer's `report_to="trackio"`, log here.
///
/// A project is a study, and a run keeps the id that its client chose. Beside what the client needs
/// for logging it asks for what it would resume. Its measurements of the machine are taken and
/// dropped: they are no losses, and a client that is refused sends them for ever.
struct TrackioEndpoints: Sendable {
    /// The version of trackio's HTTP calls that these are.
    private static let apiVersion = 1
    /// Fields that trackio writes beside a run's settings begin so.
    private static let ownPrefix: Character = "_"

    let intake: TrackerIntake
    let budget: WorkBudget
    let version: String

    /// The calls there are.
    static let calls: [(method: Method, path: String)] = [
        (.get, "/version"), (.post, "/api/get_runs_for_project"), (.post, "/api/get_run_summary"),
        (.post, "/api/bulk_log"), (.post, "/api/bulk_log_system"), (.post, "/api/bulk_alert"),
    ]

    private static let paths = Set(calls.map { $0.path })

    /// True when a path is one of trackio's.
    static func isOwn(_ path: String) -> Bool { paths.contains(path) }

    func register(in routes: inout Routes) {
        let document = JSONWriter.bytes(
            of: [
                "version": .string(version), "api_version": .integer(Self.apiVersion),
                "api_transport": "http",
            ])
        routes.router.on(.get, "/version", .loop) { _, _ in .json(document) }
        let terms = RouteTerms.body(budget: budget)
        routes.router.on(.post, "/api/get_runs_for_project", terms) { request, _ in
            let project = try arguments(of: request, ["project"])["project"]?.string ?? ""
            let runs = try intake.store.allRuns(study: project).map { run in
                JSONValue.object([
                    .init("id", .string(run.id)), .init("name", .string(run.name ?? run.id)),
                    .init("created_at", run.stored.map { .string($0.createdAt.rfc3339) } ?? .null),
                ])
            }
            return Self.answer(.array(runs))
        }
        routes.router.on(.post, "/api/get_run_summary", terms) { try summary($0, $1) }
        routes.router.on(.post, "/api/bulk_log", terms) { request, _ in
            try log(arguments(of: request, ["logs"])["logs"] ?? .null)
            return Self.answer(.null)
        }
        for path in ["/api/bulk_log_system", "/api/bulk_alert"] {
            routes.router.on(.post, path, terms) { request, _ in
                _ = try RequestBody(request, budget: budget).json()
                return Self.answer(.null)
            }
        }
        for call in Self.calls {
            routes.describe(call.method, call.path, "As trackio's clients make it.")
        }
    }

    private static func answer(_ data: JSONValue) -> Response {
        .json(["data": data])
    }

    /// The arguments of a call, by name: `{"args":[…],"kwargs":{…}}`, or the names at the top.
    private func arguments(
        of request: Request, _ names: [String]
    ) throws -> [String: JSONValue] {
        let body = try RequestBody(request, budget: budget).json()
        var arguments: [String: JSONValue] = [:]
        if case .array(let values) = body["args"] {
            for (name, value) in zip(names, values) { arguments[name] = value }
        }
        let named = body["kwargs"] ?? body
        for name in names { arguments[name] = named[name] ?? arguments[name] }
        return arguments
    }

    /// The question of a client before it resumes a run: its last step.
    private func summary(_ request: Request, _: PathParameters) throws -> Response {
        let given = try arguments(of: request, ["project", "run", "run_id"])
        let project = given["project"]?.string
        let id = Self.id(given["run_id"]?.string, project, given["run"]?.string)
        let run = try intake.store.run(id)
        return Self.answer(
            [
                "project": project.map(JSONValue.string) ?? .null,
                "run": .string(run.name ?? run.id), "run_id": .string(run.id),
                "num_logs": .integer(run.stored?.pointCount ?? 0),
                "last_step": (run.stored?.lastStep).map(JSONValue.integer) ?? .null,
            ])
    }

    /// The id of a run; clients before ids have names only.
    private static func id(_ id: String?, _ project: String?, _ run: String?) -> String {
        if let id, TextRule.id.isMet(by: id) { return id }
        return TextRule.id(from: [project, id ?? run].compactMap(\.self).joined(separator: "-"))
    }

    // MARK: Logging

    private struct Batch {
        var project: String
        var run: String
        var entry = TrackedEntry(paramsMayChange: true)
    }

    private func log(_ logs: JSONValue) throws {
        guard case .array(let entries) = logs else {
            throw HTTPError.field(
                .unprocessableContent, "/logs", "logs is missing; send a list of entries.")
        }
        try budget.check(.uploadPoints, of: entries.count)
        var order: [String] = []
        var batches: [String: Batch] = [:]
        for (index, entry) in entries.enumerated() {
            guard let project = entry["project"]?.string, let run = entry["run"]?.string,
                TextRule.name.isMet(by: project), TextRule.text.isMet(by: run)
            else {
                throw HTTPError.field(
                    .unprocessableContent, "/logs/\(index)",
                    "an entry needs the texts project and run.")
            }
            let id = Self.id(entry["run_id"]?.string, project, run)
            if batches[id] == nil { order.append(id) }
            var batch = batches[id] ?? Batch(project: project, run: run)
            Self.take(entry, into: &batch)
            batches[id] = batch
        }
        try budget.check(.uploadRuns, of: order.count)
        for batch in batches.values { try batch.entry.check(budget) }
        for id in order {
            guard let batch = batches[id] else { continue }
            try intake.log(batch.entry, to: id) {
                Run(id: id, study: batch.project, name: batch.run)
            }
        }
    }

    /// Takes one entry; a client that got no answer sends it again, with the same id.
    private static func take(_ log: JSONValue, into batch: inout Batch) {
        if case .object(let config) = log["config"] {
            flatten(config, "") { name, value in
                guard name.first != ownPrefix, let text = text(of: value) else { return }
                batch.entry.params.append((name, text))
            }
        }
        guard case .object(let metrics) = log["metrics"] else { return }
        var numbers: [(name: String, value: Double)] = []
        var step = log["step"].flatMap(TrackerJSON.integer)
        flatten(metrics, "") { name, value in
            guard let number = TrackerJSON.number(value) else { return }
            // trackio counts calls; a trainer's callback logs its own step as a value.
            if MetricMeaning(name) == .step, let own = Int(exactly: number) {
                step = own
            } else {
                numbers.append((name, number))
            }
        }
        let time = log["timestamp"]?.string.flatMap(Date.init(rfc3339:))
        for (name, number) in numbers {
            batch.entry.values.append(
                TrackedValue(
                    name: name, value: number, step: step ?? 0, time: time,
                    entry: log["log_id"]?.string))
        }
    }

    /// Gives the members of nested objects by names with a slash between them.
    private static func flatten(
        _ members: [JSONValue.Member], _ prefix: String, _ body: (String, JSONValue) -> Void
    ) {
        for member in members {
            if case .object(let inner) = member.value {
                flatten(inner, "\(prefix)\(member.name)/", body)
            } else {
                body("\(prefix)\(member.name)", member.value)
            }
        }
    }

    private static func text(of value: JSONValue) -> String? {
        switch value {
        case .null: nil
        case .string(let text): text
        default: JSONWriter.text(of: value)
        }
    }
}
