import API
import Fitting
import Laws
import Schedules

/// What this program reads of a server's runs.
struct ServerRun: Decodable {
    var id: String
    var role: Run.Role?
    var schedule: ScheduleEcho?
    var features: [Feature: Double]

    /// A run of which only the id is known.
    init(id: String) {
        self.id = id
        features = [:]
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(String.self, forKey: Key(stringValue: "id"))
        // A role of another kind is no reason to refuse the list.
        role = try? container.decodeIfPresent(Run.Role.self, forKey: Key(stringValue: "role"))
        schedule = try container.decodeIfPresent(
            ScheduleEcho.self, forKey: Key(stringValue: "schedule"))
        features = [:]
        for feature in Feature.allCases {
            features[feature] = try container.decodeIfPresent(
                Double.self, forKey: Key(stringValue: feature.rawValue))
        }
    }
}

extension ServerClient {
    private struct Page: Decodable {
        var runs: [ServerRun]
        var nextCursor: String?

        private enum CodingKeys: String, CodingKey {
            case runs
            case nextCursor = "next_cursor"
        }
    }

    private struct Points: Decodable {
        struct Point: Decodable {
            var step: Int
            var loss: Double?
        }

        var points: [Point]
    }

    /// Enough marks for a plot.
    private static let plotPoints = 200

    /// The runs of a study.
    ///
    /// - Parameter study: The study's name.
    /// - Returns: All of them, page by page.
    /// - Throws: `ClientError`.
    func runs(ofStudy study: String) throws(ClientError) -> [ServerRun] {
        var runs: [ServerRun] = []
        var cursor: String?
        repeat {
            let page = try get(
                Page.self, ["v1", "runs"], query: [("study", study), ("cursor", cursor)]
            ).value
            runs += page.runs
            cursor = page.nextCursor
        } while cursor != nil
        return runs
    }

    /// One run.
    ///
    /// - Parameter id: The run's id.
    /// - Returns: The run without its points.
    /// - Throws: `ClientError`.
    func run(_ id: String) throws(ClientError) -> ServerRun {
        try get(ServerRun.self, ["v1", "runs", id]).value
    }

    /// The loss curve of a run, downsampled for a plot.
    ///
    /// - Parameter id: The run's id.
    /// - Returns: Steps and losses as points.
    /// - Throws: `ClientError`.
    func measuredCurve(of id: String) throws(ClientError) -> [LinePlot.Point] {
        let points = try get(
            Points.self, ["v1", "runs", id, "points"],
            query: [("max_points", String(Self.plotPoints))]
        ).value.points
        return points.compactMap { point in
            point.loss.map { LinePlot.Point(x: Double(point.step), y: $0) }
        }
    }
}
