import Fitting
import Laws
import Plots
import Records
import Schedules

/// A predicted loss with its interval, or a difference of two.
package struct PlannedLoss: Codable, Sendable, Equatable {
    /// In the unit of the fitted runs.
    package var loss: Double
    /// Nil without an interval, and where the data do not tell.
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
        lower = band.lower.map { $0[index] }.flatMap { $0.isFinite ? $0 : nil }
        upper = band.upper.map { $0[index] }.flatMap { $0.isFinite ? $0 : nil }
    }
}

extension PlannedLoss {
    /// Three cells: the loss and both ends.
    func cells(digits: Int, ends: Int = 5) -> [Table.Cell] {
        [
            .number(loss, digits: digits), .number(lower, digits: ends),
            .number(upper, digits: ends),
        ]
    }

    /// As in ` (2.02 to 2.16)`; empty without an interval.
    func ends(digits: Int) -> String {
        guard let lower, let upper else { return "" }
        return " (\(PlanText.number(lower, digits: digits)) to "
            + "\(PlanText.number(upper, digits: digits)))"
    }
}

extension PlanContext {
    /// The predicted loss after a schedule's last step; infinite where the law says nothing.
    ///
    /// - Throws: `FittingError`, or what ends the plan's budget.
    func finalLoss(of schedule: LearningRateSchedule) throws -> Double {
        try budget.check()
        let band = try predictor.curve(
            schedule: schedule, features: features, steps: [schedule.totalSteps - 1], interval: nil)
        return band.losses[0].isNaN ? .infinity : band.losses[0]
    }

    /// The refusal of a search whose law gives no loss above 0 where it would have to begin.
    var noLoss: PlanError {
        .refused(
            .noInteriorMinimum,
            "under this fit of \(predictor.law.about.id) the loss falls to 0 and below as the rate "
                + "comes down, and no schedule is best")
    }

    /// The same with the interval; `FittingError.nothingPredicted` where the law says nothing.
    func plannedLoss(of schedule: LearningRateSchedule) throws -> PlannedLoss {
        try budget.check()
        let band = try predictor.curve(
            schedule: schedule, features: features, steps: [schedule.totalSteps - 1],
            interval: interval)
        guard band.losses[0].isFinite else {
            throw FittingError.nothingPredicted(law: predictor.law.about.id)
        }
        return PlannedLoss(band, 0)
    }

    /// Warnings about a planned schedule, since nothing like it was fitted.
    ///
    /// A search looks for where its law promises most, so a plan says sooner than a prediction when
    /// it leaves the data: at any rate above or below those fitted, not at ten times one.
    func warnings(of schedule: LearningRateSchedule) -> [String] {
        let last = schedule.totalSteps - 1
        var warnings = predictor.warnings(for: schedule, features: features, through: last)
        guard let fitted = predictor.report.fittedRange?.learningRates else { return warnings }
        let peak = schedule.peakLearningRate
        // Far above is said already.
        if peak > fitted.upperBound, peak <= LawPredictor.extrapolationLimit * fitted.upperBound {
            warnings.append(
                "the rate goes up to \(PlanText.number(peak)), above "
                    + "\(PlanText.number(fitted.upperBound)), the highest that the law was fitted "
                    + "on; it does not know of rates at which training diverges")
        }
        let lowest = schedule.learningRate(at: last)
        if lowest < fitted.lowerBound {
            warnings.append(
                "the rate goes down to \(PlanText.number(lowest)), below "
                    + "\(PlanText.number(fitted.lowerBound)), the lowest at a point that the law "
                    + "was fitted on; what it promises there it has not seen")
        }
        return warnings
    }
}
