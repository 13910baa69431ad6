import Foundation
import JSONText
import Laws
import Records
import Testing

@testable import API

/// The main road: runs in, a fit, a curve for a schedule that nobody trained out.
@Suite struct JourneyTests {
    private static let heldOut = "warmup:200@2e-3,hold:2800,linear:1000@2e-4"

    @Test(arguments: Transport.allCases)
    func `runs in, fit, and the curve of a schedule nobody trained out`(
        _ transport: Transport
    ) throws {
        let service = try TestService(transport)
        let runs = try Study.storeCurves(in: service)
        let fit = try service.post(
            "/v1/fits", #"{"law":"lr-annealing","study":"study","holdout":["wsd-linear"]}"#)
        #expect(fit.status == 201)
        let id = try #require(fit.json["id"]?.string)
        #expect(fit["Location"] == "/v1/fits/\(id)")
        #expect(fit.json["status"] == .string("done"))
        #expect(
            fit.json["runs"]?.elements.compactMap(\.string) == ["constant", "cosine", "two-stage"])
        let names = [
            "irreducible_loss", "area_coefficient", "area_exponent", "annealing_coefficient",
            "annealing_decay",
        ]
        for (name, expected) in zip(names, Study.curveParameters) {
            let value = try #require(fit.json.parameter(name))
            #expect(abs(value / expected - 1) < 1e-4, "\(name) = \(value)")
        }
        #expect(fit.json["holdout"]?["runs"]?.elements.first?["id"] == .string("wsd-linear"))
        let worst = try #require(
            fit.json["holdout"]?["average"]?["worst_relative_error"]?.double)
        #expect(worst < 1e-5)

        #expect(try service.get("/v1/fits/\(id)").body == fit.body)

        let curve = try service.get("/v1/fits/\(id)/curve?schedule=\(Self.heldOut)&every=20")
        #expect(curve.status == 200)
        #expect(curve.json["schedule"] == .string("warmup:200@2e-3,hold:2800,linear:1000@2e-4"))
        let steps = try #require(curve.json["steps"]?.numbers)
        let losses = try #require(curve.json["loss"]?.numbers)
        #expect(steps.first == 0 && steps.last == 3_999 && steps.count == 201)
        #expect(losses[0].isNaN, "before any learning the law says nothing")
        let measured = try #require(runs[3].curve)
        for (step, loss) in zip(measured.steps, measured.losses) {
            let index = try #require(steps.firstIndex(of: Double(step)))
            #expect(abs(losses[index] / loss - 1) < 1e-5)
        }
    }

    @Test(arguments: Transport.allCases)
    func `a table in, a fit, and the loss of a larger run out`(_ transport: Transport) throws {
        let service = try TestService(transport)
        let stored = try service.post(
            "/v1/runs?study=table", try Study.table(noise: 0.002), type: "text/csv")
        #expect(stored.status == 201)
        #expect(stored.json["created"] == .integer(60))
        let fit = try service.post("/v1/fits", #"{"law":"chinchilla","study":"table"}"#)
        #expect(fit.status == 201)
        let id = try #require(fit.json["id"]?.string)
        let answer = try service.get(
            "/v1/fits/\(id)/loss?parameter_count=7e10&token_count=1.4e12")
        #expect(answer.status == 200)
        let loss = try #require(answer.json["loss"]?.double)
        let expected = 1.8 + 480 / pow(7e10, 0.35) + 2100 / pow(1.4e12, 0.37)
        #expect(abs(loss / expected - 1) < 0.01)
        let lower = try #require(answer.json["lower"]?.double)
        let upper = try #require(answer.json["upper"]?.double)
        #expect(lower < loss && loss < upper)
        #expect(answer.json["interval"] == .number(0.9))
        let score = try service.get("/v1/fits/\(id)/score?study=table")
        #expect(score.json["runs"]?.elements.count == 1)
        let error = try #require(score.json["average"]?["mean_relative_error"]?.double)
        #expect(error < 0.003)
    }

    @Test func `runs, fits and curves survive a restart`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "isoloss.db").path()
        var id = ""
        var curve: [UInt8] = []
        do {
            let service = try TestService(.loopback, databasePath: path)
            _ = try Study.storeCurves(in: service)
            let fit = try service.post("/v1/fits", #"{"law":"lr-annealing","study":"study"}"#)
            id = try #require(fit.json["id"]?.string)
            curve = try service.get("/v1/fits/\(id)/curve?schedule=\(Self.heldOut)&interval").body
        }
        let service = try TestService(.inProcess, databasePath: path)
        #expect(try service.get("/v1/runs").json["runs"]?.elements.count == 4)
        #expect(
            try service.get("/v1/fits/\(id)/curve?schedule=\(Self.heldOut)&interval").body == curve)
    }
}
