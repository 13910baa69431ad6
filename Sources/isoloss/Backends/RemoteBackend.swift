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
            let page = try client.get(
                RunPage.self, ["v1", "runs"],
                query: [("study", study)] + (cursor.map { [("cursor", $0)] } ?? []))
            runs += page.runs.map(\.run)
            cursor = page.nextCursor
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
        return forecast.curve.map { .init(schedule: $0.schedule.schedule, warnings: []) }
    }

    var notes: [String] { [] }
    var warnings: [String] { [] }

    func run(_ id: String) throws -> Run {
        try client.get(RunMetadata.self, ["v1", "runs", id]).run
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

    private struct RunPage: Decodable {
        var runs: [RunMetadata]
        var nextCursor: String?
    }

    private struct PointList: Decodable {
        var points: [[String: Double?]]
    }

    /// The parts of a run that commands look at.
    private struct RunMetadata: Decodable {
        let run: Run

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Key.self)
            var run = Run(id: try members.decode(String.self, forKey: Key("id")))
            // A role of a later version is no reason to refuse the list.
            run.role = try? members.decodeIfPresent(Run.Role.self, forKey: Key("role"))
            run.schedule = try members.decodeIfPresent(
                ScheduleEcho.self, forKey: Key("schedule"))?.schedule
            for feature in Feature.stored {
                run.features[feature] = try members.decodeIfPresent(
                    Double.self, forKey: Key(feature.rawValue))
            }
            self.run = run
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) {
            stringValue = name
        }

        init?(stringValue: String) {
            self.init(stringValue)
        }

        init?(intValue: Int) { nil }
    }
}
