import Foundation
import JSONText
import Testing

@testable import API

/// MLflow's and trackio's calls, as their stock clients made them (mlflow 3.17, trackio 0.43), recorded;
/// `Tests/trackers.sh` runs those clients themselves.
struct TrackerTests {
    private static let root = "/api/2.0/mlflow"

    private static func call(
        _ service: TestService, _ path: String, _ body: String
    ) throws -> Answer {
        try service.post("\(root)/\(path)", body)
    }

    /// A run as `mlflow.start_run` makes it.
    private static func run(_ service: TestService, experiment: String = "0") throws -> String {
        let answer = try call(
            service, "runs/create",
            """
            {"experiment_id":"\(experiment)","user_id":"me","run_name":"first",
             "start_time":1790000000000,
             "tags":[{"key":"mlflow.user","value":"me"},{"key":"mlflow.runName","value":"first"}]}
            """)
        #expect(answer.status == 200)
        return try #require(answer.json["run"]?["info"]?["run_id"]?.string)
    }

    private static func losses(_ service: TestService, _ run: String) throws -> [JSONValue] {
        try service.get("/v1/runs/\(run)/points").json["points"]?.elements ?? []
    }

    @Test(arguments: Transport.allCases)
    func `a run of MLflow's fluent client is a run of its study`(_ transport: Transport) throws {
        let service = try TestService(transport)
        let missing = try service.get("\(Self.root)/experiments/get-by-name?experiment_name=mine")
        #expect(missing.status == 404)
        #expect(missing.json["error_code"]?.string == "RESOURCE_DOES_NOT_EXIST")
        #expect(missing.json["message"] == missing.json["detail"])
        let made = try Self.call(service, "experiments/create", #"{"name":"mine"}"#)
        let experiment = try #require(made.json["experiment_id"]?.string)
        #expect(made.status == 200)
        let again = try Self.call(service, "experiments/create", #"{"name":"mine"}"#)
        #expect(again.json["error_code"]?.string == "RESOURCE_ALREADY_EXISTS")
        for query in ["get-by-name?experiment_name=mine", "get?experiment_id=\(experiment)"] {
            let found = try service.get("\(Self.root)/experiments/\(query)").json["experiment"]
            #expect(found?["name"]?.string == "mine", "\(query)")
            #expect(found?["experiment_id"]?.string == experiment, "\(query)")
        }
        let run = try Self.run(service, experiment: experiment)
        #expect(run.count == 32)
        let params = """
            {"run_id":"\(run)","params":[{"key":"n_params","value":"25000000"},
             {"key":"optimizer","value":"adamw"},{"key":"max_steps","value":"500"}]}
            """
        #expect(try Self.call(service, "runs/log-batch", params).text == "{}")
        let metrics = """
            {"run_id":"\(run)","metrics":[
             {"key":"loss","value":3.5,"timestamp":1790000001000,"step":0},
             {"key":"learning_rate","value":0.001,"timestamp":1790000001000,"step":"0"},
             {"key":"grad_norm","value":1.0,"timestamp":1790000001000,"step":0},
             {"key":"eval_loss","value":3.6,"timestamp":1790000001000,"step":0}]}
            """
        #expect(try Self.call(service, "runs/log-batch", metrics).status == 200)
        for (step, value) in [(1, #""NaN""#), (2, #""Infinity""#), (3, "3.25"), (3, "3.25")] {
            let metric = """
                {"run_uuid":"\(run)","run_id":"\(run)","key":"loss","value":\(value),
                 "timestamp":179000000\(step)000,"step":\(step)}
                """
            #expect(try Self.call(service, "runs/log-metric", metric).status == 200)
        }
        let end = #"{"run_id":"\#(run)","status":"FINISHED","end_time":1790000009000}"#
        let info = try Self.call(service, "runs/update", end).json["run_info"]
        #expect(info?["status"]?.string == "FINISHED" && info?["run_name"]?.string == "first")

        let stored = try service.get("/v1/runs/\(run)").json
        #expect(stored["study"]?.string == "mine" && stored["name"]?.string == "first")
        #expect(stored["parameter_count"]?.double == 25e6 && stored["step_count"]?.double == 500)
        #expect(stored["tags"]?["optimizer"]?.string == "adamw")
        #expect(stored["diverged_at"] == .integer(1))
        let tracked = stored["recipe"]?["tracker"]
        #expect(tracked?["not_kept"] == .array([.string("grad_norm")]))
        #expect(tracked?["loss"]?.string == "loss")
        let points = try Self.losses(service, run)
        #expect(points.map { $0["loss"]?.double } == [3.5, nil, nil, 3.25])
        #expect(points[0]["loss/eval_loss"]?.double == 3.6)
        #expect(points[0]["learning_rate"]?.double == 0.001)
        #expect(points[2]["not_finite"]?.string == "inf")

        let history = try service.get(
            "\(Self.root)/metrics/get-history?run_uuid=\(run)&run_id=\(run)&metric_key=loss"
        ).json["metrics"]?.elements
        #expect(history?.map { $0["step"]?.double } == [0, 1, 2, 3])
        #expect(history?[1]["value"]?.string == "NaN" && history?[2]["value"]?.string == "Infinity")
        #expect(history?[3]["timestamp"] == .integer(1_790_000_003_000))
        let data = try service.get("\(Self.root)/runs/get?run_id=\(run)").json["run"]?["data"]
        let tags = data?["tags"]?.elements.compactMap { $0["key"]?.string }
        #expect(tags == ["mlflow.runName", "mlflow.user"])
        #expect(data?["params"]?.elements.count == 3)
        let last = data?["metrics"]?.elements.first { $0["key"]?.string == "loss" }
        #expect(last?["value"]?.double == 3.25 && last?["step"] == .integer(3))
    }

    @Test func `a page of a history goes on where the one before ended`() throws {
        let service = try TestService(.inProcess)
        let run = try Self.run(service)
        let metrics = (0..<10).map { #"{"key":"loss","value":\#(10 - $0),"step":\#($0 * 5)}"# }
        let body = #"{"run_id":"\#(run)","metrics":[\#(metrics.joined(separator: ","))]}"#
        #expect(try Self.call(service, "runs/log-batch", body).status == 200)
        var steps: [Double] = []
        var token = ""
        repeat {
            let page = try service.get(
                "\(Self.root)/metrics/get-history?run_id=\(run)&metric_key=loss&max_results=4"
                    + "&page_token=\(token)"
            ).json
            steps += page["metrics"]?.elements.compactMap { $0["step"]?.double } ?? []
            token = page["next_page_token"]?.string ?? ""
        } while !token.isEmpty
        #expect(steps == (0..<10).map { Double($0 * 5) })
    }

    @Test func `the main loss is the best name so far, whatever came first`() throws {
        let service = try TestService(.inProcess)
        let run = try Self.run(service)
        func log(_ key: String, _ value: Double, _ step: Int) throws {
            let body = #"{"run_id":"\#(run)","key":"\#(key)","value":\#(value),"step":\#(step)}"#
            #expect(try Self.call(service, "runs/log-metric", body).status == 200)
        }
        try log("eval_loss", 9, 0)
        try log("eval_loss", 8, 10)
        #expect(try Self.losses(service, run).map { $0["loss"]?.double } == [9, 8])
        try log("train_loss", 7, 5)
        try log("loss", 6, 5)
        try log("loss", -1, 6)
        try log("loss", 5, 7)
        let points = try Self.losses(service, run)
        #expect(points.map { $0["step"]?.double } == [0, 5, 7, 10])
        #expect(points.map { $0["loss"]?.double } == [nil, 6, 5, nil])
        #expect(points.map { $0["loss/eval_loss"]?.double } == [9, nil, nil, 8])
        #expect(points[1]["loss/train_loss"]?.double == 7)
        let tracked = try service.get("/v1/runs/\(run)").json["recipe"]?["tracker"]
        #expect(tracked?["loss"]?.string == "loss")
        #expect(tracked?["not_kept"] == .array([.string("loss of zero or below")]))
    }

    @Test func `runs are found by what was said of them`() throws {
        let service = try TestService(.inProcess)
        var ids: [String] = []
        for (index, optimizer) in ["adamw", "sgd", "adamw"].enumerated() {
            let run = try Self.run(service)
            ids.append(run)
            let body = """
                {"run_id":"\(run)","metrics":[{"key":"loss","value":\(index + 1),"step":1}],
                 "params":[{"key":"optimizer","value":"\(optimizer)"}],
                 "tags":[{"key":"team","value":"a AND b"}]}
                """
            #expect(try Self.call(service, "runs/log-batch", body).status == 200)
        }
        func found(_ filter: String, order: String = "metrics.loss ASC") throws -> [Int] {
            let answer = try Self.call(
                service, "runs/search",
                #"{"experiment_ids":["0"],"filter":"\#(filter)","order_by":["\#(order)"]}"#)
            #expect(answer.status == 200, "\(answer.text)")
            let runs = answer.json["runs"]?.elements ?? []
            return runs.compactMap { $0["info"]?["run_id"]?.string }.compactMap(ids.firstIndex(of:))
        }
        #expect(try found("") == [0, 1, 2])
        #expect(try found("", order: "metrics.loss DESC") == [2, 1, 0])
        #expect(try found("params.optimizer = 'adamw' AND metrics.loss >= 2") == [2])
        #expect(try found("params.optimizer != 'adamw'") == [1])
        #expect(
            try found("tags.team = 'a AND b' and attributes.run_name LIKE 'f_r%'") == [0, 1, 2])
        #expect(try found("tags.team ILIKE '%B' and status = 'FINISHED'") == [])
        let bad = try Self.call(
            service, "runs/search", #"{"experiment_ids":["0"],"filter":"loss is low"}"#)
        #expect(bad.status == 400 && bad.json["error_code"]?.string == "INVALID_PARAMETER_VALUE")
        let page = try Self.call(
            service, "runs/search", #"{"experiment_ids":["0"],"max_results":2}"#)
        #expect(page.json["runs"]?.elements.count == 2)
        let token = try #require(page.json["next_page_token"]?.string)
        let rest = try Self.call(
            service, "runs/search",
            #"{"experiment_ids":["0"],"max_results":2,"page_token":"\#(token)"}"#)
        #expect(rest.json["runs"]?.elements.count == 1 && rest.json["next_page_token"] == nil)
        let twice = try Self.call(service, "runs/search", #"{"experiment_ids":["0","0"]}"#)
        #expect(twice.json["runs"]?.elements.count == 3)
    }

    @Test func `a search that would take long is refused`() throws {
        let service = try TestService(.inProcess)
        let filter = Array(repeating: "metrics.loss < 3", count: 300).joined(separator: " AND ")
        let orders = Array(repeating: #""metrics.loss""#, count: 17).joined(separator: ",")
        for (member, body) in [
            ("/filter", #"{"experiment_ids":["0"],"filter":"\#(filter)"}"#),
            ("/order_by", #"{"experiment_ids":["0"],"order_by":[\#(orders)]}"#),
        ] {
            let answer = try Self.call(service, "runs/search", body)
            #expect(answer.status == 400)
            #expect(answer.pointers == [member], "\(answer.text)")
        }
    }

    @Test func `refusals are what MLflow's clients expect, and harm nothing`() throws {
        let service = try TestService(.inProcess, bodyLimit: 4_096)
        let run = try Self.run(service)
        func refused(
            _ path: String, _ body: String, _ status: Int, _ code: String
        ) throws {
            let answer = try Self.call(service, path, body)
            #expect(answer.status == status, "\(path) \(body): \(answer.text)")
            #expect(answer.json["error_code"]?.string == code, "\(path) \(body)")
            #expect(answer.json["message"] == answer.json["detail"], "\(path) \(body)")
            #expect(answer["Content-Type"] == "application/problem+json")
        }
        let param = #"{"run_id":"\#(run)","key":"a","value":"1"}"#
        #expect(try Self.call(service, "runs/log-parameter", param).status == 200)
        #expect(try Self.call(service, "runs/log-parameter", param).status == 200)
        let other = #"{"run_id":"\#(run)","key":"a","value":"2"}"#
        try refused("runs/log-parameter", other, 400, "INVALID_PARAMETER_VALUE")
        let metric = #"{"run_id":"none","key":"loss","value":1,"step":1}"#
        try refused("runs/log-metric", metric, 404, "RESOURCE_DOES_NOT_EXIST")
        let text = #"{"run_id":"\#(run)","key":"loss","value":"low","step":1}"#
        try refused("runs/log-metric", text, 400, "INVALID_PARAMETER_VALUE")
        try refused("runs/create", #"{"experiment_id":"xyz"}"#, 404, "RESOURCE_DOES_NOT_EXIST")
        try refused("runs/log-inputs", "{}", 404, "ENDPOINT_NOT_FOUND")
        try refused("logged-models", "{}", 404, "ENDPOINT_NOT_FOUND")
        try refused("runs/log-batch", "{", 400, "INVALID_PARAMETER_VALUE")
        for path in [
            "experiments/get-by-name", "experiments/get", "runs/get", "metrics/get-history",
        ] {
            let nothing = try service.get("\(Self.root)/\(path)")
            #expect(nothing.status == 400, "\(path)")
            #expect(nothing.json["error_code"]?.string == "INVALID_PARAMETER_VALUE", "\(path)")
        }
        let long = #"{"run_id":"\#(String(repeating: "a", count: 5_000))"}"#
        try refused("runs/log-batch", long, 413, "BAD_REQUEST")
        #expect(try Self.losses(service, run) == [])
    }

    @Test func `a restart of the server changes nothing for a client`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "runs.db").path
        var run = ""
        for step in 0..<3 {
            let service = try TestService(.inProcess, databasePath: path)
            if step == 0 { run = try Self.run(service) }
            let body = """
                {"run_id":"\(run)","metrics":[{"key":"train/loss","value":\(3 - step),"step":\(step)},
                 {"key":"lr-AdamW","value":0.5,"step":\(step)}]}
                """
            #expect(try Self.call(service, "runs/log-batch", body).status == 200)
            let history = try service.get(
                "\(Self.root)/metrics/get-history?run_id=\(run)&metric_key=train%2Floss")
            let values = history.json["metrics"]?.elements.compactMap { $0["value"]?.double }
            #expect(values == (0...step).map { Double(3 - $0) })
            // An experiment without runs keeps its name.
            let made = try Self.call(service, "experiments/create", #"{"name":"empty"}"#)
            #expect(made.status == (step == 0 ? 200 : 409))
            // trackio's client sends again what it got no answer for; what came after it stays.
            for (id, loss) in [("a", 9), ("b-\(step)", 5 - step), ("a", 9)] {
                let entry = """
                    {"project":"p","run":"r","run_id":"t","metrics":{"loss":\(loss)},"step":1,
                     "log_id":"\(id)"}
                    """
                let sent = try service.post("/api/bulk_log", #"{"kwargs":{"logs":[\#(entry)]}}"#)
                #expect(sent.status == 200)
            }
            #expect(try Self.losses(service, "t").map { $0["loss"]?.double } == [Double(5 - step)])
            service.service.stop()
        }
    }

    @Test func `a page of runs has each run's last values`() throws {
        let service = try TestService(.inProcess)
        var ids: [String] = []
        for index in 1...3 {
            let run = try Self.run(service)
            ids.append(run)
            let metrics = (0..<index).map { step in
                """
                {"key":"loss","value":\(index + step),"step":\(step)},
                {"key":"lr","value":0.\(index),"step":0,"timestamp":1790000000000},
                {"key":"eval_loss","value":\(index * 10 + step),"step":\(step)}
                """
            }
            let body = #"{"run_id":"\#(run)","metrics":[\#(metrics.joined(separator: ","))]}"#
            #expect(try Self.call(service, "runs/log-batch", body).status == 200)
        }
        let empty = try Self.run(service)
        let found =
            try Self.call(service, "runs/search", #"{"experiment_ids":["0"]}"#)
            .json["runs"]?.elements ?? []
        #expect(found.count == 4)
        for run in found {
            let id = try #require(run["info"]?["run_id"]?.string)
            let metrics = run["data"]?["metrics"]?.elements ?? []
            guard let index = ids.firstIndex(of: id).map({ Double($0 + 1) }) else {
                #expect(id == empty && metrics.isEmpty)
                continue
            }
            var values: [String: Double] = [:]
            for metric in metrics {
                let name = try #require(metric["key"]?.string)
                #expect(values.updateValue(metric["value"]?.double ?? 0, forKey: name) == nil)
                let step = metric["step"]?.double
                #expect(step == (name == "lr" ? 0 : index - 1), "\(name)")
                if name == "lr" { #expect(metric["timestamp"] == .integer(1_790_000_000_000)) }
            }
            #expect(
                values == [
                    "loss": index * 2 - 1, "lr": index / 10, "eval_loss": index * 11 - 1,
                ])
        }
    }

    @Test func `MLflow's token is a bearer's, trackio's has a field of its own`() throws {
        let service = try TestService(.inProcess, token: "sesame")
        func status(_ path: String, _ headers: [String: String]) throws -> Answer {
            try service.send(
                "POST", path, Array("{}".utf8),
                headers: headers.merging(["Content-Type": "application/json"]) { $1 })
        }
        let search = "\(Self.root)/experiments/search"
        let refused = try status(search, [:])
        #expect(refused.status == 401 && refused.json["error_code"]?.string == "UNAUTHENTICATED")
        #expect(try status(search, ["Authorization": "Bearer sesame"]).status == 200)
        let runs = "/api/get_runs_for_project"
        #expect(try status(runs, ["X-Trackio-Write-Token": "wrong"]).status == 401)
        #expect(try status(runs, ["X-Trackio-Write-Token": "sesame"]).status == 200)
    }

    @Test(arguments: Transport.allCases)
    func `trackio logs a project's runs, each entry once`(_ transport: Transport) throws {
        let service = try TestService(transport)
        #expect(try service.get("/version").json["api_version"] == .integer(1))
        func log(_ entries: String) throws {
            let body = #"{"args":[],"kwargs":{"logs":[\#(entries)],"hf_token":null}}"#
            let answer = try service.post("/api/bulk_log", body)
            #expect(answer.status == 200 && answer.json["data"] == .null, "\(answer.text)")
        }
        func entry(_ step: Int, _ metrics: String, id: String, config: String = "null") -> String {
            """
            {"project":"mine","run":"first","run_id":"abc","metrics":\(metrics),"step":\(step),
             "config":\(config),"log_id":"\(id)"}
            """
        }
        try log(
            entry(
                0, #"{"train/loss":2.5,"train/learning_rate":0.1,"train/global_step":50}"#, id: "a",
                config: #"{"_Username":"me","model/num_parameters":1234,"nested":{"x":true}}"#)
                + "," + entry(1, #"{"train/loss":"NaN","train/global_step":100}"#, id: "b"))
        try log(entry(1, #"{"train/loss":1.5,"train/global_step":100}"#, id: "c"))
        try log(entry(1, #"{"train/loss":"NaN","train/global_step":100}"#, id: "b"))
        let points = try Self.losses(service, "abc")
        #expect(points.map { $0["step"]?.double } == [50, 100])
        #expect(points.map { $0["loss"]?.double } == [2.5, 1.5])
        #expect(points[0]["learning_rate"]?.double == 0.1)
        let run = try service.get("/v1/runs/abc").json
        #expect(run["study"]?.string == "mine" && run["name"]?.string == "first")
        #expect(run["parameter_count"]?.double == 1234)
        #expect(run["tags"]?["nested/x"]?.string == "true" && run["tags"]?["_Username"] == nil)
        let runs = try service.post(
            "/api/get_runs_for_project", #"{"args":[],"kwargs":{"project":"mine"}}"#)
        let listed = runs.json["data"]?.elements
        #expect(listed?.map { $0["id"]?.string } == ["abc"])
        #expect(listed?.first?["name"]?.string == "first")
        let summary = try service.post(
            "/api/get_run_summary", #"{"args":["mine"],"kwargs":{"run_id":"abc"}}"#)
        #expect(summary.json["data"]?["last_step"] == .integer(100))
        #expect(try service.post("/api/bulk_log_system", #"{"args":[[]]}"#).status == 200)
        let bad = try service.post("/api/bulk_log", #"{"kwargs":{"logs":[{"run":"x"}]}}"#)
        #expect(bad.status == 422 && bad.json["error"] == bad.json["detail"])
    }
}
