import API
import Fitting
import Laws
import Schedules

extension ServerClient {
    /// The body of `POST /v1/fits/{id}/curve`.
    private struct CurveRequest: Encodable {
        var schedule: ScheduleOrder
        var every: Int?
        var interval: Double
        var intervalOf: String
        var features: [Feature: Double]

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }

            init(_ name: String) {
                stringValue = name
            }

            init?(stringValue: String) {
                self.init(stringValue)
            }

            init?(intValue: Int) { nil }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(schedule, forKey: Key("schedule"))
            try container.encodeIfPresent(every, forKey: Key("every"))
            try container.encode(interval, forKey: Key("interval"))
            try container.encode(intervalOf, forKey: Key("interval_of"))
            for (feature, value) in features {
                try container.encode(value, forKey: Key(feature.rawValue))
            }
        }
    }

    /// A fit that is done.
    ///
    /// - Parameter id: The fit's id.
    /// - Returns: The fit.
    /// - Throws: `ClientError`, or `UsageError.unfinishedFit`.
    func finishedFit(_ id: String) throws -> FitReport {
        try FitFile.report(from: get(["v1", "fits", id]), named: id)
    }

    /// The predicted curve of a schedule.
    ///
    /// - Parameters:
    ///   - id: The fit's id.
    ///   - schedule: The learning rates; sent in the body, since a list fits in no URL.
    ///   - features: What the law needs beside them.
    ///   - every: The spacing of the steps.
    ///   - interval: The interval wanted.
    /// - Returns: The curve, and the body it was read from.
    /// - Throws: `ClientError`, or what the encoding throws.
    func curve(
        ofFit id: String, schedule: ScheduleOrder, features: [Feature: Double], every: Int?,
        interval: LawPredictor.Interval
    ) throws -> (payload: CurvePayload, body: [UInt8]) {
        let path = ["v1", "fits", id, "curve"]
        let body = try JSONCoding.encode(
            CurveRequest(
                schedule: schedule, every: every, interval: interval.level,
                intervalOf: interval.target.rawValue, features: features))
        let answer = try send("POST", path, body: body).body
        return (try decode(CurvePayload.self, from: answer, at: path), answer)
    }

    /// The predicted loss of one finished run.
    ///
    /// - Parameters:
    ///   - id: The fit's id.
    ///   - features: The run's sizes.
    ///   - interval: The interval wanted.
    /// - Returns: The loss, and the body it was read from.
    /// - Throws: `ClientError`.
    func loss(
        ofFit id: String, features: [Feature: Double], interval: LawPredictor.Interval
    ) throws(ClientError) -> (payload: LossPayload, body: [UInt8]) {
        let sizes = features.map { ($0.key.rawValue, String?.some(NumberText.exact($0.value))) }
        let answer = try get(
            LossPayload.self, ["v1", "fits", id, "loss"],
            query: sizes.sorted { $0.0 < $1.0 } + [
                ("interval", NumberText.exact(interval.level)),
                ("interval_of", interval.target.rawValue),
            ])
        return (answer.value, answer.body)
    }

    /// What a score is of: runs by name, or those of a study, which may be more than a URL can name.
    enum ScoredRuns {
        case named([String])
        case study(String, role: Run.Role?)

        fileprivate var query: [(String, String?)] {
            switch self {
            case .named(let ids): [("runs", ids.joined(separator: ","))]
            case .study(let name, let role): [("study", name), ("role", role?.rawValue)]
            }
        }
    }

    /// Metrics of runs under a fit.
    ///
    /// - Parameters:
    ///   - id: The fit's id.
    ///   - runs: Which runs.
    /// - Returns: The score, and the body it was read from.
    /// - Throws: `ClientError`.
    func score(
        ofFit id: String, runs: ScoredRuns
    ) throws(ClientError) -> (report: ScoreReport, body: [UInt8]) {
        let answer = try get(
            ScoreReport.self, ["v1", "fits", id, "score"], query: runs.query)
        return (answer.value, answer.body)
    }
}
