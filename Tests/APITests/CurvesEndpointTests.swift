import Foundation
import JSONText
import Records
import Testing

@testable import API

/// Several runs with their points as columns, as the page draws them.
@Suite struct CurvesEndpointTests {
    // The tests' own client reads no chunks, in which a server sends these answers.
    private func service() throws -> TestService {
        let service = try TestService(.inProcess)
        _ = try service.put("/v1/runs/a", #"{"study":"s","name":"A"}"#)
        _ = try service.put("/v1/runs/b", "{}")
        _ = try service.post(
            "/v1/runs/a/points",
            #"{"points":[{"step":0,"loss":5,"learning_rate":0.001},{"step":10,"loss":"NaN"},"#
                + #"{"step":20,"loss":4,"loss/val":4.5,"time":"2026-01-31T12:00:00Z"}]}"#)
        return service
    }

    private func lines(_ answer: Answer) throws -> [JSONValue] {
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer["Content-Type"] == "application/x-ndjson")
        return try answer.text.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
    }

    @Test func `answers a line for each run, those that are not there among them`() throws {
        let lines = try lines(service().get("/v1/curves?runs=a,none,b"))
        try #require(lines.count == 3)
        #expect(lines[0]["run"]?["name"] == .string("A"))
        #expect(lines[0]["point_count"] == .integer(3))
        let columns = try #require(lines[0]["columns"])
        #expect(
            JSONWriter.text(of: columns)
                == #"{"step":[0,10,20],"loss":[5,null,4],"loss/val":[null,null,4.5],"#
                + #""learning_rate":[0.001,null,null],"time_ms":[null,null,1769860800000]}"#)
        #expect(lines[0]["not_finite"] == .object([.init("1", .string("nan"))]))
        #expect(lines[1]["problem"] == .string(#"There is no run "none"."#))
        #expect(lines[1]["columns"] == nil && lines[1]["run"]?["id"] == .string("none"))
        #expect(lines[2]["columns"]?["step"]?.elements.isEmpty == true)
    }

    @Test func `thins each run and keeps its extremes, within a range of steps`() throws {
        let service = try TestService(.inProcess)
        _ = try service.put("/v1/runs/a", "{}")
        let points = (0..<1_000).map { #"{"step":\#($0),"loss":\#($0 == 501 ? 9 : 3)}"# }
        _ = try service.post(
            "/v1/runs/a/points", #"{"points":[\#(points.joined(separator: ","))]}"#)
        let whole = try lines(service.get("/v1/curves?runs=a&max_points=40"))[0]
        #expect(whole["point_count"] == .integer(1_000))
        let steps = whole["columns"]?["step"]?.numbers ?? []
        #expect(steps.count <= 40 && steps.first == 0 && steps.last == 999)
        #expect(steps.contains(501))
        let part = try lines(service.get("/v1/curves?runs=a&from=500&to=510"))[0]
        #expect(part["columns"]?["step"]?.numbers == (500...510).map(Double.init))
    }

    @Test func `a mean has no bias at its start, and is of all that came before`() throws {
        let service = try TestService(.inProcess)
        _ = try service.put("/v1/runs/a", "{}")
        let points = (0..<200).map { #"{"step":\#($0 * 5),"loss":\#($0 < 100 ? 4 : 2)}"# }
        _ = try service.post(
            "/v1/runs/a/points", #"{"points":[\#(points.joined(separator: ","))]}"#)
        let whole = try lines(service.get("/v1/curves?runs=a&smooth=20"))[0]
        let means = whole["columns"]?["mean"]?.numbers ?? []
        try #require(means.count == 200)
        #expect(means[..<100].allSatisfy { abs($0 - 4) < 1e-12 })
        // After the jump the distance halves every 20 steps, which are 4 points.
        #expect(abs(means[103] - 3) < 1e-6 && abs(means[107] - 2.5) < 1e-6)
        let part = try lines(service.get("/v1/curves?runs=a&smooth=20&from=515&to=535"))[0]
        #expect(part["columns"]?["mean"]?.numbers == Array(means[103...107]))
        #expect(part["columns"]?["step"]?.numbers.first == 515)
    }

    @Test func `who polls gets the runs that changed since, and a kept answer is as new`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let service = try TestService(
            .inProcess, databasePath: folder.appending(path: "runs.db").path)
        for id in ["a", "b"] { _ = try service.put("/v1/runs/\(id)", "{}") }
        let seen = try #require(try service.get("/v1/runs/b").json["updated_at"]?.string)
        let poll = "/v1/curves?runs=a,b,none&changed_after=\(seen)"
        #expect(try lines(service.get(poll)).isEmpty)
        // The clock of a change is in milliseconds.
        Thread.sleep(forTimeInterval: 0.005)
        _ = try service.post("/v1/runs/a/points", #"{"points":[{"step":1,"loss":3}]}"#)
        let changed = try lines(service.get(poll))
        #expect(changed.count == 1 && changed.first?["run"]?["id"] == .string("a"))
    }

    @Test(arguments: [
        ("", "/runs"), ("?runs=", "/runs"), ("?runs=a&max_points=2", "/max_points"),
        ("?runs=a&smooth=0", "/smooth"), ("?runs=a&changed_after=noon", "/changed_after"),
        ("?runs=a&from=-1", "/from"), ("?runs=a&step=1", "/step"), ("?runs=a&from=2&to=1", "/from"),
    ])
    func `refuses what it cannot answer by name`(_ query: String, _ pointer: String) throws {
        let answer = try service().get("/v1/curves\(query)")
        #expect(answer.status == 400 && answer.pointers == [pointer], "\(answer.text)")
    }
}
