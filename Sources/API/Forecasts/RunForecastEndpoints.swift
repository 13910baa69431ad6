import Contract
import HTTP
import Plots

/// `/v1/runs/{id}/forecast`, `/forecast.svg` and `/forecast.txt`: the rest of a run.
struct RunForecastEndpoints: Sendable {
    let forecasts: RunForecasts

    func register(in router: inout Router) {
        router.on(.get, "/v1/runs/{id}/forecast", .heavy(2)) { request, place in
            let format = try ResponseFormat(acceptedBy: request)
            let asked = try request.query.read(RowsRequest(ForecastRequest()))
            let answer = try forecasts.forecast(place["id"], asked.request)
            return try format.response(table: answer.table, isRows: asked.isRows) {
                try JSONAnswer.bytes(of: answer, known: ["curve"])
            }
        }
        router.on(.get, "/v1/runs/{id}/forecast.svg", .heavy(2)) { request, place in
            let id = place["id"]
            let answer = try forecast(request, id)
            let run = try forecasts.backend.run(id)
            let chart = answer.chart(measured: MeasuredCurve(run, series: nil))
            return .picture(of: chart)
        }
        router.on(.get, "/v1/runs/{id}/forecast.txt", .heavy(2)) { request, place in
            let answer = try forecast(request, place["id"])
            return .text(VisibleText.escaped(answer.line) + "\n")
        }
    }

    private func forecast(_ request: Request, _ id: String) throws -> RunForecastResponse {
        try forecasts.forecast(id, request.query.read(ForecastRequest()))
    }
}
