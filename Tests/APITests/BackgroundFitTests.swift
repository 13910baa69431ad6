import Foundation
import JSONText
import Testing

@testable import API

/// Fits that take longer than a client is kept waiting.
@Suite struct BackgroundFitTests {
    private func service(_ transport: Transport, threads: Int = 2) throws -> TestService {
        let service = try TestService(
            transport, catalog: SlowLaw.catalog, patience: .milliseconds(20), threads: threads)
        _ = try service.post("/v1/runs?study=s", try Study.table(), type: "text/csv")
        return service
    }

    /// A fit that runs until its gate opens, or until it is cancelled.
    private func startFit(
        _ service: TestService, gate: String = "shut"
    ) throws -> (id: String, answer: Answer) {
        let answer = try service.post(
            "/v1/fits", #"{"law":"slow","study":"s","options":{"gate":"\#(gate)"}}"#)
        #expect(answer.status == 202, "\(answer.text)")
        return (try #require(answer.json["id"]?.string), answer)
    }

    private func finalStatus(of id: String, _ service: TestService) throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let answer = try service.get("/v1/fits/\(id)")
            let status = answer.json["status"]?.string ?? ""
            if !["queued", "running"].contains(status) { return answer }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return try service.get("/v1/fits/\(id)")
    }

    @Test(arguments: Transport.allCases)
    func `a long fit is answered by 202 and found when it is done`(_ transport: Transport) throws {
        let service = try service(transport)
        let gate = "done-\(transport)"
        let (id, answer) = try startFit(service, gate: gate)
        #expect(answer["Location"] == "/v1/fits/\(id)")
        #expect(["queued", "running"].contains(answer.json["status"]?.string))
        let progress = try #require(answer.json["progress"]?.double)
        #expect((0...1).contains(progress))
        #expect(answer.json["law"] == .string("slow"))
        let early = try service.get("/v1/fits/\(id)/loss?parameter_count=1&token_count=1")
        #expect(early.status == 409)
        #expect(early.details.first?.contains("only a fit that is done predicts") == true)

        SlowLaw.open(gate)
        let done = try finalStatus(of: id, service)
        #expect(done.json["status"] == .string("done"), "\(done.text)")
        #expect(done.json["id"] == .string(id))
        #expect(done.json.parameter("irreducible_loss") != nil)
        let listed = try service.get("/v1/fits").json["fits"]?.elements
        #expect(listed?.first?["status"] == .string("done"))
        #expect(listed?.first?["progress"] == .integer(1))
    }

    @Test(arguments: Transport.allCases)
    func `a fit that runs can be cancelled, and then deleted`(_ transport: Transport) throws {
        let service = try service(transport)
        let gate = "cancel-\(transport)"
        let (id, _) = try startFit(service, gate: gate)
        #expect(try service.delete("/v1/fits/\(id)").status == 204)
        SlowLaw.open(gate)
        let answer = try service.get("/v1/fits/\(id)")
        #expect(answer.json["status"] == .string("cancelled"))
        #expect(answer.json["finished_at"]?.string != nil)
        #expect(try service.delete("/v1/fits/\(id)").status == 204)
        #expect(try service.get("/v1/fits/\(id)").status == 404)
    }

    @Test func `fits wait for a thread, and a quick bad order is refused meanwhile`() throws {
        let service = try service(.inProcess, threads: 1)
        let (first, _) = try startFit(service, gate: "queue")
        let (second, answer) = try startFit(service, gate: "queue")
        #expect(answer.json["status"] == .string("queued"))
        let refused = try service.post("/v1/fits", #"{"law":"chinchilla","runs":["row-0"]}"#)
        #expect(refused.status == 422)
        #expect(try service.delete("/v1/fits/\(first)").status == 204)
        #expect(try service.delete("/v1/fits/\(second)").status == 204)
        SlowLaw.open("queue")
    }

    @Test func `a stopping service marks its fits as interrupted`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "isoloss.db").path()
        var id = ""
        do {
            let service = try TestService(
                .loopback, catalog: SlowLaw.catalog, patience: .milliseconds(20),
                databasePath: path)
            _ = try service.post("/v1/runs?study=s", try Study.table(), type: "text/csv")
            id = try startFit(service).id
        }
        let service = try TestService(.inProcess, databasePath: path)
        let fit = try service.get("/v1/fits/\(id)").json
        #expect(fit["status"] == .string("failed"))
        #expect(fit["error"]?["reason"] == .string("interrupted"))
    }
}
