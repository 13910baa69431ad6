import Foundation
import JSONText

/// The ways there are to read and write JSON.
enum JSONWay: String, CaseIterable {
    case codable = "JSONDecoder, JSONEncoder"
    case serialization = "JSONSerialization"
    case ours = "JSONText"

    private struct Unreadable: Error {}

    /// Reads `{"points":[…]}`.
    func points(body: [UInt8]) throws -> [LoggedPoint] {
        switch self {
        case .codable:
            return try JSONDecoder().decode(LoggedPoint.Body.self, from: Data(body)).points
        case .serialization:
            let root = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
            guard let list = root?["points"] as? [Any] else { throw Unreadable() }
            return try list.map(Self.point)
        case .ours:
            guard case .array(let list) = try JSONParser.parse(body)["points"] else {
                throw Unreadable()
            }
            return try list.map(Self.point)
        }
    }

    /// Reads a point from every line.
    func points(lines bytes: [UInt8]) throws -> [LoggedPoint] {
        switch self {
        case .codable:
            let decoder = JSONDecoder()
            return try bytes.split(separator: 0x0A).map {
                try decoder.decode(LoggedPoint.self, from: Data($0))
            }
        case .serialization:
            return try bytes.split(separator: 0x0A).map {
                try Self.point(JSONSerialization.jsonObject(with: Data($0)))
            }
        case .ours:
            return try JSONLines.parse(bytes).map { try Self.point($0.value) }
        }
    }

    /// Writes a curve.
    func text(of curve: SampleCurve) throws -> [UInt8] {
        switch self {
        case .codable:
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return Array(try encoder.encode(curve))
        case .serialization:
            return Array(try JSONSerialization.data(withJSONObject: curve.dictionary))
        case .ours:
            return curve.written
        }
    }

    private static func point(_ object: Any) throws -> LoggedPoint {
        guard let members = object as? [String: Any], let step = members["step"] as? Int,
            let loss = members["loss"] as? Double, let rate = members["learning_rate"] as? Double
        else { throw Unreadable() }
        return LoggedPoint(step: step, loss: loss, learningRate: rate)
    }

    private static func point(_ value: JSONValue) throws -> LoggedPoint {
        guard case .integer(let step) = value["step"], let loss = value["loss"]?.double,
            let rate = value["learning_rate"]?.double
        else { throw Unreadable() }
        return LoggedPoint(step: step, loss: loss, learningRate: rate)
    }
}
