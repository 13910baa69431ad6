import Foundation

/// How far predictions are from what was measured, in the loss's own unit or as fractions.
package struct Metrics: Sendable, Equatable, Codable {
    /// 1 − Σ(observed − predicted)²/Σ(observed − mean observed)²; nil where nothing varies.
    package var r2: Double?
    package var mae: Double
    package var rmse: Double
    /// Mean of |observed − predicted|/observed.
    package var meanRelativeError: Double
    /// Largest |observed − predicted|/observed.
    package var worstRelativeError: Double

    private enum CodingKeys: String, CodingKey {
        case r2
        case mae
        case rmse
        case meanRelativeError = "mean_relative_error"
        case worstRelativeError = "worst_relative_error"
    }

    package init(
        r2: Double?, mae: Double, rmse: Double, meanRelativeError: Double,
        worstRelativeError: Double
    ) {
        self.r2 = r2
        self.mae = mae
        self.rmse = rmse
        self.meanRelativeError = meanRelativeError
        self.worstRelativeError = worstRelativeError
    }

    /// Compares predictions with measurements, point by point.
    package init(observed: [Double], predicted: [Double]) {
        let count = Double(observed.count)
        let mean = observed.reduce(0, +) / count
        var (squares, spread, absolute, relative, worst) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (observed, predicted) in zip(observed, predicted) {
            let error = abs(observed - predicted)
            squares += error * error
            spread += (observed - mean) * (observed - mean)
            absolute += error
            relative += error / observed
            worst = max(worst, error / observed)
        }
        r2 = spread > 0 ? 1 - squares / spread : nil
        mae = absolute / count
        rmse = (squares / count).squareRoot()
        meanRelativeError = relative / count
        worstRelativeError = worst
    }

    /// The unweighted average over runs.
    package static func average(_ all: [Metrics]) -> Metrics {
        let count = Double(all.count)
        let withSpread = all.compactMap(\.r2)
        func mean(_ value: (Metrics) -> Double) -> Double {
            all.reduce(0) { $0 + value($1) } / count
        }
        return Metrics(
            r2: withSpread.isEmpty ? nil : withSpread.reduce(0, +) / Double(withSpread.count),
            mae: mean(\.mae), rmse: mean(\.rmse), meanRelativeError: mean(\.meanRelativeError),
            worstRelativeError: mean(\.worstRelativeError))
    }
}
