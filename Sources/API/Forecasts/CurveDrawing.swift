import HTTP
import Laws
import Plots
import Store

/// `/v1/fits/{id}/curve.svg`: what `/curve` answers, drawn.
struct CurveDrawing {
    /// The parameter, beside those of a curve, that names a run.
    static let pointsOf = "points_of"

    let store: RunStore

    /// The response with a chart.
    ///
    /// - Parameters:
    ///   - payload: The curve.
    ///   - law: The law that predicted it.
    ///   - series: The loss that the law was fitted to, where it is not the main one.
    ///   - run: The run whose measured points are drawn as well.
    /// - Returns: SVG.
    /// - Throws: `HTTPError` for an unknown run, or one without the loss that the law predicts.
    func response(
        _ payload: CurvePayload, law: String, series: String?, pointsOf run: String?
    ) throws -> Response {
        let measured = try run.map { try self.measured($0, series: series) }
        let chart = payload.chart(law: law, loss: series, measured: measured)
        return .content(Array(chart.svg().utf8), type: "image/svg+xml")
    }

    private func measured(_ id: String, series: String?) throws -> MeasuredCurve {
        let run: Run
        do {
            run = try Run(store.run(id), points: store.points(id))
        } catch StoreError.runNotFound {
            throw HTTPError.field(
                .notFound, "/points_of",
                "There is no run \"\(id)\"; create it first, or check the id.")
        }
        guard let measured = MeasuredCurve(run, series: series) else {
            throw QueryReader.fault(
                Self.pointsOf,
                "points_of = \(id) has logged no \(series ?? "loss"); name another run.")
        }
        return measured
    }
}
