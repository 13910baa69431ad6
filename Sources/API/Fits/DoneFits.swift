import Fitting
import HTTP
import Laws
import Store

/// Stored fits that are done, ready to predict.
struct DoneFits: Sendable {
    let store: RunStore
    let catalog: LawCatalog
    let cache: PredictorCache

    /// The predictor of a fit.
    ///
    /// - Parameter id: The fit's id.
    /// - Returns: The predictor.
    /// - Throws: `StoreError.fitNotFound`, or `HTTPError` 409 for a fit that is not done.
    func predictor(_ id: String) throws -> LawPredictor {
        try cache.predictor(id) {
            let fit = try store.fit(id)
            guard let report = fit.report else {
                throw HTTPError(
                    .conflict,
                    detail: "Fit \"\(id)\" is \(fit.status.rawValue), only a fit that is done "
                        + "predicts; GET /v1/fits/\(id) shows how it stands.")
            }
            return try LawPredictor(
                report: JSONCoding.decode(FitReport.self, from: report.utf8), catalog: catalog)
        }
    }
}
