import API
import Fitting
import Laws
import Plots
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
        var points: [[String: Double?]]
    }

    /// Enough points for any plot.
    private static let plotPoints = 2_000

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
    /// - Parameters:
    ///   - id: The run's id.
    ///   - series: A further loss that is wanted in place of the main one.
    /// - Returns: What the run measured; it may have no points.
    /// - Throws: `ClientError`.
    func measuredCurve(of id: String, series: String?) throws(ClientError) -> MeasuredCurve {
        let key = series.map { "loss/\($0)" } ?? "loss"
        let points = try get(
            Points.self, ["v1", "runs", id, "points"],
            query: [("max_points", String(Self.plotPoints))]
        ).value.points
        return MeasuredCurve(
            run: id,
            points: points.compactMap { point in
                guard let step = point["step"] ?? nil, let loss = point[key] ?? nil else {
                    return nil
                }
                return PlotPoint(x: step, y: loss)
            })
    }
}
