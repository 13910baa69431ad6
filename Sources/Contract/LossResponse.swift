package import Fitting
package import Records

/// One predicted loss: what `GET /v1/fits/{id}/loss` answers.
package struct LossResponse: Sendable, Equatable, Codable {
    /// In the unit of the fitted runs; nil where the law says nothing.
    package var loss: Double?
    package var lower: Double?
    package var upper: Double?
    /// The level of `lower` and `upper`; nil without them.
    package var interval: Double?
    package var intervalOf: LawPredictor.Interval.Target?
    package var warnings: [String]

    /// Predicts the loss of one finished run.
    ///
    /// - Parameters:
    ///   - predictor: The fitted law.
    ///   - features: The run's sizes.
    ///   - interval: The interval wanted; a fit that cannot give it answers a warning.
    /// - Throws: `FittingError`.
    package init(
        predictor: LawPredictor, features: [Feature: Double],
        interval: LawPredictor.Interval? = LawPredictor.Interval()
    ) throws(FittingError) {
        let band = try predictor.loss(features: features, interval: interval)
        loss = band.losses.first.flatMap(Self.finite)
        lower = band.lower?.first.flatMap(Self.finite)
        upper = band.upper?.first.flatMap(Self.finite)
        self.interval = band.lower == nil ? nil : interval?.level
        intervalOf = band.lower == nil ? nil : interval?.target
        warnings =
            band.warnings + IntervalWarning.warnings(of: predictor, interval)
            + predictor.warnings(for: features)
        if loss == nil, band.warnings.isEmpty {
            warnings.append("the predicted loss is beyond the numbers that can be written")
        }
    }

    private static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        // The contract shows all four, so what is missing is null.
        try container.encode(loss, forKey: .loss)
        try container.encode(lower, forKey: .lower)
        try container.encode(upper, forKey: .upper)
        try container.encode(interval, forKey: .interval)
        try container.encodeIfPresent(intervalOf, forKey: .intervalOf)
        try container.encode(warnings, forKey: .warnings)
    }
}
