package import Contract
import Laws
package import Store

/// Forecasts of runs in a store, for a command that has the file open and no server.
///
///     let forecast = try StoreForecasts(store: store).forecast(of: "my-run")
package struct StoreForecasts: Sendable {
    private let forecasts: RunForecasts

    package init(store: RunStore) {
        forecasts = RunForecasts(
            backend: StoreBackend(store: store, catalog: .standard, cache: PredictorCache()))
    }

    /// The forecast that a server would answer.
    ///
    /// - Parameter id: The run.
    /// - Returns: The forecast; one without a loss where it is too early.
    /// - Throws: `StoreError`, `HTTPError` for a run without points or horizon, `FittingError`.
    package func forecast(of id: String) throws -> RunForecastResponse {
        try forecasts.forecast(id, ForecastRequest())
    }
}
