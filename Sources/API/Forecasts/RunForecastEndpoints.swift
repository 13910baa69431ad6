import Contract
import HTTP
import Plots

/// `/v1/runs/{id}/forecast`, `/forecast.svg` and `/forecast.txt`: the rest of a run.
struct RunForecastEndpoints: Sendable {
    let forecasts: RunForecasts

    func register(in router: inout Router) {
        router.on(.get, "/v1/runs/{id}/forecast", .heavy(2)) { request, place in
            let format = try ResponseFormat(acceptedBy: request)
            let answer = try forecast(request, place["id"], beside: [RowFormat.name])
            if try RowFormat.isAsked(in: request.query) {
                return .json(RowFormat.bytes(of: answer.table))
            }
            return try format.response(table: answer.table) {
                try JSONAnswer.bytes(of: answer, known: ["curve"])
            }
        }
        router.on(.get, "/v1/runs/{id}/forecast.svg", .heavy(2)) { request, place in
            let id = place["id"]
            let answer = try forecast(request, id)
            let chart = answer.chart(measured: try forecasts.measured(id))
            return .content(Array(chart.svg().utf8), type: "image/svg+xml")
        }
        router.on(.get, "/v1/runs/{id}/forecast.txt", .heavy(2)) { request, place in
            let answer = try forecast(request, place["id"])
            return .text(VisibleText.escaped(answer.line) + "\n")
        }
    }

    private func forecast(
        _ request: Request, _ id: String, beside others: [String] = []
    ) throws -> RunForecastResponse {
        var asked = ForecastRequest()
        try QueryFields.read(request.query.pairs, into: &asked, beside: others)
        return try forecasts.forecast(id, asked)
    }
}
