import API
import Fitting
import Foundation

/// The body of `POST /v1/fits`.
struct FitSubmission: Encodable {
    var request: FitRequest
    var runs: [String]
    /// Runs to judge the fit on.
    var holdout: [String] = []

    private enum CodingKeys: String, CodingKey {
        case law
        case runs
        case holdout
        case series
        case objective
        case options
        case fixed
        case excludeHighest = "exclude_highest"
        case fromStep = "from_step"
        case seed
        case uncertainty
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(request.law, forKey: .law)
        try container.encode(runs, forKey: .runs)
        if !holdout.isEmpty { try container.encode(holdout, forKey: .holdout) }
        try container.encodeIfPresent(request.series, forKey: .series)
        try container.encode(request.objective, forKey: .objective)
        try container.encode(request.options, forKey: .options)
        try container.encode(request.fixed, forKey: .fixed)
        if request.excludeHighest > 0 {
            try container.encode(request.excludeHighest, forKey: .excludeHighest)
        }
        try container.encodeIfPresent(request.fromStep, forKey: .fromStep)
        try container.encode(request.seed, forKey: .seed)
        try container.encode(request.uncertainty.text, forKey: .uncertainty)
    }
}

extension ServerClient {
    /// How a fit stands while it is not done.
    private struct Status: Decodable {
        var id: String?
        var status: String
        var progress: Double?
        var error: Failure?

        struct Failure: Decodable {
            var detail: String?
        }
    }

    /// Between two looks at a fit that is not done.
    private static let pollSeconds: TimeInterval = 0.2

    /// Fits on the server and waits for the answer.
    ///
    /// - Parameters:
    ///   - submission: What to fit.
    ///   - progress: Told how far the server says it is, 0 to 1.
    /// - Returns: The fit's JSON.
    /// - Throws: `ClientError`, or what the encoding throws.
    func fit(_ submission: FitSubmission, progress: (Double) -> Void) throws -> [UInt8] {
        let body = try JSONCoding.encode(submission)
        var answer = try send("POST", ["v1", "fits"], body: body).body
        while true {
            let status = try decode(Status.self, from: answer, at: ["v1", "fits"])
            switch status.status {
            case "done":
                return answer
            case "queued", "running":
                guard let id = status.id else { throw ClientError.notIsoloss(url: "/v1/fits") }
                progress(status.progress ?? 0)
                Thread.sleep(forTimeInterval: Self.pollSeconds)
                answer = try get(["v1", "fits", id])
            default:
                throw ClientError.fitFailed(
                    id: status.id ?? "-", reason: status.error?.detail ?? status.status)
            }
        }
    }
}
