extension LawPredictor.Interval {
    /// The level taken when an interval is asked for without one.
    package static let standardLevel = 0.9
}

/// What an answer says when it was asked for an interval that its fit cannot give.
package enum IntervalWarning {
    /// The sentence.
    package static let missing =
        "the fit carries no covariance and noise, so there is no interval; fit again to get one"

    /// The warning for an interval, if there is reason for one.
    package static func warnings(
        of predictor: LawPredictor, _ interval: LawPredictor.Interval?
    ) -> [String] {
        interval != nil && !predictor.hasIntervals ? [missing] : []
    }
}
