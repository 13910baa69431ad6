import Contract
import Fitting
import Foundation
import JSONText
import Laws
import Plans
import Plots
import Records
import Schedules

/// Runs and fits that a server has, over HTTP; a fit is named by its id.
struct RemoteBackend: Backend {
    /// The seconds between two looks at a fit that is not done.
    private static let pollSeconds: TimeInterval = 0.2
    /// Enough points for any plot.
    private static let plotPoints = "2000"

    let client: ServerClient

    func fit(_ submission: FitSubmission, progress: (Double) -> Void) throws -> FitReport {
        let path = ["v1", "fits"]
        var answer = try client.send("POST", path, body: body(of: submission)).body
        while true {
            let status = try client.decode(FitProgress.self, from: answer, at: path)
            switch status.status {
            case "done": return try client.decode(FitReport.self, from: answer, at: path)
            case "queued", "running":
                guard let id = status.id else { throw ClientError.notIsoloss(url: "/v1/fits") }
                progress(status.progress ?? 0)
                Thread.sleep(forTimeInterval: Self.pollSeconds)
                answer = try client.get(path + [id])
            default:
                throw ClientError.fitFailed(
                    id: status.id ?? "-", reason: status.error?.detail ?? status.status)
            }
        }
    }

    func publish(_ name: String, law: String?) throws -> String {
        let submission = FitSubmission(
            request: FitRequest(law: law ?? ""), published: name)
        let report = try fit(submission) { _ in }
        guard let id = report.id else { throw ClientError.notIsoloss(url: "/v1/fits") }
        return id
    }

    func report(of fit: String) throws -> FitReport {
        try FitFile.report(from: client.get(["v1", "fits", fit]), named: fit)
    }

    func curve(_ fit: String, _ request: CurveRequest) throws -> CurveResponse {
        // A list of rates fits in no URL, so the question is a body.
        try ask(CurveResponse.self, ["v1", "fits", fit, "curve"], request)
    }

    func loss(_ fit: String, _ request: LossRequest) throws -> LossResponse {
        try client.get(
            LossResponse.self, ["v1", "fits", fit, "loss"], query: BodyWriter.query(of: request))
    }

    func score(_ fit: String, _ request: ScoreRequest) throws -> ScoreReport {
        try client.get(
            ScoreReport.self, ["v1", "fits", fit, "score"], query: BodyWriter.query(of: request))
    }

    func plan<Kind: PlanKind>(
        _ kind: Kind.Type, _ fit: String?, _ request: PlanRequest,
        progress: @escaping @Sendable (Double) -> Void
    ) throws -> Kind.Result {
        guard let fit else {
            return try client.get(
                Kind.Result.self, ["v1", "plans", kind.about.id],
                query: BodyWriter.query(of: request).filter { $0.0 != "kind" })
        }
        return try ask(Kind.Result.self, ["v1", "fits", fit, "plan"], request)
    }

    func runs(study: String?) throws -> [Run] {
        guard let study else { throw UsageError.serverNeedsRuns }
        var runs: [Run] = []
        var cursor: String?
        repeat {
            let page = try json(
                ["v1", "runs"],
                query: [("study", study)] + (cursor.map { [("cursor", $0)] } ?? []))
            guard case .array(let listed) = page["runs"] else {
                throw ClientError.notIsoloss(url: client.address(of: ["v1", "runs"]))
            }
            runs += try listed.map(metadata)
            cursor = page["next_cursor"]?.string
        } while cursor != nil
        guard !runs.isEmpty else { throw UsageError.emptyStudy(study) }
        return runs
    }

    func schedule(of run: Run) throws -> RunSchedule.Resolved? {
        if let schedule = run.schedule {
            return RunSchedule.Resolved(schedule: schedule, warnings: [])
        }
        guard run.totalSteps != nil else { return nil }
        // The server knows the logged rates, and to what they are continued.
        let forecast = try client.get(RunForecastResponse.self, ["v1", "runs", run.id, "forecast"])
        return forecast.curve.map { .init(schedule: $0.schedule, warnings: []) }
    }

    var notes: [String] { [] }
    var warnings: [String] { [] }

    func run(_ id: String) throws -> Run {
        try metadata(json(["v1", "runs", id]))
    }

    private func json(_ path: [String], query: [QueryFields.Item] = []) throws -> JSONValue {
        let bytes = try client.get(path, query: query)
        guard let value = try? JSONParser.parse(bytes) else {
            throw ClientError.notIsoloss(url: client.address(of: path))
        }
        return value
    }

    /// A run out of an answer; a role or a field of a later version is no reason to refuse it.
    private func metadata(_ value: JSONValue) throws -> Run {
        guard value["id"]?.string != nil else {
            throw ClientError.notIsoloss(url: client.address(of: ["v1", "runs"]))
        }
        var ignored = ValidationErrors()
        return RunReader().run(from: value, faults: &ignored)
    }

    func measured(_ run: Run, series: String?) throws -> MeasuredCurve? {
        let key = series.map { "loss/\($0)" } ?? "loss"
        let points = try client.get(
            PointList.self, ["v1", "runs", run.id, "points"],
            query: [("max_points", Self.plotPoints)]
        ).points.compactMap { point -> PlotPoint? in
            guard let step = point["step"] ?? nil, let loss = point[key] ?? nil else { return nil }
            return PlotPoint(x: step, y: loss)
        }
        return points.isEmpty ? nil : MeasuredCurve(run: run.id, points: points)
    }

    // MARK: The wire

    private func body(of request: some RequestFields) -> [UInt8] {
        JSONWriter.bytes(of: BodyWriter.body(of: request))
    }

    private func ask<Value: Decodable>(
        _ type: Value.Type, _ path: [String], _ request: some RequestFields
    ) throws -> Value {
        let answer = try client.send("POST", path, body: body(of: request)).body
        return try client.decode(type, from: answer, at: path)
    }

    /// A fit while it is not done.
    private struct FitProgress: Decodable {
        var id: String?
        var status: String
        var progress: Double?
        var error: ProblemDetails?
    }

    private struct PointList: Decodable {
        var points: [[String: Double?]]
    }
}
