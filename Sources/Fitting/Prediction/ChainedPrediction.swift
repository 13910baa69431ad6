import Laws
import Records

/// Predictions in a chain: from predicted losses on to the metric of a fitted `loss-to-metric`.
extension LawPredictor {
    /// The metrics of losses that another law predicts, with one interval for both steps.
    ///
    /// Two errors add up: that of the loss, carried through this law's curve, and that of the metric at
    /// a known loss. They are of different fits and count as independent, so that each side of the
    /// interval is the root of the sum of squares of both; where the curve is bent, the ends of the
    /// loss's interval bend with it.
    ///
    /// - Parameters:
    ///   - losses: The predicted losses.
    ///   - interval: The interval that they were asked with.
    /// - Returns: A metric per loss; not finite where there is no loss.
    /// - Throws: `FittingError.noMetric` where this law predicts no metric from a loss.
    package func metrics(of losses: Band, interval: Interval?) throws(FittingError) -> Band {
        guard law.about.observes == .metric, law.law.requiredFeatures == [.loss] else {
            throw .noMetric(
                law: law.about.id,
                able: LawCatalog.standard.laws.map { $0.about }.filter { $0.observes == .metric }
                    .map(\.id))
        }
        let known = losses.losses.indices.filter { losses.losses[$0].isFinite }
        var band = try predictions(
            at: known.map { LawInput(features: [.loss: losses.losses[$0]]) }, interval: interval)
        if let ends = try metricsAtEnds(of: losses, at: known), let lower = band.lower,
            let upper = band.upper
        {
            for (position, metric) in band.losses.enumerated() {
                let (low, high) = (ends.low[position], ends.high[position])
                let below = max(0, metric - min(low, high))
                let above = max(0, max(low, high) - metric)
                band.lower?[position] =
                    metric - (below * below + (metric - lower[position]).squared).squareRoot()
                band.upper?[position] =
                    metric + (above * above + (upper[position] - metric).squared).squareRoot()
            }
        } else {
            (band.lower, band.upper) = (nil, nil)
        }
        for index in Set([known.first, known.last].compactMap { $0 }).sorted() {
            for warning in warnings(for: [.loss: losses.losses[index]])
            where !band.warnings.contains(warning) { band.warnings.append(warning) }
        }
        func spread(_ values: [Double]) -> [Double] {
            var all = losses.losses.map { _ in Double.nan }
            for (position, index) in known.enumerated() { all[index] = values[position] }
            return all
        }
        return Band(
            losses: spread(band.losses), lower: band.lower.map(spread),
            upper: band.upper.map(spread), warnings: band.warnings)
    }

    /// The metrics at both ends of the losses' intervals; nil without intervals.
    private func metricsAtEnds(
        of losses: Band, at known: [Int]
    ) throws(FittingError) -> (low: [Double], high: [Double])? {
        guard let lower = losses.lower, let upper = losses.upper else { return nil }
        // An end may be 0, which no loss is.
        func inputs(_ ends: [Double]) -> [LawInput] {
            known.map { LawInput(features: [.loss: max(ends[$0], 1e-30)]) }
        }
        return (
            try predictions(at: inputs(lower), interval: nil).losses,
            try predictions(at: inputs(upper), interval: nil).losses
        )
    }
}

extension Double {
    fileprivate var squared: Double { self * self }
}
