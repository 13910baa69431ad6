import JSONText
import Testing

@testable import API

/// Everything that is refused: with a status, a place and a sentence, and with nothing stored.
@Suite struct BadInputTests {
    private static let all =
        BadInput.runs + BadInput.schedules + BadInput.points + BadInput.lines + BadInput.fits

    /// A service with one run, whose points are enough for no fit.
    private static func service(_ transport: Transport) throws -> TestService {
        let service = try TestService(transport)
        _ = try service.put(
            "/v1/runs/known", #"{"study":"s","schedule":"warmup:10@1e-3,hold:90"}"#)
        _ = try service.post("/v1/runs/known/points", #"{"points":[{"step":50,"loss":3}]}"#)
        return service
    }

    private static func stored(in service: TestService) throws -> [String] {
        try ["/v1/runs", "/v1/runs/known/points", "/v1/fits"].map { try service.get($0).text }
    }

    @Test(arguments: Transport.allCases)
    func `each is refused by name and leaves nothing behind`(_ transport: Transport) throws {
        let service = try Self.service(transport)
        let before = try Self.stored(in: service)
        for input in Self.all {
            let answer = try service.send(
                input.method, input.path, Array(input.body.utf8),
                headers: ["Content-Type": input.type])
            let context = "\(input.name): \(answer.text)"
            #expect(answer.status == input.status, "\(context)")
            #expect(answer["Content-Type"] == "application/problem+json", "\(context)")
            #expect(answer.json["status"]?.double == Double(input.status), "\(context)")
            #expect(answer.pointers.first == input.pointer, "\(context)")
            #expect(answer.details.first?.contains(input.detail) == true, "\(context)")
        }
        #expect(try Self.stored(in: service) == before)
    }

    @Test func `every bad value of a batch is named`() throws {
        let service = try Self.service(.inProcess)
        let answer = try service.post(
            "/v1/runs/known/points",
            #"{"points":[{"step":1,"loss":0},{"step":2,"loss":3},{"step":-3,"loss":"x"}]}"#)
        #expect(answer.pointers == ["/points/0/loss", "/points/2/step", "/points/2/loss"])
        #expect(
            answer.json["detail"]?.string
                == "Nothing was stored. 3 values are wrong, the first at /points/0/loss: "
                + "loss = 0, must be a finite number above 0.")
    }

    @Test(arguments: [
        ("/v1/fits", #"{"law":"lr-annealing","runs":["known"],"seed":-1}"#),
        ("/v1/fits/any/curve", #"{"schedule":"hold:9","every":0}"#),
    ])
    func `only what would store something says that nothing was`(
        _ path: String, _ body: String
    ) throws {
        let answer = try Self.service(.inProcess).post(path, body)
        #expect(answer.status == 422)
        #expect(answer.json["detail"]?.string?.hasPrefix("/") == true, "\(answer.text)")
    }

    @Test func `of a thousand bad values a hundred are listed`() throws {
        let service = try Self.service(.inProcess)
        let points = (0..<1_000).map { #"{"step":\#($0),"loss":-1}"# }
        let answer = try service.post(
            "/v1/runs/known/points", #"{"points":[\#(points.joined(separator: ","))]}"#)
        #expect(answer.pointers.count == 100)
        #expect(answer.json["detail"]?.string?.contains("1000 values are wrong") == true)
    }

    @Test func `a body over the limit is refused`() throws {
        // The socket's own parser refuses it, so that there is nothing to see in process.
        let service = try TestService(.loopback, bodyLimit: 1_000)
        let body = #"{"recipe":"\#(String(repeating: "x", count: 2_000))"}"#
        let answer = try service.put("/v1/runs/a", body)
        #expect(answer.status == 413)
        #expect(
            answer.details == ["The body is larger than 1000 bytes; send it in several requests."])
    }
}
