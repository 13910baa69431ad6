import JSONText
import LawTestSupport
import Testing

@testable import API

/// What Prometheus reads of the server and its runs.
@Suite struct MetricsTests {
    /// The samples of a text, by name and labels; what is no sample and no comment is an error.
    private static func samples(_ text: String) throws -> [String: Double] {
        var samples: [String: Double] = [:]
        var typed: Set<Substring> = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("# HELP ") { continue }
            if line.hasPrefix("# TYPE ") {
                typed.insert(line.split(separator: " ")[2])
                continue
            }
            let end = try #require(line.lastIndex(of: " "), "\(line)")
            let key = line[..<end]
            #expect(typed.contains(key.prefix { $0 != "{" }), "no type before \(line)")
            #expect(samples[String(key)] == nil, "twice: \(line)")
            let value = try #require(Double(String(line[line.index(after: end)...])), "\(line)")
            samples[String(key)] = value
        }
        #expect(text.hasSuffix("\n"))
        return samples
    }

    @Test func `samples are written as the format says`() {
        var text = MetricsText()
        text.family("loss", .gauge, "A \"loss\",\nwith a \\.")
        text.sample(.nan, ["run": "a \"b\"\n\\c", "series": "loss/ü"])
        text.sample(-.infinity)
        text.sample(1e-7)
        #expect(
            text.string == #"""
                # HELP loss A "loss",\nwith a \\.
                # TYPE loss gauge
                loss{run="a \"b\"\n\\c",series="loss/ü"} NaN
                loss -Inf
                loss 1e-07

                """#)
    }

    @Test(arguments: Transport.allCases)
    func `the newest values of runs are gauges`(_ transport: Transport) throws {
        let service = try TestService(transport)
        _ = try service.put(
            "/v1/runs/a", #"{"study":"s\"1\"","schedule":"warmup:10@1e-3,hold:90"}"#)
        _ = try service.post(
            "/v1/runs/a/points",
            #"{"points":[{"step":1,"loss":4,"learning_rate":1e-3},{"step":9,"loss":3.5,"#
                + #""loss/validation":3.75},{"step":10,"loss":"NaN"}]}"#)
        _ = try service.put("/v1/runs/unlogged", "{}")
        let answer = try service.get("/metrics")
        #expect(answer.status == 200 && answer["Content-Type"] == MetricsText.contentType)
        let samples = try Self.samples(answer.text)
        let labels = #"study="s\"1\"",run="a""#
        #expect(samples["isoloss_run_loss{\(labels),series=\"loss\"}"] == 3.5)
        #expect(samples["isoloss_run_loss{\(labels),series=\"loss/validation\"}"] == 3.75)
        #expect(samples["isoloss_run_step{\(labels)}"] == 10)
        #expect(samples["isoloss_run_total_steps{\(labels)}"] == 100)
        #expect(samples["isoloss_run_learning_rate{\(labels)}"] == 1e-3)
        let changed = samples["isoloss_run_last_point_timestamp_seconds{\(labels)}"] ?? 0
        #expect(changed > 1.7e9)
        #expect(!answer.text.contains("unlogged"), "a run without points has no value")
        #expect(samples[#"isoloss_http_responses_total{status="201"}"#] == 2)
        #expect(samples["process_resident_memory_bytes"] ?? 0 > 1e6)
        #expect(samples["isoloss_request_memory_limit_bytes"] ?? 0 > 1e6)
    }

    @Test func `a scrape shows a forecast that was made, and asks for one that was not`()
        async throws
    {
        let service = try TestService(.inProcess)
        _ = try Study.storeCurves(in: service, noise: 0.002)
        _ = try service.put(
            "/v1/runs/live", #"{"study":"study","schedule":"warmup:100@2e-3,hold:900"}"#)
        let points = stride(from: 100, through: 400, by: 20).map { step in
            #"{"step":\#(step),"loss":\#(2.5 + 30 / Double(step)),"#
                + #""time":"2026-01-01T00:00:\#(step / 10 + 10)Z"}"#
        }
        let stored = try service.post(
            "/v1/runs/live/points", #"{"points":[\#(points.joined(separator: ","))]}"#)
        #expect(stored.status == 200, "\(stored.text)")
        let labels = #"study="study",run="live""#
        let first = try Self.samples(service.get("/metrics").text)
        #expect(first["isoloss_run_forecast_final_loss{\(labels),quantile=\"0.5\"}"] == nil)
        // The scrape before asked for it; the same call waits for what is being fitted.
        let answer = try service.get("/v1/runs/live/forecast").json
        let text = try service.get("/metrics?target=100").text
        let samples = try Self.samples(text)
        let final = samples["isoloss_run_forecast_final_loss{\(labels),quantile=\"0.5\"}"]
        let loss = try #require(answer["final"]?["loss"]?.double)
        #expect(try abs(#require(final, "\(text)") / loss - 1) < 1e-9)
        let quantiles = ["0.05", "0.5", "0.95"].compactMap {
            samples["isoloss_run_forecast_final_loss{\(labels),quantile=\"\($0)\"}"]
        }
        #expect(quantiles.count == 3 && quantiles == quantiles.sorted())
        #expect(samples["isoloss_run_outside_forecast{\(labels)}"] == 0)
        #expect(samples["isoloss_run_forecast_seconds_to_target{\(labels)}"] == 0)
    }

    @Test func `a bad target is refused`() throws {
        let service = try TestService(.inProcess)
        #expect(try service.get("/metrics?target=0").pointers == ["/target"])
    }
}
