package import Fitting
package import Records

/// One predicted loss: what `GET /v1/fits/{id}/loss` answers.
package struct LossResponse: Sendable, Equatable, Codable {
    /// In the unit of the fitted runs; nil where the law says nothing.
    @Nullable package var loss: Double?
    @Nullable package var lower: Double?
    @Nullable package var upper: Double?
    /// The level of `lower` and `upper`; nil without them.
    @Nullable package var interval: Double?
    package var intervalOf: LawPredictor.Interval.Target?
    /// The metric at this loss, where a fit of one was named.
    package var metric: MetricResponse<Double>?
    package var warnings: [String]

    /// Predicts the loss of one finished run.
    ///
    /// - Parameters:
    ///   - predictor: The fitted law.
    ///   - features: The run's sizes.
    ///   - interval: The interval wanted; a fit that cannot give it answers a warning.
    ///   - then: A fitted law of a metric, to go on to.
    /// - Throws: `FittingError`.
    package init(
        predictor: LawPredictor, features: [Feature: Double],
        interval: LawPredictor.Interval? = LawPredictor.Interval(), then: LawPredictor? = nil
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
        guard let then else { return }
        let metric = try then.metrics(of: band, interval: interval)
        self.metric = MetricResponse(
            series: then.report.series, value: metric.losses[0], lower: metric.lower?[0],
            upper: metric.upper?[0])
        let more = metric.warnings + IntervalWarning.warnings(of: then, interval)
        warnings += more.filter { !warnings.contains($0) }
    }

    private static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
}

/// A metric that follows from predicted losses: a number, or one per step.
package struct MetricResponse<Value: Sendable & Equatable & Codable>: Sendable, Equatable, Codable {
    /// The metric that the fit was made for; nil for a published fit.
    package var series: String?
    /// Not finite, null in JSON, where no loss is predicted.
    package var value: Value
    /// Nil without an interval.
    package var lower: Value?
    package var upper: Value?
}
