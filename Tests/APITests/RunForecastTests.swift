import Foundation
import JSONText
import LawTestSupport
import Testing

@testable import API

/// The forecast of a live run, and the description of the calls.
@Suite struct RunForecastTests {
    private static let schedule = "warmup:100@2e-3,hold:900"

    /// A service with a study of finished runs, and a live run of which so many steps are logged.
    private func service(
        _ transport: Transport, upTo step: Int, study: String? = "study",
        databasePath: String? = nil
    ) throws -> TestService {
        let service = try TestService(transport, databasePath: databasePath)
        _ = try Study.storeCurves(in: service, noise: 0.002)
        let member = study.map { #""study":"\#($0)","# } ?? ""
        _ = try service.put("/v1/runs/live", #"{\#(member)"schedule":"\#(Self.schedule)"}"#)
        try log(service, from: 100, through: step)
        return service
    }

    private func log(_ service: TestService, from first: Int, through last: Int) throws {
        let points = stride(from: first, through: last, by: 20).map { step in
            #"{"step":\#(step),"loss":\#(2.5 + 30 / Double(step))}"#
        }
        let answer = try service.post(
            "/v1/runs/live/points", #"{"points":[\#(points.joined(separator: ","))]}"#)
        #expect(answer.status == 200, "\(answer.text)")
    }

    @Test(arguments: Transport.allCases)
    func `a run beside finished ones has its end predicted`(_ transport: Transport) throws {
        let service = try service(transport, upTo: 400)
        let answer = try service.get("/v1/runs/live/forecast?target=3.9")
        #expect(answer.status == 200, "\(answer.text)")
        let json = answer.json
        #expect(json["run"] == .string("live"))
        #expect(json["step"] == .integer(400))
        #expect(json["total_steps"] == .integer(1_000))
        #expect(json["final"]?["step"] == .integer(999))
        let loss = try #require(json["final"]?["loss"]?.double, "\(answer.text)")
        let lower = try #require(json["final"]?["lower"]?.double)
        let upper = try #require(json["final"]?["upper"]?.double)
        #expect(0 < lower && lower <= loss && loss <= upper)
        #expect(json["curve"]?["loss"]?.elements.count == json["curve"]?["steps"]?.elements.count)
        #expect(json["fitted_at_step"] == .integer(400))
    }

    @Test func `the fit stays until the log has grown by a tenth`() throws {
        let service = try service(.inProcess, upTo: 500)
        let first = try service.get("/v1/runs/live/forecast").json
        try log(service, from: 520, through: 520)
        let second = try service.get("/v1/runs/live/forecast").json
        #expect(second["fit"] == first["fit"] && second["step"] == .integer(520))
        #expect(second["fitted_at_step"] == .integer(500))
        try log(service, from: 540, through: 700)
        let third = try service.get("/v1/runs/live/forecast").json
        #expect(third["fit"] != first["fit"] && third["fitted_at_step"] == .integer(700))
        // What was forecast before stands beside it.
        #expect(first["earlier"] == nil && third["earlier"]?["fit"] == first["fit"])
        #expect(third["earlier"]?["fitted_at_step"] == .integer(500))
        #expect(third["earlier"]?["curve"]?["loss"]?.elements.isEmpty == false)
    }

    @Test func `an answer is kept until something is stored, its age goes on`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let service = try service(
            .inProcess, upTo: 500, databasePath: folder.appending(path: "runs.db").path)
        let first = try service.get("/v1/runs/live/forecast?every=100").json
        let second = try service.get("/v1/runs/live/forecast?every=100").json
        #expect(second["curve"] == first["curve"] && second["final"] == first["final"])
        let ages = [first, second].compactMap { $0["age_seconds"]?.double }
        #expect(ages.count == 2 && ages[0] < ages[1])
        // Another question has an answer of its own, and so has another state.
        let sparse = try service.get("/v1/runs/live/forecast?every=200").json
        #expect(sparse["curve"]?["steps"]?.elements.count == 6)
        try log(service, from: 520, through: 520)
        let third = try service.get("/v1/runs/live/forecast?every=100").json
        #expect(third["step"] == .integer(520) && third["final"] != first["final"])
    }

    @Test func `a young run alone is told to wait, with the widest interval`() throws {
        let service = try service(.inProcess, upTo: 140, study: nil)
        let answer = try service.get("/v1/runs/live/forecast")
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["final"]?["loss"] == .null)
        #expect(answer.json["final"]?["lower"]?.double == 0)
        #expect(answer.json["final"]?["upper"]?.double ?? 0 > 2.5)
        #expect(answer.json["curve"] == .null && answer.json["fit"] == .null)
        let warning = answer.json["warnings"]?.elements.first?.string
        #expect(warning?.contains("wait for about step 200") == true, "\(answer.text)")
        let line = try service.get("/v1/runs/live/forecast.txt")
        #expect(line.text.hasPrefix("live: step 140 of 1000, too early for a forecast"))
    }

    @Test func `a young log without a schedule is told to wait before anything else`() throws {
        let service = try TestService(.inProcess)
        _ = try service.put("/v1/runs/young", #"{"step_count":1000}"#)
        let points = (1...4).map { #"{"step":\#($0 * 10),"loss":3,"learning_rate":2e-3}"# }
        _ = try service.post(
            "/v1/runs/young/points", #"{"points":[\#(points.joined(separator: ","))]}"#)
        let line = try service.get("/v1/runs/young/forecast.txt").text
        #expect(line.contains("wait for about step 150"), "\(line)")
        let warnings = try service.get("/v1/runs/young/forecast").json["warnings"]?.elements
        #expect(warnings?.count == 2)
    }

    @Test func `it is drawn, said in a line, and answered in rows`() throws {
        let service = try service(.inProcess, upTo: 400)
        let drawing = try service.get("/v1/runs/live/forecast.svg")
        #expect(drawing["Content-Type"] == "image/svg+xml")
        #expect(drawing.text.contains("measured: live"))
        let line = try service.get("/v1/runs/live/forecast.txt")
        #expect(line.text.hasPrefix("live: step 400 of 1000, final loss "))
        #expect(line.text.split(separator: "\n").count == 1)
        let rows = try service.get("/v1/runs/live/forecast?format=rows&every=100").json.elements
        #expect(rows.count == 11)
        #expect(rows.last?["step"] == .integer(999))
        #expect(rows.last?["upper"]?.double != nil)
    }

    @Test func `what cannot be forecast is refused by name`() throws {
        let service = try service(.inProcess, upTo: 120)
        #expect(try service.get("/v1/runs/none/forecast").status == 404)
        _ = try service.put("/v1/runs/bare", "{}")
        let bare = try service.get("/v1/runs/bare/forecast")
        #expect(bare.status == 422 && bare.json["type"] == .string("no-points"))
        _ = try service.post("/v1/runs/bare/points", #"{"points":[{"step":9,"loss":3}]}"#)
        let endless = try service.get("/v1/runs/bare/forecast")
        #expect(endless.status == 422 && endless.json["type"] == .string("no-horizon"))
        let format = try service.get("/v1/runs/live/forecast?format=cells")
        #expect(format.status == 400 && format.pointers == ["/format"])
    }

    @Test func `a log without a schedule is forecast to its stated length`() throws {
        let service = try TestService(.inProcess)
        _ = try service.put("/v1/runs/logged", #"{"step_count":1000}"#)
        let points = stride(from: 20, through: 600, by: 20).map { step in
            let rate = step < 100 ? 2e-3 * Double(step) / 100 : 2e-3 * Double(1_000 - step) / 900
            return #"{"step":\#(step),"loss":\#(2.5 + 30 / Double(step)),"learning_rate":\#(rate)}"#
        }
        _ = try service.post(
            "/v1/runs/logged/points", #"{"points":[\#(points.joined(separator: ","))]}"#)
        let answer = try service.get("/v1/runs/logged/forecast")
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["total_steps"] == .integer(1_000))
        #expect(answer.json["final"]?["step"] == .integer(999))
        #expect(answer.json["final"]?["loss"]?.double ?? 0 > 2, "\(answer.text)")
        // What its rates will be is assumed, and said.
        let warnings = answer.json["warnings"]?.elements.compactMap(\.string) ?? []
        #expect(
            warnings.contains { $0.contains("follow warmup:100@2e-3,linear:900@0") },
            "\(warnings)")
        #expect(try service.get("/v1/runs/logged").json["total_steps"] == .integer(1_000))
    }

    @Test func `a published fit is made by its name alone`() throws {
        let service = try TestService(.inProcess)
        let made = try service.post("/v1/fits", #"{"published":"hoffmann-2022"}"#)
        #expect(made.status == 201, "\(made.text)")
        let id = try #require(made.json["id"]?.string)
        let loss = try service.get("/v1/fits/\(id)/loss?parameter_count=7e10&token_count=1.4e12")
        #expect(loss.status == 200 && loss.json["loss"]?.double ?? 0 > 1.5, "\(loss.text)")
        let both = try service.post("/v1/fits", #"{"published":"hoffmann-2022","study":"s"}"#)
        #expect(both.status == 422 && both.pointers == ["/published"])
        let unknown = try service.post("/v1/fits", #"{"published":"nobody-2020"}"#)
        #expect(unknown.status == 422, "\(unknown.text)")
    }

    // MARK: Description

    @Test func `the description has the fields that requests are read by`() throws {
        let service = try TestService(.inProcess)
        let document = try service.get("/openapi.json").json
        #expect(document["openapi"] == .string("3.1.0"))
        let paths = try #require(document["paths"])
        let fit = paths["/v1/fits"]?["post"]?["requestBody"]?["content"]?["application/json"]?[
            "schema"]?["properties"]
        #expect(fit?["exclude_highest"]?["minimum"] == .integer(0))
        #expect(fit?["uncertainty"] != nil && fit?["holdout"]?["type"] == .string("array"))
        let curve = paths["/v1/fits/{id}/curve"]?["post"]?["requestBody"]?["content"]?[
            "application/json"]?["schema"]?["properties"]
        #expect(curve?["loss"] != nil)
        guard case .object(let members) = paths else {
            Issue.record("paths are an object")
            return
        }
        // Every call without a parameter in its path is there.
        for path in members.map(\.name) where !path.contains("{") {
            #expect(try service.get(path).status != 404, "\(path)")
        }
    }
}
