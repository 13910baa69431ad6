import API
import HTTP
import JSONText
import Logging
import Synchronization
import TestSupport
import Testing

/// Requests over their budget, and requests of strangers: refused before any work.
struct BudgetTests {
    private func budget(_ quantity: WorkBudget.Quantity, _ limit: Int) -> WorkBudget {
        var budget = WorkBudget()
        budget[quantity] = limit
        return budget
    }

    private func expectOverBudget(_ answer: Answer, _ flag: String) {
        #expect(answer.status == 422)
        #expect(answer.json["type"]?.string == "over-budget")
        #expect(answer.json["title"]?.string == "Over Budget")
        #expect(answer.json["detail"]?.string?.contains("--\(flag)") == true, "\(answer.text)")
    }

    @Test(arguments: Transport.allCases)
    func `names the limit and the flag of JSON values`(transport: Transport) throws {
        let service = try TestService(transport, budget: budget(.jsonValues, 100))
        #expect(try service.put("/v1/runs/a", "{}").status == 201)
        let points = (0..<40).map { #"{"step":\#($0),"loss":3}"# }
        let body = #"{"points":["# + points.joined(separator: ",") + "]}"
        expectOverBudget(try service.post("/v1/runs/a/points", body), "max-json-values")
        expectOverBudget(
            try service.post(
                "/v1/runs/a/points", points.joined(separator: "\n"), type: "application/x-ndjson"),
            "max-json-values")
        let few = #"{"points":["# + points.prefix(30).joined(separator: ",") + "]}"
        #expect(try service.post("/v1/runs/a/points", few).status == 200)
    }

    @Test(arguments: Transport.allCases)
    func `names the limit and the flag of points in an upload`(transport: Transport) throws {
        let service = try TestService(transport, budget: budget(.uploadPoints, 3))
        #expect(try service.put("/v1/runs/a", "{}").status == 201)
        let rows = ["1,3.5", "2,3.4", "3,3.3", "4,3.2"]
        let table = { (count: Int) in "step,loss\n" + rows.prefix(count).joined(separator: "\n") }
        #expect(try service.post("/v1/runs/a/points", table(3), type: "text/csv").status == 200)
        expectOverBudget(
            try service.post("/v1/runs/a/points", table(4), type: "text/csv"), "max-upload-points")
        // A console may print without end at one step.
        let lines = { (count: Int) in String(repeating: "step: 1 loss: 2.5\n", count: count) }
        #expect(
            try service.post("/v1/imports?step_from=row", lines(3), type: "text/plain").status
                == 200)
        expectOverBudget(
            try service.post("/v1/imports", lines(9), type: "text/plain"), "max-upload-points")
        // One line of a log service may hold many of a program's.
        let packed = lines(9).replacing("\n", with: "\\n")
        expectOverBudget(
            try service.post("/v1/imports", #"{"log":"\#(packed)"}"#, type: "text/plain"),
            "max-upload-points")
    }

    @Test func `names the limit and the flag of runs in an upload`() throws {
        let service = try TestService(.inProcess, budget: budget(.uploadRuns, 2))
        let runs = (0..<3).map { #"{"id":"r\#($0)","loss":3,"parameter_count":1e9}"# }
        let list = "[\(runs.joined(separator: ","))]"
        expectOverBudget(try service.post("/v1/runs", list), "max-upload-runs")
        let lines = runs.joined(separator: "\n")
        expectOverBudget(
            try service.post("/v1/runs", lines, type: "application/x-ndjson"), "max-upload-runs")
        #expect(try service.post("/v1/runs", "[\(runs[0]),\(runs[1])]").status == 201)
        // A log may name a run in each of its lines.
        let log = { (count: Int) in
            (0..<count).map { #"{"run":"s\#($0)","step":1,"loss":3}"# }.joined(separator: "\n")
        }
        expectOverBudget(
            try service.post("/v1/imports", log(3), type: "text/plain"), "max-upload-runs")
        #expect(try service.get("/v1/runs/s0").status == 404)
        #expect(try service.post("/v1/imports", log(2), type: "text/plain").status == 200)
    }

    @Test func `names the limit and the flag of names in an upload`() throws {
        let service = try TestService(.inProcess, budget: budget(.names, 4))
        #expect(try service.put("/v1/runs/a", "{}").status == 201)
        let few = #"{"step":1,"loss":3,"loss/a":3,"loss/b":3}"#
        let many = #"{"step":1,"loss":3,"loss/a":3,"loss/c":3}"#
        let points = { (list: [String]) in #"{"points":[\#(list.joined(separator: ","))]}"# }
        #expect(try service.post("/v1/runs/a/points", points([few, few])).status == 200)
        expectOverBudget(try service.post("/v1/runs/a/points", points([few, many])), "max-names")
        expectOverBudget(
            try service.post("/v1/runs/a/points", "step,loss,c,d,e\n1,3,,,\n", type: "text/csv"),
            "max-names")
        let tags = #"{"tags":{"a":"1","b":"1","c":"1","d":"1","e":"1"}}"#
        expectOverBudget(try service.put("/v1/runs/a", tags), "max-names")
        let metrics = (0..<5).map { #"{"key":"loss_\#($0)","value":3,"step":1}"# }
        expectOverBudget(
            try service.post(
                "/api/2.0/mlflow/runs/log-batch",
                #"{"run_id":"a","metrics":[\#(metrics.joined(separator: ","))]}"#), "max-names")
    }

    @Test func `names the limit and the flag of resamples`() throws {
        let service = try TestService(.inProcess, budget: budget(.resamples, 200))
        let fit = #"{"law":"chinchilla","study":"s","uncertainty":"bootstrap:201"}"#
        expectOverBudget(try service.post("/v1/fits", fit), "max-resamples")
    }

    @Test func `a million bare objects are refused quickly`() throws {
        let service = try TestService(.loopback, bodyLimit: 8 << 20)
        #expect(try service.put("/v1/runs/a", "{}").status == 201)
        let body = #"{"points":["# + String(repeating: "{},", count: 1_100_000) + "{}]}"
        expectOverBudget(try service.post("/v1/runs/a/points", body), "max-json-values")
    }

    /// The lines of a log.
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private struct Recorder: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.all.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }

    @Test func `a wrong token is answered before the body, late, and leaves a line without it`()
        throws
    {
        let lines = Lines()
        let service = try Service(
            configuration: ServiceConfiguration(port: 0, token: "right", version: "test"),
            logger: Logger(label: "test") { _ in Recorder(lines: lines) })
        defer { service.stop() }
        let port = try service.start().port
        let client = try LoopbackClient(port: port)
        let begin = ContinuousClock.now
        try client.send(
            "POST /v1/runs/a/points HTTP/1.1\r\nHost: h\r\nContent-Type: text/csv\r\n"
                + "Authorization: Bearer guessed\r\nContent-Length: 60000000\r\n\r\nstep")
        let reply = try client.reply()
        #expect(reply.status == 401)
        #expect(reply["Connection"] == "close")
        #expect(ContinuousClock.now - begin >= .milliseconds(250))
        let log = lines.all.withLock { $0 }
        #expect(log.count { $0.contains("a wrong token") && $0.contains("127.0.0.1") } == 1)
        #expect(!log.contains { $0.contains("guessed") || $0.contains("right") })
        // A missing token is no guess: no delay, no line.
        let second = try LoopbackClient(port: port)
        try second.send("POST /v1/runs HTTP/1.1\r\nHost: h\r\nContent-Length: 60000000\r\n\r\n")
        #expect(try second.reply().status == 401)
        #expect(lines.all.withLock { $0.count } == log.count)
    }

    @Test(arguments: [
        ("POST /v1/nothing", "text/csv", 60_000_000, 404),
        ("PATCH /v1/runs", "application/json", 60_000_000, 405),
        ("POST /v1/runs/a/points", "image/png", 60_000_000, 415),
        ("POST /v1/fits", "text/csv", 60_000_000, 415),
        ("POST /v1/runs/a/points", "text/csv", 6_000_000_000, 413),
        ("GET /v1/runs", "text/csv", 60_000_000, 413),
    ])
    func `refuses by the head`(line: String, type: String, length: Int, status: Int) throws {
        let service = try Service(
            configuration: ServiceConfiguration(port: 0, version: "test"),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        defer { service.stop() }
        let client = try LoopbackClient(port: try service.start().port)
        try client.send(
            "\(line) HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(type)\r\n"
                + "Content-Length: \(length)\r\n\r\n")
        let reply = try client.reply()
        #expect(reply.status == status)
        #expect(reply["Connection"] == "close")
        #expect(try client.readToEnd().isEmpty)
    }

    @Test(arguments: Transport.allCases)
    func `says that the database is ready`(transport: Transport) throws {
        let service = try TestService(transport)
        #expect(try service.get("/readyz").json["status"]?.string == "ready")
    }
}
