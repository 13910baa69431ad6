import JSONText
import Testing

@testable import API

@Suite struct PointEndpointTests {
    private func service(_ transport: Transport) throws -> TestService {
        let service = try TestService(transport)
        _ = try service.put("/v1/runs/a", "{}")
        return service
    }

    @Test(arguments: Transport.allCases)
    func `appends points, and again without harm`(_ transport: Transport) throws {
        let service = try service(transport)
        let body = #"{"points":[{"step":0,"loss":5,"learning_rate":0.001},{"step":10.0,"loss":4}]}"#
        let first = try service.post("/v1/runs/a/points", body)
        #expect(first.status == 200)
        #expect(first.text == #"{"accepted":2,"replaced":0,"last_step":10}"#)
        let again = try service.post("/v1/runs/a/points", body)
        #expect(again.text == #"{"accepted":2,"replaced":2,"last_step":10}"#)
        let points = try service.get("/v1/runs/a/points").json
        #expect(points["point_count"] == .integer(2) && points["downsampled"] == .bool(false))
        #expect(
            JSONWriter.text(of: points["points"] ?? .null)
                == #"[{"step":0,"loss":5,"learning_rate":0.001},{"step":10,"loss":4}]"#)
    }

    @Test(arguments: [
        (
            "application/x-ndjson",
            #"{"step":1,"loss":3.5,"learning_rate":1e-3,"loss/val":3.6}"# + "\r\n\n"
                + #"{"step":2,"loss":3.25}"#
        ),
        ("text/csv", "_step,train/loss,lr,val_loss\n1,3.5,1e-3,3.6\n2.0,3.25,,\n"),
    ])
    func `takes points line by line`(_ type: String, _ body: String) throws {
        let service = try service(.inProcess)
        let answer = try service.post("/v1/runs/a/points", body, type: type)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["accepted"] == .integer(2))
        let points = try #require(try service.get("/v1/runs/a/points").json["points"]?.elements)
        #expect(points[0]["loss"] == .number(3.5) && points[0]["learning_rate"] == .number(1e-3))
        #expect(points[1]["step"] == .integer(2) && points[1]["learning_rate"] == nil)
        let series = points[0]["loss/val"] ?? points[0]["loss/val_loss"]
        #expect(series == .number(3.6))
    }

    @Test(arguments: [
        (
            "text/csv",
            "_step,train/loss,lr,eval/loss,grad_norm\n1,3.5,1e-3,3.6,0.5\n2,3.25,1e-3,3.4,0.6\n"
        ),
        (
            "application/x-ndjson",
            #"{"_step":1,"train/loss":3.5,"lr":1e-3,"eval/loss":3.6,"grad_norm":"high"}"# + "\n"
                + #"{"_step":2,"lr":1e-3,"train/loss":3.25,"eval/loss":3.4}"#
        ),
        (
            "application/json",
            #"{"points":[{"_step":1,"train/loss":3.5,"lr":1e-3,"eval/loss":3.6,"grad_norm":1},"#
                + #"{"_step":2,"train/loss":3.25,"lr":1e-3,"eval/loss":3.4}]}"#
        ),
    ])
    func `knows other names for fields in every format, and says what it took`(
        _ type: String, _ body: String
    ) throws {
        let service = try service(.inProcess)
        let answer = try service.post("/v1/runs/a/points", body, type: type)
        #expect(answer.status == 200, "\(answer.text)")
        let notes = Set(answer.json["notes"]?.elements.compactMap(\.string) ?? [])
        #expect(
            notes == [
                "took column \"_step\" for step", "took column \"train/loss\" for loss",
                "took column \"lr\" for learning_rate",
                "took column \"eval/loss\" for loss/eval/loss", "left out column \"grad_norm\"",
            ])
        let points = try #require(try service.get("/v1/runs/a/points").json["points"]?.elements)
        #expect(
            JSONWriter.text(of: .array(points))
                == #"[{"step":1,"loss":3.5,"learning_rate":0.001,"loss/eval/loss":3.6},"#
                + #"{"step":2,"loss":3.25,"learning_rate":0.001,"loss/eval/loss":3.4}]"#)
    }

    @Test func `points of one batch may have different keys`() throws {
        let service = try service(.inProcess)
        let body = #"{"step":1,"loss":3}"# + "\n" + #"{"step":1,"val_loss":3.5}"#
        let answer = try service.post(
            "/v1/runs/a/points", body, type: "application/x-ndjson")
        #expect(answer.json["accepted"] == .integer(2), "\(answer.text)")
        let points = try service.get("/v1/runs/a/points").json["points"]?.elements
        #expect(points?.count == 1 && points?[0]["loss"] == .integer(3))
        #expect(points?[0]["loss/val_loss"] == .number(3.5))
    }

    @Test func `refuses a step beyond the run's schedule, not one at its end`() throws {
        let service = try TestService(.inProcess)
        _ = try service.put("/v1/runs/a", #"{"schedule":"warmup:100@3e-4,cosine:900@0"}"#)
        let end = try service.post("/v1/runs/a/points", #"{"points":[{"step":1000,"loss":3}]}"#)
        #expect(end.status == 200)
        let beyond = try service.post(
            "/v1/runs/a/points",
            #"{"points":[{"step":10,"loss":4},{"step":1001,"loss":3}]}"#)
        #expect(beyond.status == 422)
        #expect(beyond.text.contains(#""pointer":"/points/1/step""#))
        #expect(beyond.text.contains("lies beyond the run's schedule, which ends after 1000 steps"))
        let kept = try service.get("/v1/runs/a").json
        #expect(kept["point_count"] == .integer(1))
    }

    @Test(arguments: [
        (
            "application/json",
            #"{"points":[{"step":1,"loss":3},{"step":2,"loss":"NaN","loss/val":"Infinity"},"#
                + #"{"step":3,"loss":-Infinity},{"step":4,"loss":null,"not_finite":"nan"}]}"#
        ),
        (
            "application/x-ndjson",
            #"{"step":1,"loss":3}"# + "\n" + #"{"step":2,"loss":NaN,"loss/val":"inf"}"# + "\n"
                + #"{"step":3,"loss":"-inf"}"# + "\n" + #"{"step":4,"loss":"nan"}"#
        ),
        ("text/csv", "step,loss,loss/val\n1,3,\n2,nan,inf\n3,-inf,\n4,NaN,\n"),
    ])
    func `a loss that is not finite is data`(_ type: String, _ body: String) throws {
        let service = try service(.inProcess)
        let answer = try service.post("/v1/runs/a/points", body, type: type)
        #expect(answer.json["accepted"] == .integer(4), "\(answer.text)")
        let points = try #require(try service.get("/v1/runs/a/points").json["points"])
        #expect(
            JSONWriter.text(of: points)
                == #"[{"step":1,"loss":3},{"step":2,"loss":null,"not_finite":"nan","#
                + #""loss/val":null,"not_finite/val":"inf"},"#
                + #"{"step":3,"loss":null,"not_finite":"-inf"},"#
                + #"{"step":4,"loss":null,"not_finite":"nan"}]"#)
        let csv = try service.get("/v1/runs/a/points", accept: "text/csv").text
        #expect(csv == "step,loss,loss/val\n1,3,\n2,nan,inf\n3,-inf,\n4,nan,\n")
        let run = try service.get("/v1/runs/a").json
        #expect(run["not_finite_count"] == .integer(3) && run["diverged_at"] == .integer(2))
        let again = try service.post(
            "/v1/runs/a/points", JSONWriter.text(of: .object([.init("points", points)])))
        #expect(again.json["replaced"] == .integer(4), "an answer can be sent back")
        #expect(try service.get("/v1/runs/a/points").json["points"] == points)
    }

    @Test func `a null loss beside another series is no point of the main loss`() throws {
        let service = try service(.inProcess)
        let answer = try service.post(
            "/v1/runs/a/points", #"{"points":[{"step":1,"loss":null,"loss/val":4}]}"#)
        #expect(answer.json["accepted"] == .integer(1), "\(answer.text)")
        let points = try #require(try service.get("/v1/runs/a/points").json["points"])
        #expect(JSONWriter.text(of: points) == #"[{"step":1,"loss/val":4}]"#)
    }

    @Test(arguments: [
        (
            "/v1/runs/a/points", #"{"rewind":true,"points":[{"step":20,"loss":2.5}]}"#,
            "application/json"
        ),
        ("/v1/runs/a/points?rewind", "step,loss\n20,2.5\n", "text/csv"),
        ("/v1/runs/a/points?rewind=true", #"{"step":20,"loss":2.5}"#, "application/x-ndjson"),
    ])
    func `a rewind replaces everything from the batch's first step on`(
        _ target: String, _ body: String, _ type: String
    ) throws {
        let service = try service(.inProcess)
        _ = try service.post(
            "/v1/runs/a/points", "step,loss\n10,4\n20,3\n30,2\n40,1\n", type: "text/csv")
        for dropped in [2, 0] {
            let answer = try service.post(target, body, type: type)
            #expect(
                answer.text
                    == #"{"accepted":1,"replaced":1,"last_step":20,"dropped":\#(dropped)}"#)
        }
        #expect(
            try service.get("/v1/runs/a/points", accept: "text/csv").text
                == "step,loss\n10,4\n20,2.5\n")
    }

    @Test(arguments: [
        (
            "application/json",
            #"{"points":[{"step":1,"loss":3},{"step":2,"loss":-1},{"step":101,"loss":3},"#
                + #"{"step":4,"loss":2}]}"#, ["/points/1/loss", "/points/2/step"]
        ),
        (
            "application/x-ndjson",
            #"{"step":1,"loss":3}"# + "\n7\n" + #"{"loss":3}"# + "\n" + #"{"step":4,"loss":2}"#,
            ["/1", "/2/step"]
        ),
        (
            "text/csv", "step,loss\n1,3\n2,low\n3\n4,2\n", ["/1/loss", "/2"]
        ),
    ])
    func `with on_error=skip the good rows are stored and the others named`(
        _ type: String, _ body: String, _ pointers: [String]
    ) throws {
        let service = try TestService(.inProcess)
        _ = try service.put("/v1/runs/a", #"{"schedule":"warmup:10@1e-3,hold:90"}"#)
        let whole = try service.post("/v1/runs/a/points", body, type: type)
        #expect(whole.status == 422 || whole.status == 400)
        let answer = try service.post("/v1/runs/a/points?on_error=skip", body, type: type)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["accepted"] == .integer(2))
        #expect(answer.json["refused_count"] == .integer(2))
        let refused = answer.json["refused"]?.elements ?? []
        #expect(refused.compactMap { $0["pointer"]?.string } == pointers, "\(answer.text)")
        #expect(
            try service.get("/v1/runs/a/points", accept: "text/csv").text
                == "step,loss\n1,3\n4,2\n")
    }

    @Test func `rows are a list of flat objects with their times`() throws {
        let service = try service(.inProcess)
        _ = try service.post(
            "/v1/runs/a/points",
            #"{"points":[{"step":1,"loss":3,"time":"2026-01-31T13:00:00.250+01:00"},"#
                + #"{"step":2,"loss":2,"time":1769860801}]}"#)
        #expect(
            try service.get("/v1/runs/a/points?format=rows").text
                == #"[{"step":1,"loss":3,"time":"2026-01-31T12:00:00.250Z","#
                + #""time_ms":1769860800250},"#
                + #"{"step":2,"loss":2,"time":"2026-01-31T12:00:01.000Z","time_ms":1769860801000}]"#
        )
        _ = try service.put("/v1/runs/b", #"{"study":"s","tags":{"k":"v"},"schedule":"hold:3"}"#)
        let rows = try service.get("/v1/runs?study=s&format=rows").json.elements
        #expect(rows.count == 1 && rows[0]["id"] == .string("b"))
        #expect(rows[0]["tags.k"] == .string("v") && rows[0]["time_ms"]?.double != nil)
        #expect(try service.get("/v1/runs/b?format=rows").json.elements == rows)
        #expect(try service.get("/v1/runs?format=table").status == 400)
    }

    @Test(arguments: Transport.allCases)
    func `unpacks gzip`(_ transport: Transport) throws {
        let service = try service(transport)
        let packed = gzip(Array("step,loss\n1,3\n2,2.5\n".utf8))
        let headers = ["Content-Type": "text/csv", "Content-Encoding": "gzip"]
        let answer = try service.send("POST", "/v1/runs/a/points", packed, headers: headers)
        #expect(answer.json["accepted"] == .integer(2), "\(answer.text)")

        let bomb = gzip([UInt8](repeating: 0x20, count: 3 << 20))
        let refused = try service.send("POST", "/v1/runs/a/points", bomb, headers: headers)
        #expect(refused.status == 413)
        #expect(
            refused.details == [
                "The body is larger than 1048576 bytes once unpacked; send it in several requests."
            ])
        // A bomb that does not say that it is one, and one inside another.
        let silent = ["Content-Type": "text/csv"]
        for (body, headers) in [(bomb, silent), (gzip(bomb), headers)] {
            let refused = try service.send("POST", "/v1/runs/a/points", body, headers: headers)
            #expect(refused.status == 413, "\(refused.text)")
        }
        #expect(try service.send("POST", "/v1/runs", bomb, headers: silent).status == 413)
        let cut = try service.send(
            "POST", "/v1/runs/a/points", Array(packed.dropLast(9)), headers: headers)
        #expect(cut.status == 400)
        #expect(
            cut.details == ["The body is damaged or cut-off gzip; compress it again."])
        #expect(try service.get("/v1/runs/a").json["point_count"] == .integer(2))
    }

    @Test(arguments: Transport.allCases)
    func `answers a range of steps as JSON, CSV or NDJSON`(_ transport: Transport) throws {
        let service = try service(transport)
        let points = (0..<10).map {
            #"{"step":\#($0),"loss":\#(10 - $0),"token_count":\#($0 * 5)}"#
        }
        _ = try service.post(
            "/v1/runs/a/points", #"{"points":[\#(points.joined(separator: ","))]}"#)
        let csv = try service.get("/v1/runs/a/points?from=3&to=4", accept: "text/csv")
        #expect(csv["Content-Type"] == "text/csv; charset=utf-8")
        #expect(csv.text == "step,loss,token_count\n3,7,15\n4,6,20\n")
        let lines = try service.get(
            "/v1/runs/a/points?from=8", accept: "application/x-ndjson;q=0.9, */*;q=0.1")
        #expect(
            lines.text == """
                {"step":8,"loss":2,"token_count":40}
                {"step":9,"loss":1,"token_count":45}

                """)
        #expect(try service.get("/v1/runs/a/points", accept: "*/*").json["run"] == .string("a"))
        #expect(try service.get("/v1/runs/a/points", accept: "image/png").status == 406)
    }

    @Test(arguments: Transport.allCases)
    func `thins a curve without losing its extremes`(_ transport: Transport) throws {
        let service = try service(transport)
        let rows = (0..<5_000).map { step in
            "\(step),\(step == 1_234 ? 99 : step == 4_001 ? 0.01 : 3.0)"
        }
        _ = try service.post(
            "/v1/runs/a/points", "step,loss\n" + rows.joined(separator: "\n"), type: "text/csv")
        let answer = try service.get("/v1/runs/a/points?max_points=50").json
        let points = try #require(answer["points"]?.elements)
        let steps = points.compactMap { $0["step"]?.double }
        #expect(points.count <= 50 && points.count > 20)
        #expect(answer["point_count"] == .integer(5_000) && answer["downsampled"] == .bool(true))
        #expect(steps.first == 0 && steps.last == 4_999 && steps == steps.sorted())
        #expect(steps.contains(1_234) && steps.contains(4_001))
    }

    @Test(arguments: Transport.allCases)
    func `takes and gives many points in pieces`(transport: Transport) throws {
        let service = try TestService(transport)
        #expect(try service.put("/v1/runs/long", "{}").status == 201)
        // More than two pieces, and no multiple of a piece.
        let steps = 0..<4_321
        let table = steps.map { "\($0),\(3 + Double($0) / 8)" }
        let csv = "step,loss\n" + table.joined(separator: "\n")
        let answer = try service.post("/v1/runs/long/points", csv, type: "text/csv")
        #expect(answer.json["accepted"]?.double == 4_321)
        #expect(answer.json["replaced"]?.double == 0)
        #expect(answer.json["last_step"]?.double == 4_320)
        let again = try service.post("/v1/runs/long/points", csv, type: "text/csv")
        #expect(again.json["replaced"]?.double == 4_321)
        guard transport == .inProcess else {
            // The test's client reads no chunks; that the server sends them is HTTPTests' to see.
            return
        }
        let points = try service.get("/v1/runs/long/points").json
        #expect(points["point_count"]?.double == 4_321)
        #expect(points["downsampled"] == .bool(false))
        let read = points["points"]?.elements ?? []
        #expect(read.compactMap { $0["step"]?.double } == steps.map { Double($0) })
        #expect(read.compactMap { $0["loss"]?.double } == steps.map { 3 + Double($0) / 8 })
        let thinned = try service.get("/v1/runs/long/points?max_points=3000").json
        #expect(thinned["downsampled"] == .bool(true))
        #expect((thinned["points"]?.elements.count ?? 0) > 2_000)
    }
}
