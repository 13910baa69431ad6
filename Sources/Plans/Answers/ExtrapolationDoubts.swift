import Fitting
import Schedules

extension PlanContext {
    /// What to doubt of a planned schedule, since nothing like it was fitted.
    ///
    /// A search looks for where its law promises most, so a plan says sooner than a prediction when
    /// it leaves the data: at any rate above or below those fitted, not at ten times one.
    func doubts(of schedule: LearningRateSchedule) -> [String] {
        let last = schedule.totalSteps - 1
        var doubts = predictor.warnings(for: schedule, features: features, through: last)
        guard let fitted = predictor.report.fittedRange?.learningRates else { return doubts }
        let peak = schedule.peakLearningRate
        // Far above is said already.
        if peak > fitted.upperBound, peak <= LawPredictor.extrapolationLimit * fitted.upperBound {
            doubts.append(
                "the rate goes up to \(PlanText.number(peak)), above "
                    + "\(PlanText.number(fitted.upperBound)), the highest that the law was fitted "
                    + "on; it does not know of rates at which training diverges")
        }
        let lowest = schedule.learningRate(at: last)
        if lowest < fitted.lowerBound {
            doubts.append(
                "the rate goes down to \(PlanText.number(lowest)), below "
                    + "\(PlanText.number(fitted.lowerBound)), the lowest at a point that the law "
                    + "was fitted on; what it promises there it has not seen")
        }
        return doubts
    }
}
