import API
import Fitting
import Laws
import Plans

extension ServerClient {
    /// The body of `POST /v1/fits/{id}/plan`.
    struct PlanRequest: Encodable {
        var kind: String
        var run: String?
        var options: [String: String]
        var interval: LawPredictor.Interval
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
            try container.encode(kind, forKey: Key("kind"))
            try container.encodeIfPresent(run, forKey: Key("run"))
            try container.encode(interval.level, forKey: Key("interval"))
            try container.encode(interval.target.rawValue, forKey: Key("interval_of"))
            for (name, value) in options { try container.encode(value, forKey: Key(name)) }
            for (feature, value) in features {
                try container.encode(value, forKey: Key(feature.rawValue))
            }
        }
    }

    /// A plan from a fit on the server.
    ///
    /// - Parameters:
    ///   - kind: The kind of plan.
    ///   - id: The fit's id.
    ///   - request: What is asked.
    /// - Returns: The plan, and the body it was read from.
    /// - Throws: `ClientError`, or what the encoding throws.
    func plan<Kind: PlanKind>(
        _ kind: Kind.Type, ofFit id: String, _ request: PlanRequest
    ) throws -> (result: Kind.Result, body: [UInt8]) {
        let path = ["v1", "fits", id, "plan"]
        let answer = try send("POST", path, body: JSONCoding.encode(request)).body
        return (try decode(Kind.Result.self, from: answer, at: path), answer)
    }
}
