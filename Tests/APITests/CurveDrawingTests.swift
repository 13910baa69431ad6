import JSONText
import Testing

@testable import API

/// `/v1/fits/{id}/curve.svg`.
@Suite struct CurveDrawingTests {
    private static let schedule = "warmup:200@2e-3,cosine:3800@2e-4"

    private func fitted(_ transport: Transport) throws -> (service: TestService, path: String) {
        let service = try TestService(transport)
        _ = try Study.storeCurves(in: service, noise: 0.002)
        let fit = try service.post("/v1/fits", #"{"law":"lr-annealing","study":"study"}"#)
        let id = try #require(fit.json["id"]?.string, "\(fit.text)")
        return (service, "/v1/fits/\(id)/curve.svg")
    }

    @Test(arguments: Transport.allCases)
    func `draws what the curve answers`(_ transport: Transport) throws {
        let (service, path) = try fitted(transport)
        let plain = try service.get("\(path)?schedule=\(Self.schedule)")
        #expect(plain.status == 200 && plain["Content-Type"] == "image/svg+xml")
        #expect(plain.text.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
        for text in [
            "lr-annealing: predicted loss", "\(Self.schedule) (4000 steps)", "optimizer step",
            "loss (nats per token)", "learning rate", ">predicted<",
        ] {
            #expect(plain.text.contains(text), "\(text)")
        }
        #expect(!plain.text.contains("interval"))
        let sure = try service.get("\(path)?schedule=\(Self.schedule)&interval=0.8&every=100")
        #expect(sure.text.contains("80 % interval of the observation"))
        #expect(sure.text.utf8.count < plain.text.utf8.count)
    }

    @Test func `draws a run's measured points over the prediction`() throws {
        let (service, path) = try fitted(.inProcess)
        let drawn = try service.get(
            "\(path)?schedule=from:wsd-linear@1000,hold:500&points_of=wsd-linear")
        #expect(drawn.status == 200)
        #expect(drawn.text.contains("lr-annealing: loss predicted and measured"))
        #expect(drawn.text.contains("measured: wsd-linear"))
        #expect(drawn.text.count(of: "h0") > 20)
    }

    @Test func `refuses what it cannot draw`() throws {
        let (service, path) = try fitted(.inProcess)
        _ = try service.put("/v1/runs/empty", "{}")
        for (query, status, pointer, detail) in [
            ("", 400, "/schedule", "schedule is missing"),
            ("schedule=hold:9&points_of=none", 404, "/points_of", "There is no run \"none\""),
            (
                "schedule=hold:9&points_of=empty", 400, "/points_of",
                "points_of = empty has logged no loss; name another run."
            ),
            ("schedule=hold:9&pointsof=a", 400, "/pointsof", "pointsof is no parameter"),
        ] {
            let answer = try service.get("\(path)?\(query)")
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.pointers == [pointer])
            #expect(answer.details.first?.contains(detail) == true, "\(answer.text)")
        }
        #expect(try service.post("\(path)?schedule=hold:9", "{}").status == 405)
    }
}

extension String {
    fileprivate func count(of text: String) -> Int {
        ranges(of: text).count
    }
}
