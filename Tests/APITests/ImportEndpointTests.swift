import JSONText
import Testing

/// `/v1/imports`: logs in bodies.
struct ImportEndpointTests {
    private static let type = "application/octet-stream"
    private static let log = (0..<5).map { "iter \($0): loss 4.\($0), time 2.37ms, mfu 1.00%\n" }
        .joined()

    @Test(arguments: Transport.allCases)
    func `stores a log as it is and says what it found`(_ transport: Transport) throws {
        let service = try TestService(transport)
        let answer = try service.post(
            "/v1/imports?study=mine&run=first.log", Self.log, type: Self.type)
        #expect(answer.status == 200)
        #expect(answer.json["created"] == .integer(1) && answer.json["accepted"] == .integer(5))
        let file = answer.json["files"]?.elements.first
        #expect(file?["format"]?.string == "nanogpt")
        let series = file?["runs"]?.elements.first?["series"]?.elements.first
        #expect(series?["name"]?.string == "loss" && series?["points"] == .integer(5))
        let run = try service.get("/v1/runs/first")
        #expect(run.json["study"]?.string == "mine" && run.json["last_step"] == .integer(4))
        let again = try service.post("/v1/imports?run=first.log", Self.log, type: Self.type)
        #expect(again.json["updated"] == .integer(1) && again.json["replaced"] == .integer(5))
    }

    @Test func `stores nothing on a dry run, and refuses what is no log`() throws {
        let service = try TestService(.inProcess)
        let dry = try service.post("/v1/imports?dry_run", Self.log, type: Self.type)
        #expect(dry.status == 200 && dry.json["created"] == .integer(1))
        #expect(try service.get("/v1/runs/log").status == 404)
        let image = try service.post("/v1/imports", "GIF89a", type: Self.type)
        #expect(image.status == 400)
        #expect(image.details == ["the body is a GIF image, not a log."])
        let format = try service.post("/v1/imports?as=nothing", Self.log, type: Self.type)
        #expect(format.status == 400)
        let page = try service.send(
            "POST", "/v1/imports", Array(Self.log.utf8),
            headers: ["Origin": "http://elsewhere.example", "Host": "localhost"])
        #expect(page.status == 403)
    }
}
