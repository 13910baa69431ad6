import Foundation
import Laws
import Records
import Schedules
import TestSupport

/// A fit of synthetic curves in a running server, and the requests for its predictions.
struct StoredFit {
    /// The server answered a step of the preparation with another status than wanted.
    struct Failure: Error, CustomStringConvertible {
        var target: String
        var reply: String

        var description: String { "\(target): \(reply)" }
    }

    private let path: String

    /// Stores runs and points and fits the LR-annealing law to them.
    init(port: Int) throws {
        let client = try LoopbackClient(port: port, patience: 60)
        func post(_ target: String, _ body: [String: Any]) throws -> LoopbackClient.Reply {
            let bytes = try Array(JSONSerialization.data(withJSONObject: body))
            let reply = try client.request(
                "POST", target, headers: ["Content-Type": "application/json"], body: bytes)
            guard (200..<300).contains(reply.status) else {
                throw Failure(target: target, reply: reply.text)
            }
            return reply
        }
        for run in SpeedData.syntheticCurves() {
            guard let curve = run.curve, let schedule = run.schedule else { continue }
            _ = try post(
                "/v1/runs", ["id": run.id, "study": "bench", "schedule": schedule.specification])
            let points = zip(curve.steps, curve.losses).map {
                ["step": $0, "loss": $1] as [String: Any]
            }
            _ = try post("/v1/runs/\(run.id)/points", ["points": points])
        }
        let fit = try post("/v1/fits", ["law": "lr-annealing", "study": "bench"])
        guard fit.status == 201, let location = fit["location"] else {
            throw Failure(target: "/v1/fits", reply: "status \(fit.status) \(fit.text)")
        }
        path = location
    }

    /// A curve that no request of another number asks for.
    func curveRequest(number: Int) -> String {
        let peak = 3_000_000_000 + number
        return "GET \(path)/curve?schedule=warmup:2160@\(peak)e-13,cosine:21840@3e-5&every=100 "
            + "HTTP/1.1\r\nHost: localhost\r\n\r\n"
    }
}
