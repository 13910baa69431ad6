import Foundation
import JSONText
import Testing

@testable import API

@Suite struct ForecastEndpointTests {
    private static let schedule = "warmup:200@2e-3,cosine:3800@2e-4"

    /// A service with one fitted study, and the fit's path; its shape is fixed, which makes it fast.
    private func fitted(_ transport: Transport) throws -> (service: TestService, path: String) {
        let service = try TestService(transport)
        _ = try Study.storeCurves(in: service, noise: 0.002)
        let fit = try service.post(
            "/v1/fits",
            #"{"law":"lr-annealing","study":"study","objective":{"residual":"log","loss":"huber"}}"#
        )
        let id = try #require(fit.json["id"]?.string, "\(fit.text)")
        return (service, "/v1/fits/\(id)")
    }

    @Test(arguments: Transport.allCases)
    func `a curve has the steps 0, k, 2k and the last`(_ transport: Transport) throws {
        let (service, path) = try fitted(transport)
        let curve = try service.get("\(path)/curve?schedule=\(Self.schedule)&every=1500").json
        #expect(curve["steps"]?.numbers == [0, 1_500, 3_000, 3_999])
        #expect(curve["every"] == .integer(1_500))
        #expect(curve["loss"]?.elements.first == .null)
        #expect(curve["learning_rate"]?.numbers.first == 0)
        #expect(curve["lower"] == nil && curve["interval"] == nil)
        #expect(curve["warnings"] == .array([]))
        let standard = try service.get("\(path)/curve?schedule=\(Self.schedule)").json
        #expect(standard["every"] == .integer(10))
        #expect(standard["steps"]?.elements.count == 401)
    }

    @Test(arguments: Transport.allCases)
    func `an interval is of an observation unless the mean is asked for`(
        _ transport: Transport
    ) throws {
        let (service, path) = try fitted(transport)
        func width(_ interval: String) throws -> Double {
            let curve = try service.get(
                "\(path)/curve?schedule=\(Self.schedule)&every=1000&\(interval)"
            ).json
            let lower = try #require(curve["lower"]?.numbers)
            let upper = try #require(curve["upper"]?.numbers)
            #expect(lower[0].isNaN && upper[0].isNaN)
            return upper[2] - lower[2]
        }
        let observation = try width("interval")
        #expect(try width("interval=0.9&interval_of=observation") == observation)
        #expect(try width("interval_of=observation") == observation)
        #expect(try width("interval=0.99") > observation)
        #expect(try width("interval&interval_of=mean") < observation)
    }

    @Test(arguments: Transport.allCases)
    func `a POST takes the same in its body, or a bare schedule`(_ transport: Transport) throws {
        let (service, path) = try fitted(transport)
        let wanted = try service.get(
            "\(path)/curve?schedule=\(Self.schedule)&every=500&interval=0.8")
        let full = try service.post(
            "\(path)/curve", #"{"schedule":"\#(Self.schedule)","every":500,"interval":0.8}"#)
        #expect(full.status == 200 && full.body == wanted.body)
        let segments = """
            {"segments":[{"shape":"warmup","steps":200,"to":0.002},
            {"shape":"cosine","steps":3800,"to":0.0002}]}
            """
        let mixed = try service.post(
            "\(path)/curve?every=500&interval=0.8", #"{"schedule":\#(segments)}"#)
        #expect(mixed.text == wanted.text)
        let bare = try service.post("\(path)/curve?every=500&interval=0.8", segments)
        #expect(bare.body == wanted.body, "\(bare.text)")
        let list = try service.post(
            "\(path)/curve", #"{"schedule":{"values":[0.001,0.001,0.001]},"interval":true}"#)
        #expect(list.json["schedule"]?["values"]?.numbers == [0.001, 0.001, 0.001])
        #expect(list.json["steps"]?.numbers == [0, 1, 2] && list.json["interval"] == .number(0.9))
    }

    @Test(arguments: Transport.allCases)
    func `a schedule may continue a stored run`(_ transport: Transport) throws {
        let (service, path) = try fitted(transport)
        let whole = try service.get("/v1/runs/cosine").json["schedule"]?.string ?? ""
        let asked = "\(path)/curve?schedule=from:cosine@1000,sqrt:500@0&every=250"
        let curve = try service.get(asked)
        #expect(curve.status == 200, "\(curve.text)")
        let echo = try #require(curve.json["schedule"]?.string)
        #expect(echo.hasSuffix(",sqrt:500@0") && !echo.contains("from"), "\(whole): \(echo)")
        #expect(
            try service.get("\(path)/curve?schedule=\(echo)&every=250").body == curve.body)
        let segments = #"[{"shape":"sqrt","steps":500,"to":0}]"#
        let posted = try service.post(
            "\(path)/curve?every=250",
            #"{"from":{"run":"cosine","step":1000},"segments":\#(segments)}"#)
        #expect(posted.body == curve.body, "\(posted.text)")
        let inside = try service.post(
            "\(path)/curve", #"{"schedule":"from:cosine@1000,sqrt:500@0","every":250}"#)
        #expect(inside.body == curve.body, "\(inside.text)")
    }

    /// By its rates alone a continued run would be forecast as any other of that schedule.
    @Test func `a fitted run that is continued is forecast from where its log is`() throws {
        let service = try TestService(.inProcess)
        _ = try Study.storeCurves(in: service, noise: 0.002)
        let fit = try service.post(
            "/v1/fits", #"{"law":"forecast","runs":["constant","cosine"]}"#)
        let id = try #require(fit.json["id"]?.string, "\(fit.text)")
        let path = "/v1/fits/\(id)/curve?every=500&interval&schedule="
        let continued = try service.get(path + "from:cosine@1000,hold:2000").json
        let echo = try #require(continued["schedule"]?.string)
        let alike = try service.get(path + echo).json
        let ratios = zip(continued["loss"]?.numbers ?? [], alike["loss"]?.numbers ?? [])
            .map { $0 / $1 }.filter(\.isFinite)
        #expect(ratios.count > 3 && ratios.contains { abs($0 - 1) > 1e-9 }, "\(ratios)")
        #expect(ratios.allSatisfy { abs($0 - 1) < 0.02 }, "\(ratios)")
        // A run that the fit has not seen is continued by its rates alone.
        let unseen = try service.get(path + "from:two-stage@1000,hold:2000").json
        let same = try service.get(path + (unseen["schedule"]?.string ?? "")).json
        #expect(unseen["loss"] == same["loss"] && unseen["loss"] != nil)
        // A run that trains under the schedule is named beside it.
        let whole = "warmup:200@2e-3,cosine:3800@2e-4"
        let (law, own, stranger) = try (
            service.get(path + whole).json, service.get(path + whole + "&run=cosine").json,
            service.get(path + whole + "&run=two-stage").json
        )
        // Its log is of other rates than these.
        let other = try service.get(path + "warmup:200@2e-3,hold:3800&run=cosine").json
        #expect(
            try other["loss"] == service.get(path + "warmup:200@2e-3,hold:3800").json["loss"])
        #expect(other["warnings"]?.elements.isEmpty == false)
        #expect(own["loss"] != law["loss"] && own["loss"]?.numbers.count == 9)
        #expect(stranger["loss"] == law["loss"])
        let told = stranger["warnings"]?.elements.compactMap(\.string) ?? []
        #expect(told.contains { $0.contains("has not seen run \"two-stage\"") }, "\(told)")
    }

    @Test func `a run without a schedule is continued from its logged rates`() throws {
        let (service, path) = try fitted(.inProcess)
        _ = try service.put("/v1/runs/live", "{}")
        #expect(
            try service.get("\(path)/curve?schedule=from:live@5").details == [
                "character 6, in `from:live@5`: run `live` has neither a schedule nor logged "
                    + "learning rates to continue"
            ])
        let points = (0...20).map {
            #"{"step":\#($0 * 10),"loss":3.5,"learning_rate":\#(Double($0) * 1e-4)}"#
        }
        _ = try service.post(
            "/v1/runs/live/points", #"{"points":[\#(points.joined(separator: ","))]}"#)
        let curve = try service.get(
            "\(path)/curve?schedule=from:live@200,cosine:100@0&every=100"
        ).json
        #expect(curve["learning_rate"]?.numbers.prefix(3) == [0, 1e-3, 2e-3])
        #expect(
            curve["warnings"]?.elements.first?.string?.hasPrefix(
                "run live: no schedule given; logged learning rates are used") == true)
        #expect(curve["schedule"]?["segments"]?.elements.count == 2)
    }

    @Test func `a curve far beyond the fitted data carries warnings`() throws {
        let (service, path) = try fitted(.inProcess)
        let curve = try service.get(
            "\(path)/curve?schedule=warmup:200@9e-2,cosine:99800@0&every=50000"
        ).json
        let warnings = curve["warnings"]?.elements.compactMap(\.string) ?? []
        // So far out the law falls below 0, which no loss does: null, and said.
        #expect(curve["loss"]?.elements.last == .null)
        #expect(warnings.count == 3)
        #expect(warnings.first?.contains("the law gives no loss above 0") == true)
        #expect(warnings.contains { $0.hasPrefix("step = 99999 is 25.1 times the highest") })
        #expect(warnings.last?.hasPrefix("peak learning_rate = 0.09 is ") == true)
    }

    @Test func `a curve comes as CSV or NDJSON too`() throws {
        let (service, path) = try fitted(.inProcess)
        let target = "\(path)/curve?schedule=\(Self.schedule)&every=3000&interval"
        let csv = try service.get(target, accept: "text/csv").text.split(separator: "\n")
        #expect(csv.first == "step,loss,lower,upper,learning_rate")
        #expect(csv[1] == "0,,,,0" && csv.count == 4)
        let lines = try service.get(target, accept: "application/x-ndjson").text
        #expect(lines.split(separator: "\n").count == 3)
    }

    @Test func `a published fit is not scored on a loss of another unit`() throws {
        let service = try TestService(.inProcess)
        let fit = try service.post("/v1/fits", #"{"published":"hoffmann-2022"}"#)
        let id = try #require(fit.json["id"]?.string, "\(fit.text)")
        let size = #""parameter_count":1e9,"token_count":2e10"#
        for (run, more) in [
            ("nats", ""), ("said", #","units":{"loss":"nats per token"}"#),
            ("bytes", #","units":{"loss":"bits_per_byte"}"#),
        ] {
            let put = try service.put("/v1/runs/\(run)", "{\(size),\"loss\":2.6\(more)}")
            #expect(put.status < 300, "\(put.text)")
        }
        #expect(try service.get("/v1/fits/\(id)/score?runs=nats,said").status == 200)
        let other = try service.get("/v1/fits/\(id)/score?runs=nats,bytes")
        #expect(other.status == 422 && other.pointers == ["/runs"], "\(other.text)")
        #expect(
            other.details == [
                "run bytes has its loss in bits_per_byte, and hoffmann-2022 predicts nats per token of "
                    + "MassiveText; score it on runs of that unit, or fit these."
            ])
    }

    @Test func `a score is per run with an unweighted average`() throws {
        let (service, path) = try fitted(.inProcess)
        let named = try service.get("\(path)/score?runs=wsd-linear,constant").json
        #expect(
            named["runs"]?.elements.compactMap { $0["id"]?.string } == ["wsd-linear", "constant"])
        let errors = named["runs"]?.elements.compactMap { $0["metrics"]?["mae"]?.double } ?? []
        let average = try #require(named["average"]?["mae"]?.double)
        #expect(abs(average - errors.reduce(0, +) / 2) < 1e-12)
        let tested = try service.get("\(path)/score?study=study").json
        #expect(tested["runs"]?.elements.compactMap { $0["id"]?.string } == ["wsd-linear"])
        let trained = try service.get("\(path)/score?study=study&role=train").json
        #expect(trained["runs"]?.elements.count == 3)
    }

    private static let badCalls: [(String, Int, String, String)] = [
        ("curve", 400, "/schedule", "schedule is missing; give one such as"),
        (
            "curve?schedule=warmup:10@1e-3,sinus:5@0", 400, "/schedule",
            "character 16, in `sinus:5@0`: unknown segment `sinus`"
        ),
        (
            "curve?schedule=from:none@10,hold:5", 400, "/schedule",
            "character 6, in `from:none@10`: there is no run `none`"
        ),
        (
            "curve?schedule=from:constant@9999999,hold:5", 400, "/schedule",
            "the length of run `constant`"
        ),
        ("curve?schedule=hold:0", 400, "/schedule", "must be"),
        ("curve?schedule=hold:200000000", 400, "/schedule", "100000000"),
        ("curve?schedule=hold:9&every=0", 400, "/every", "every = 0 must be a whole number"),
        (
            "curve?schedule=hold:9&interval=1", 400, "/interval",
            "interval = 1 must lie between 0 and 1, as in 0.9."
        ),
        (
            "curve?schedule=hold:9&interval_of=median", 400, "/interval_of",
            "interval_of = median must be observation or mean."
        ),
        (
            "curve?schedule=hold:9&parameter_count=-3", 400, "/parameter_count",
            "parameter_count = -3 must be a finite number above 0."
        ),
        (
            "curve?schedule=hold:9&evry=3", 400, "/evry", "evry is no parameter of this call"
        ),
        (
            "loss?parameter_count=1e9&token_count=1e10", 422, "/law",
            "the law lr-annealing cannot predict a loss without a schedule; fit one that can: "
                + "chinchilla"
        ),
        ("score", 400, "/runs", "give runs, ids separated by commas, or study"),
        ("score?study=study&role=dev", 400, "/role", "role = dev must be train or test."),
        (
            "score?runs=constant&role=test", 400, "/role",
            "role goes with study; leave it out beside runs."
        ),
        ("score?runs=none", 404, "/runs/0", "There is no run \"none\""),
    ]

    @Test(arguments: Transport.allCases)
    func `refuses what it cannot predict`(_ transport: Transport) throws {
        let (service, path) = try fitted(transport)
        for (call, status, pointer, detail) in Self.badCalls {
            let answer = try service.get("\(path)/\(call)")
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.pointers == [pointer])
            #expect(answer.details.first?.contains(detail) == true, "\(answer.text)")
        }
    }

    @Test(arguments: Transport.allCases)
    func `a curve of too many points is over budget`(_ transport: Transport) throws {
        let (service, path) = try fitted(transport)
        let answer = try service.get(
            "\(path)/curve?schedule=constant(peak=1e-3,steps=5000000)&every=1")
        #expect(answer.status == 422, "\(answer.text)")
        #expect(answer.json["type"]?.string == "over-budget")
        #expect(
            answer.details.first?.contains("5000000 points of a predicted curve are more") == true,
            "\(answer.text)")
    }

    private static let badBodies: [(String, String, String)] = [
        (#"{"every":5}"#, "", "a schedule object has exactly one of"),
        ("[1]", "", "must be a JSON object with a member schedule."),
        (#"{"schedule":"hold:x"}"#, "/schedule", "hold:x"),
        (
            #"{"schedule":{"values":[1,-1]}}"#, "/schedule/values/1",
            "learning rate = -1.0, must be 0 or a number from 1e-30 to 1e6"
        ),
        (
            #"{"schedule":{"from":{"run":"none","step":1}}}"#, "/schedule/from/run",
            "there is no run `none`"
        ),
        (#"{"schedule":"hold:9","interval":2}"#, "/interval", "interval = 2, must lie"),
        (#"{"schedule":"hold:9","evry":2}"#, "/evry", "evry is not a field here"),
    ]

    @Test(arguments: Transport.allCases)
    func `refuses a body that is no order of a curve`(_ transport: Transport) throws {
        let (service, path) = try fitted(transport)
        for (body, pointer, detail) in Self.badBodies {
            let answer = try service.post("\(path)/curve", body)
            #expect(answer.status == 422, "\(answer.text)")
            #expect(answer.details.first?.contains(detail) == true, "\(answer.text)")
            #expect(answer.pointers == [pointer], "\(answer.text)")
        }
    }

    @Test(arguments: Transport.allCases)
    func `a loss or a curve goes on to a metric`(_ transport: Transport) throws {
        let (service, path) = try fitted(transport)
        func published(_ name: String) throws -> String {
            let fit = try service.post("/v1/fits", #"{"published":"\#(name)"}"#)
            return try #require(fit.json["id"]?.string, "\(fit.text)")
        }
        let (sizes, tasks) = (
            try published("hoffmann-2022"), try published("gadre-2024-17-tasks-c4")
        )
        let asked = "/v1/fits/\(sizes)/loss?parameter_count=7e9&token_count=1e11"
        let answer = try service.get("\(asked)&then=\(tasks)")
        let loss = try #require(answer.json["loss"]?.double, "\(answer.text)")
        let value = try #require(answer.json["metric"]?["value"]?.double)
        #expect(abs(value - (0.850 - 2.079 * exp(-0.756 * loss))) < 1e-12)
        #expect(answer.json["metric"]?["lower"] == nil)
        #expect(try service.get(asked).json["metric"] == nil)
        let curve = try service.get(
            "\(path)/curve?schedule=\(Self.schedule)&every=1000&interval&then=\(tasks)")
        let metrics = try #require(curve.json["metric"]?["value"]?.numbers, "\(curve.text)")
        #expect(metrics.count == 5 && metrics[0].isNaN && metrics[4] < metrics[1])
        #expect(curve.json["metric"]?["lower"] == nil)
        let wrong = try service.get("\(asked)&then=\(sizes)")
        #expect(wrong.status == 422 && wrong.pointers == ["/then"], "\(wrong.text)")
        // A published fit goes by its name, too.
        let named = try service.get("\(asked)&then=gadre-2024-17-tasks-c4")
        #expect(named.json["metric"]?["value"]?.double == value, "\(named.text)")
        #expect(try service.get("\(asked)&then=none").status == 404)
    }

    @Test func `a deleted fit predicts no more`() throws {
        let (service, path) = try fitted(.inProcess)
        let curve = "\(path)/curve?schedule=\(Self.schedule)"
        #expect(try service.get(curve).status == 200)
        #expect(try service.delete(path).status == 204)
        #expect(try service.get(curve).status == 404)
    }
}
