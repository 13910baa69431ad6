import API
import Contract
import Records
import Store

/// The place that followed runs go to: a database or a server.
///
/// Every call can be repeated: what was stored is stored again, and nothing else changes.
protocol FollowTarget {
    /// Stores a run's metadata.
    func put(_ run: Run) throws

    /// Stores points, after dropping what stands from the first one's step on where asked to.
    func append(_ points: [Point], to id: String, rewinds: Bool) throws

    /// The forecast of a run's end.
    func forecast(of id: String) throws -> RunForecastResponse
}

/// A database file, which a server may have open as well.
struct StoreTarget: FollowTarget {
    private let store: RunStore
    private let forecasts: RunForecasts

    init(path: String) throws {
        store = try RunStore(path: path, as: .guest)
        forecasts = RunForecasts(store: store)
    }

    func put(_ run: Run) throws {
        var run = run
        run.points = []
        try store.upsertRun(run)
    }

    func append(_ points: [Point], to id: String, rewinds: Bool) throws {
        try store.appendPoints(id, points, rewinds: rewinds)
    }

    func forecast(of id: String) throws -> RunForecastResponse { try forecasts.forecast(id) }
}

/// A server.
struct ServerTarget: FollowTarget {
    let client: ServerClient

    func put(_ run: Run) throws { try client.put(run) }

    func append(_ points: [Point], to id: String, rewinds: Bool) throws {
        try client.append(points, to: id, rewinds: rewinds)
    }

    func forecast(of id: String) throws -> RunForecastResponse {
        try client.get(RunForecastResponse.self, ["v1", "runs", id, "forecast"])
    }
}
