import JSONText
import Plans
import Testing

@testable import API

@Suite struct PlanEndpointTests {
    private static let best = "kind=best-schedule&total_steps=1000&peak=2e-3&warmup=100"

    /// A service with one fitted study, and the path of the fit's plans.
    private func fitted(_ transport: Transport) throws -> (service: TestService, path: String) {
        let service = try TestService(transport)
        _ = try Study.storeCurves(in: service, noise: 0.002)
        let fit = try service.post("/v1/fits", #"{"law":"lr-annealing","study":"study"}"#)
        let id = try #require(fit.json["id"]?.string, "\(fit.text)")
        return (service, "/v1/fits/\(id)/plan")
    }

    @Test(arguments: Transport.allCases)
    func `a best schedule comes with its families, its search and its doubts`(
        _ transport: Transport
    ) throws {
        let (service, path) = try fitted(transport)
        let answer = try service.get("\(path)?\(Self.best)")
        #expect(answer.status == 200, "\(answer.text)")
        let plan = answer.json
        #expect(plan["kind"] == .string("best-schedule"))
        #expect(plan["families"]?.elements.count == 8)
        #expect(plan["free"]?["starts"] == .integer(2))
        #expect(plan["interval"] == .number(0.9))
        #expect(plan["interval_of"] == .string("observation"))
        let recommended = try #require(plan["recommended"]?.string)
        let member = plan["families"]?.elements.first { $0["name"]?.string == recommended }
        let schedule = try #require(member?["schedule"]?.string)
        let curve = try service.get(
            "\(path.dropLast(4))curve?schedule=\(schedule)&every=999&interval"
        ).json
        #expect(curve["loss"]?.numbers.last == member?["final"]?["loss"]?.double)
        #expect(curve["lower"]?.numbers.last == member?["final"]?["lower"]?.double)
    }

    @Test(arguments: Transport.allCases)
    func `a POST asks the same with numbers and lists as JSON has them`(
        _ transport: Transport
    ) throws {
        let (service, path) = try fitted(transport)
        let wanted = try service.get(
            "\(path)?\(Self.best)&families=cosine,wsd-exp&free=no&interval=0.8")
        let body = """
            {"kind":"best-schedule","total_steps":1000,"peak":0.002,"warmup":100,
            "families":["wsd-exp","cosine"],"free":false,"interval":0.8}
            """
        let posted = try service.post(path, body)
        #expect(posted.status == 200 && posted.text == wanted.text, "\(posted.text)")
    }

    @Test func `CSV is the taken schedule step by step`() throws {
        let (service, path) = try fitted(.inProcess)
        let answer = try service.send(
            "GET", "\(path)?\(Self.best)&free=no&families=linear", headers: ["Accept": "text/csv"])
        #expect(answer["Content-Type"] == "text/csv; charset=utf-8")
        let lines = answer.text.split(separator: "\n")
        #expect(lines.count == 1_001 && lines[0] == "step,learning_rate")
        #expect(lines[51] == "50,0.001")
    }

    @Test func `a live run is cooled down from its stored points`() throws {
        let (service, path) = try fitted(.inProcess)
        let answer = try service.get(
            "\(path)?kind=anneal-now&run=constant&from_step=1000&shapes=linear&lengths=200&starts=0%25,1500"
        )
        #expect(answer.status == 200, "\(answer.text)")
        let cooldowns = try #require(answer.json["cooldowns"]?.elements)
        #expect(cooldowns.map { $0["end_step"]?.double } == [1_200, 1_700])
        #expect(
            cooldowns[0]["schedule"]?.string?.hasPrefix("from:constant@1000,linear:200@") == true)
        #expect(answer.json["offset"]?["points"]?.double ?? 0 > 0)
        // What the plan says of a cooldown is what the curve of its schedule says.
        let schedule = try #require(cooldowns[1]["schedule"]?.string)
        let curve = try service.get("\(path.dropLast(4))curve?schedule=\(schedule)&every=2000").json
        let loss = try #require(cooldowns[1]["final"]?["loss"]?.double)
        #expect(abs((curve["loss"]?.numbers.last ?? 0) - loss) < 1e-12)
    }

    @Test func `a target loss has its step and its shortest schedule`() throws {
        let (service, path) = try fitted(.inProcess)
        let answer = try service.get(
            "\(path)?kind=time-to-target&target_loss=3.5&peak=2e-3&families=cosine")
        #expect(answer.json["cheapest"] == .string("cosine"), "\(answer.text)")
        #expect(answer.json["families"]?.elements[0]["reached"] == .bool(true))
    }

    @Test(arguments: [
        ("", "/kind", 400, "kind = \"\" is not a plan; choose one of best-schedule, "),
        ("kind=best", "/kind", 400, "kind = \"best\" is not a plan; choose one of best-schedule, "),
        (
            "kind=best-schedule&peak=1e-3", "/total_steps", 400,
            "the plan best-schedule needs total_steps; give for example total_steps=4000."
        ),
        (
            "kind=best-schedule&steps=3", "/steps", 400,
            "steps is no parameter of this call; it takes kind, run, interval"
        ),
        (
            "\(best)&free=perhaps", "/free", 400, "free = perhaps must be yes or no."
        ),
        ("kind=anneal-now", "/run", 400, "the plan anneal-now needs a run with its logged points"),
        (
            "kind=anneal-now&run=none", "/run/0", 404,
            "There is no run \"none\"; create it first, or check the id."
        ),
        (
            "kind=time-to-target&target_loss=3", "/peak", 400,
            "the plan time-to-target needs peak; give for example peak=3e-3."
        ),
        (
            "kind=time-to-target&target_loss=3&schedule=hold", "/schedule", 400,
            "schedule: character 1, in `hold`: "
        ),
    ])
    func `what cannot be planned is named`(
        _ query: String, _ pointer: String, _ status: Int, _ detail: String
    ) throws {
        let (service, path) = try fitted(.inProcess)
        let answer = try service.get("\(path)?\(query)")
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.pointers == [pointer])
        #expect(answer.details[0].hasPrefix(detail), "\(answer.details)")
    }

    @Test func `a loss that nothing reaches is a 422 of its name, with the distance`() throws {
        let (service, path) = try fitted(.inProcess)
        let answer = try service.get(
            "\(path)?kind=time-to-target&target_loss=1e-3&peak=2e-3&families=cosine")
        #expect(answer.status == 422 && answer.json["type"] == .string("unreachable-loss"))
        #expect(answer.json["detail"]?.string?.hasSuffix("above the target 0.001.") == true)
    }

    @Test(arguments: Transport.allCases)
    func `every kind of plan is listed with its laws and options`(_ transport: Transport) throws {
        let service = try TestService(transport)
        let plans = try service.get("/v1/plans").json["plans"]?.elements ?? []
        #expect(
            plans.compactMap { $0["kind"]?.string }
                == PlanCatalog.standard.kinds.map { $0.about.id })
        let best = try #require(plans.first { $0["kind"] == .string("best-schedule") })
        #expect(best["needs_fit"] == .bool(true) && best["needs_run"] == .bool(false))
        #expect(best["laws"]?.elements.contains(.string("multi-power")) == true)
        #expect(best["laws"]?.elements.contains(.string("chinchilla")) == false)
        let steps = best["options"]?.elements.first { $0["name"] == .string("total_steps") }
        #expect(steps?["is_required"] == .bool(true))
        #expect(plans.first { $0["kind"] == .string("anneal-now") }?["needs_run"] == .bool(true))
        let growth = try #require(plans.first { $0["kind"] == .string("growth") })
        #expect(growth["needs_fit"] == .bool(false) && growth["laws"] == nil)
        let rate = try #require(plans.first { $0["kind"] == .string("peak-rate") })
        #expect(
            rate["needs_fit"] == .bool(false) && rate["laws"]?.elements == [.string("convex-bound")]
        )
    }

    @Test func `a plan is drawn, and one without a curve says so`() throws {
        let service = try TestService(.inProcess)
        let fit = try service.post("/v1/fits", #"{"published":"hoffmann-2022"}"#)
        let id = try #require(fit.json["id"]?.string, "\(fit.text)")
        let drawn = try service.get(
            "/v1/fits/\(id)/plan.svg?kind=compute-optimal&training_flops=1e21")
        #expect(drawn.status == 200 && drawn["Content-Type"] == "image/svg+xml", "\(drawn.text)")
        #expect(drawn.text.hasPrefix("<svg") && drawn.text.contains("parameters"))
        let served = try service.get(
            "/v1/fits/\(id)/plan.svg?kind=inference-aware&inference_tokens=1e12&total_flops=1e22")
        #expect(served.status == 200 && served.text.contains("training alone"), "\(served.text)")
        // Both limits leave one size.
        let none = try service.get(
            "/v1/fits/\(id)/plan.svg?kind=compute-optimal&training_flops=6e20"
                + "&maximum_parameter_count=1e9&maximum_token_count=1e11")
        #expect(none.status == 422 && none.text.contains("no curve to draw"), "\(none.text)")
        let growth = try service.get(
            "/v1/plans/growth/plan.svg?parameter_count=8e9&token_count=15e12")
        #expect(growth.status == 200 && growth.text.contains("plot-line"), "\(growth.text)")
        #expect(try service.get("/v1/plans/growing/plan.svg").status == 404)
    }

    @Test(arguments: [
        ("kind=compute-optimal&training_flops=0", 400, "/training_flops", ""),
        ("kind=compute-optimal&training_flops=-1e21", 400, "/training_flops", ""),
        ("kind=best-schedule&total_steps=1000&peak=1e-3", 422, "/law", ""),
        ("kind=repeats&unique_token_count=1e11&training_flops=1e23", 422, "/law", ""),
        (
            "kind=inference-aware&inference_tokens=1e12&target_loss=1.5", 422, "",
            "unreachable-loss"
        ),
        (
            "kind=next-run&training_flops=1e21&parameter_count=1e9&token_count=1e11", 422, "",
            "not-identified"
        ),
    ])
    func `what a fit cannot answer is refused by name`(
        _ query: String, _ status: Int, _ pointer: String, _ type: String
    ) throws {
        let service = try TestService(.inProcess)
        let fit = try service.post("/v1/fits", #"{"published":"hoffmann-2022"}"#)
        let id = try #require(fit.json["id"]?.string, "\(fit.text)")
        let answer = try service.get("/v1/fits/\(id)/plan?\(query)")
        #expect(answer.status == status, "\(answer.text)")
        #expect(type.isEmpty ? answer.pointers == [pointer] : answer.json["type"]?.string == type)
    }

    @Test func `a schedule of a plan continues a stored run`() throws {
        let (service, path) = try fitted(.inProcess)
        let query = "kind=time-to-target&target_loss=3.5&families=cosine&schedule="
        let answer = try service.get("\(path)?\(query)from:constant@1000,linear:200@0")
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["passage"]?["total_steps"] == .integer(1_200), "\(answer.text)")
        let none = try service.get("\(path)?\(query)from:nobody@1000,linear:200@0")
        #expect(none.status == 400 && none.pointers == ["/schedule"], "\(none.text)")
    }

    @Test func `the next run of a curve law is a schedule`() throws {
        let (service, path) = try fitted(.inProcess)
        let answer = try service.get(
            "\(path)?kind=next-run&schedule=warmup:100@2e-3,cosine:2900@0&maximum_steps=1500")
        #expect(answer.status == 200, "\(answer.text)")
        let choices = answer.json["choices"]?.elements ?? []
        #expect(choices.count == 20 && choices[0]["schedule"]?.string != nil)
        let reductions = choices.compactMap { $0["reduction"]?.double }
        #expect(reductions.count == 20 && reductions.allSatisfy { $0 > 0 && $0 < 1 })
        let rates = choices.compactMap { $0["reduction_per_step"]?.double }
        #expect(rates.count == 20 && rates == rates.sorted(by: >))
        #expect(choices.allSatisfy { ($0["step_count"]?.double ?? 0) <= 1_500 })
        let listed = try service.post(
            path,
            """
            {"kind":"next-run","schedule":"warmup:100@2e-3,cosine:2900@0","maximum_steps":1500,
            "schedules":["warmup:100@2e-3,hold:900","warmup:100@2e-3,linear:900@0"]}
            """)
        #expect(listed.json["choices"]?.elements.count == 2, "\(listed.text)")
        let missing = try service.get("\(path)?kind=next-run&training_flops=1e20")
        #expect(missing.status == 400 && missing.pointers == ["/schedule"], "\(missing.text)")
    }

    @Test func `a plan without a fit is answered by its name`() throws {
        let service = try TestService(.inProcess)
        let answer = try service.get("/v1/plans/growth?parameter_count=8e9&token_count=15e12")
        #expect(answer.status == 200, "\(answer.text)")
        // Du et al. 2024, arXiv:2405.15319: 6.58 billion tokens for 8B on 15 trillion.
        let tokens = try #require(answer.json["growth_tokens"]?["value"]?.double)
        #expect(abs(tokens / 6.58e9 - 1) < 2e-3)
        #expect(try service.get("/v1/plans/growing").status == 404)
        let missing = try service.get("/v1/plans/growth")
        #expect(missing.status == 400 && missing.pointers == ["/parameter_count"])
        let fit = try service.get("/v1/plans/compute-optimal?training_flops=1e21")
        #expect(fit.status == 400 && fit.pointers == ["/fit"])
    }

    /// The parabola through 1e-3, 2e-3 and 4e-3 is lowest at the middle rate, which a reference keeps.
    @Test func `hyperparameters are planned from a stored study`() throws {
        let service = try TestService(.inProcess)
        for (index, loss) in [3.1, 3, 3.1].enumerated() {
            let put = try service.put(
                "/v1/runs/r\(index)",
                #"{"study":"grid","parameter_count":1e8,"token_count":1e10,"loss":\#(loss),"#
                    + #""schedule":"step@\#(1e-3 * Double(1 << index)),linear:100@0"}"#)
            #expect(put.status < 300, "\(put.text)")
        }
        let path = "/v1/plans/hyperparameters?parameter_count=1e8&token_count=1e10"
        for runs in ["study=grid", "runs=r0,r1,r2"] {
            let answer = try service.get("\(path)&\(runs)")
            #expect(answer.status == 200, "\(answer.text)")
            let rate = try #require(answer.json["learning_rate"]?["value"]?.double)
            #expect(abs(rate / 2e-3 - 1) < 1e-9)
        }
        let both = try service.get("\(path)&study=grid&runs=r0")
        #expect(both.status == 400 && both.pointers == ["/study"], "\(both.text)")
        let edge = try service.get("\(path)&runs=r0,r1")
        #expect(edge.status == 422 && edge.text.contains("not-identified"), "\(edge.text)")
        #expect(try service.get("\(path)&study=none").status == 404)
    }

    @Test(arguments: Transport.allCases)
    func `a published optimum and a published fit plan without any fit`(
        _ transport: Transport
    ) throws {
        let service = try TestService(transport)
        let path = "/v1/plans/compute-optimal"
        let llama = try service.get("\(path)?published=llama-3-2024&training_flops=3.8e25")
        #expect(llama.status == 200, "\(llama.text)")
        let tokens = try #require(llama.json["token_count"]?["value"]?.double)
        #expect(abs(tokens / 1.629e13 - 1) < 4e-4)
        #expect(llama.json["token_count"]?["lower"] == .null && llama.json["law"] == nil)
        let drawn = try service.get(
            "\(path)/plan.svg?published=llama-3-2024&training_flops=3.8e25")
        #expect(drawn.status == 200 && drawn.text.contains("plot-line"), "\(drawn.text)")
        // Hoffmann et al. 2022 with all digits: 40.3 billion parameters.
        let fit = try service.get("\(path)?published=hoffmann-2022&training_flops=5.76e23")
        let size = try #require(fit.json["parameter_count"]?["value"]?.double, "\(fit.text)")
        #expect(abs(size / 40.3e9 - 1) < 2e-3 && fit.json["law"] == .string("chinchilla"))
        let bare = try service.get("\(path)?published=porian-2024&training_flops=1e21")
        #expect(bare.status == 422 && bare.json["type"] == .string("not-identified"))
        let unknown = try service.get("\(path)?published=llama-2&training_flops=1e21")
        #expect(unknown.status == 400 && unknown.pointers == ["/published"])
        let posted = try service.post("/v1/fits", #"{"published":"llama-3-2024"}"#)
        #expect(posted.pointers == ["/published"] && posted.text.contains("compute-optimal"))
        let listed = try service.get("/v1/laws").json["optima"]?.elements ?? []
        #expect(listed.contains { $0["name"] == .string("llama-3-2024") })
    }

    @Test func `a body is refused with 422, an unsuitable law, too`() throws {
        let (service, path) = try fitted(.inProcess)
        let body = try service.post(path, #"{"kind":"best-schedule","total_steps":0,"peak":1}"#)
        #expect(body.status == 422 && body.pointers == ["/total_steps"])
        let stranger = try service.post(path, #"{"kind":"best-schedule","total":0}"#)
        #expect(stranger.status == 422 && stranger.pointers == ["/total"])
        _ = try service.send(
            "POST", "/v1/runs?study=sizes", Array(try Study.table(noise: 0.001).utf8),
            headers: ["Content-Type": "text/csv"])
        let table = try service.post(
            "/v1/fits", #"{"law":"chinchilla","study":"sizes"}"#)
        let id = try #require(table.json["id"]?.string, "\(table.text)")
        let wrong = try service.get("/v1/fits/\(id)/plan?\(Self.best)")
        #expect(wrong.status == 422 && wrong.pointers == ["/law"])
    }
}
