import JSONText
import Testing

@testable import API

@Suite struct RunEndpointTests {
    private static let full = """
        {"study":"llama","name":"first","role":"train","parameter_count":25000000,
         "token_count":5e8,"loss":3.21,"batch_tokens":1024,"warmup_steps":100,
         "schedule":"cosine(peak=3e-4,steps=24000,warmup=2160,final=3e-5)",
         "tags":{"host":"a7","seed":3,"best":true},"recipe":{"optimizer":"adam","betas":[0.9,0.95]}}
        """

    @Test(arguments: Transport.allCases)
    func `creates, reads, updates and deletes a run`(_ transport: Transport) throws {
        let service = try TestService(transport)
        let created = try service.put("/v1/runs/a.1_x-Y", Self.full)
        #expect(created.status == 201)
        let read = try service.get("/v1/runs/a.1_x-Y")
        #expect(read.status == 200 && read.body == created.body)
        let run = read.json
        #expect(run["id"] == .string("a.1_x-Y"))
        #expect(run["parameter_count"] == .integer(25_000_000))
        #expect(run["token_count"] == .integer(500_000_000))
        #expect(run["warmup_steps"] == .integer(100))
        #expect(run["loss"] == .number(3.21))
        #expect(run["schedule"] == .string("warmup:2160@3e-4,cosine:21840@3e-5"))
        #expect(
            run["tags"]
                == .object([
                    .init("best", .string("true")), .init("host", .string("a7")),
                    .init("seed", .string("3")),
                ]))
        #expect(run["recipe"]?["betas"] == .array([.number(0.9), .number(0.95)]))
        #expect(run["point_count"] == .integer(0) && run["last_step"] == .null)
        #expect(run["created_at"]?.string?.hasSuffix("Z") == true)

        let again = try service.put("/v1/runs/a.1_x-Y", read.text)
        #expect(again.status == 200, "an answer can be sent back")
        #expect(again.json["recipe"] == run["recipe"])
        let updated = try service.put("/v1/runs/a.1_x-Y", #"{"study":"other"}"#)
        #expect(updated.json["study"] == .string("other") && updated.json["loss"] == nil)

        #expect(try service.delete("/v1/runs/a.1_x-Y").status == 204)
        #expect(try service.get("/v1/runs/a.1_x-Y").status == 404)
        #expect(try service.delete("/v1/runs/a.1_x-Y").status == 404)
    }

    @Test(arguments: Transport.allCases)
    func `a run says where its data change, as phases or as phase_step`(_ transport: Transport)
        throws
    {
        let service = try TestService(transport)
        let listed = try service.put("/v1/runs/a", #"{"phases":[20000],"replay_share":0.2}"#)
        #expect(listed.json["phase_step"] == .integer(20_000), "\(listed.text)")
        #expect(listed.json["replay_share"] == .number(0.2))
        let again = try service.put("/v1/runs/a", listed.text)
        #expect(again.status == 200 && again.json["phase_step"] == .integer(20_000))
    }

    @Test(arguments: Transport.allCases)
    func `a PUT repeated changes nothing but the time`(_ transport: Transport) throws {
        let service = try TestService(transport)
        _ = try service.put("/v1/runs/a", Self.full)
        _ = try service.post("/v1/runs/a/points", #"{"points":[{"step":3,"loss":2}]}"#)
        let first = try service.put("/v1/runs/a", Self.full).json
        let second = try service.put("/v1/runs/a", Self.full).json
        for name in ["schedule", "tags", "recipe", "created_at", "point_count", "last_step"] {
            #expect(first[name] == second[name])
        }
        #expect(second["point_count"] == .integer(1) && second["last_step"] == .integer(3))
    }

    @Test(arguments: [
        (
            "application/json",
            #"[{"id":"a","parameter_count":10,"token_count":20,"loss":3},{"id":"b","loss":4}]"#
        ),
        (
            "application/x-ndjson",
            #"{"id":"a","parameter_count":10,"token_count":20,"loss":3}"# + "\n\n"
                + #"{"id":"b","loss":4}"# + "\n"
        ),
        ("text/csv; charset=utf-8", "id,N,D,loss\na,10,20,3\nb,,,4\n"),
        ("text/tab-separated-values", "id\tparams\ttokens\tloss\na\t10\t20\t3\nb\t\t\t4\n"),
    ])
    func `takes many runs in any format`(_ type: String, _ body: String) throws {
        let service = try TestService(.inProcess)
        let answer = try service.post("/v1/runs?study=s", body, type: type)
        #expect(answer.status == 201, "\(answer.text)")
        #expect(answer.json["created"] == .integer(2))
        #expect(answer.json["runs"] == .array([.string("a"), .string("b")]))
        let run = try service.get("/v1/runs/a").json
        #expect(run["study"] == .string("s") && run["token_count"] == .integer(20))
        #expect(try service.get("/v1/runs/b").json["loss"] == .integer(4))
    }

    @Test func `rows without an id get one from the study and their place`() throws {
        let service = try TestService(.inProcess)
        let answer = try service.post(
            "/v1/runs?study=s", "N,D,loss,host\n10,20,3,a7\n30,40,2,b1\n", type: "text/csv")
        #expect(answer.json["runs"] == .array([.string("s-1"), .string("s-2")]))
        #expect(try service.get("/v1/runs/s-2").json["tags"]?["host"] == .string("b1"))
    }

    @Test(arguments: Transport.allCases)
    func `a POST of a run that exists is a conflict and stores nothing`(
        _ transport: Transport
    ) throws {
        let service = try TestService(transport)
        let first = try service.post("/v1/runs", #"{"id":"a"}"#)
        #expect(first.status == 201 && first["Location"] == "/v1/runs/a")
        let single = try service.post("/v1/runs", #"{"id":"a"}"#)
        #expect(single.status == 409)
        #expect(
            single.details == [
                "Run \"a\" exists already; choose another id, or update that run."
            ])
        let batch = try service.post("/v1/runs", #"[{"id":"b"},{"id":"a"}]"#)
        #expect(batch.status == 409 && batch.pointers == ["/1/id"])
        #expect(try service.get("/v1/runs/b").status == 404)
    }

    @Test func `a table whose points break a rule stores none of its runs`() throws {
        let service = try TestService(.inProcess)
        let header = "id,parameter_count,step_count,loss,loss/val\n"
        let refused = try service.post(
            "/v1/runs", header + "a,1e6,100,3,3.1\nb,1e6,200000000,3,3.1\n", type: "text/csv")
        #expect(refused.status == 422, "\(refused.text)")
        #expect(try service.get("/v1/runs").json["runs"]?.elements.isEmpty == true)
        let stored = try service.post(
            "/v1/runs", header + "a,1e6,100,3,3.1\n", type: "text/csv")
        #expect(stored.status == 201)
        #expect(try service.get("/v1/runs/a").json["point_count"] == .integer(1))
    }

    @Test(arguments: Transport.allCases)
    func `lists runs page by page`(_ transport: Transport) throws {
        let service = try TestService(transport)
        for index in 0..<7 {
            let study = index % 2 == 0 ? "even" : "odd"
            _ = try service.put("/v1/runs/r\(index)", #"{"study":"\#(study)"}"#)
        }
        var cursor: String? = ""
        var seen: [String] = []
        while let place = cursor {
            let next = place.isEmpty ? "" : "&cursor=\(place)"
            let page = try service.get("/v1/runs?study=even&limit=3\(next)").json
            seen += page["runs"]?.elements.compactMap { $0["id"]?.string } ?? []
            cursor = page["next_cursor"]?.string
        }
        #expect(seen == ["r0", "r2", "r4", "r6"])
        #expect(try service.get("/v1/runs").json["runs"]?.elements.count == 7)
    }

    @Test func `lists runs by last loss, and counts what a search finds`() throws {
        let service = try TestService(.inProcess)
        for (id, loss) in [("a", 3.5), ("b", 2.5), ("c", 3)] {
            _ = try service.put("/v1/runs/\(id)", #"{"study":"wsd"}"#)
            _ = try service.post(
                "/v1/runs/\(id)/points", #"{"points":[{"step":1,"loss":\#(loss)}]}"#)
        }
        _ = try service.put("/v1/runs/d", #"{"study":"other"}"#)
        let page = try service.get("/v1/runs?sort=last_loss&search=WSD&limit=2").json
        let runs = page["runs"]?.elements ?? []
        #expect(runs.map { $0["id"]?.string } == ["b", "c"])
        #expect(runs.map { $0["last_loss"] } == [.number(2.5), .integer(3)])
        #expect(page["total"] == .integer(3))
        let last = try service.get("/v1/runs?sort=-last_loss&limit=1").json
        #expect(last["runs"]?.elements.first?["id"]?.string == "a")
        #expect(try service.get("/v1/runs/d").json["last_loss"] == nil)
    }

    @Test func `an explicit schedule is kept and echoed as such`() throws {
        let service = try TestService(.inProcess)
        let list = #"{"points":[[0,0.0],[2160,0.0003]],"interpolation":"linear","steps":3000}"#
        let answer = try service.put("/v1/runs/a", #"{"schedule":\#(list)}"#)
        #expect(answer.status == 201, "\(answer.text)")
        let points = answer.json["schedule"]?["points"]?.elements
        #expect(points?.last?.numbers == [2160, 3e-4])
        #expect(answer.json["schedule"]?["steps"] == .integer(3_000))
        let segments =
            #"{"segments":[{"shape":"warmup","steps":10,"to":0.1},{"shape":"hold","steps":5}]}"#
        let echoed = try service.put("/v1/runs/b", #"{"schedule":\#(segments)}"#)
        #expect(echoed.json["schedule"] == .string("warmup:10@0.1,hold:5"))
    }
}
