import Fitting

/// A predicted loss with its interval, or a difference of two.
package struct PlannedLoss: Codable, Sendable, Equatable {
    /// In the unit of the fitted runs.
    package var loss: Double
    /// Nil without an interval.
    package var lower: Double?
    package var upper: Double?

    package init(loss: Double, lower: Double? = nil, upper: Double? = nil) {
        self.loss = loss
        self.lower = lower
        self.upper = upper
    }

    /// One entry of a band.
    init(_ band: LawPredictor.Band, _ index: Int) {
        loss = band.losses[index]
        lower = band.lower?[index]
        upper = band.upper?[index]
    }
}
