import Foundation
package import Laws
package import Schedules

extension LawPredictor {
    /// A loss somewhere along a schedule.
    package struct Prospect: Sendable {
        package var schedule: LearningRateSchedule
        package var step: Int

        package init(schedule: LearningRateSchedule, step: Int) {
            self.schedule = schedule
            self.step = step
        }

        /// The loss after the last step.
        package init(endOf schedule: LearningRateSchedule) {
            self.init(schedule: schedule, step: schedule.totalSteps - 1)
        }
    }

    /// How much higher one predicted loss is than another, pair by pair.
    ///
    /// The interval is the delta method's for the difference itself: with g and h the gradients of
    /// the two, its variance is (g − h)ᵀΣ(g − h), so that errors which both share cancel. Of an
    /// observation, it is of two futures of one run, whose curve lies off the law as
    /// `CurveScatter` has it: Δ in place of Σ where that is more. The noise of single points is no
    /// part of either.
    ///
    /// - Parameters:
    ///   - prospects: The losses.
    ///   - baselines: What each is compared with.
    ///   - features: What the law needs beside schedules.
    ///   - interval: The interval wanted, if any.
    /// - Returns: Differences in the loss's own unit.
    /// - Throws: `FittingError` when the law is not one of schedules or a feature is missing.
    package func differences(
        of prospects: [Prospect], from baselines: [Prospect], features: [Feature: Double],
        interval: Interval?
    ) throws(FittingError) -> Band {
        precondition(prospects.count == baselines.count, "a baseline for each")
        let both = prospects + baselines
        let fitted = try fitted(for: features)
        let (losses, jacobian) = try evaluated(
            both, fitted, features: features, slopes: interval != nil)
        let count = prospects.count
        var band = Band(losses: (0..<count).map { losses[$0] - losses[count + $0] })
        guard let interval, let covariance = fitted.covariance, let noise = fitted.noise else {
            return band
        }
        let quantile = Quantiles.studentT(
            0.5 + 0.5 * interval.level, degreesOfFreedom: noise.degreesOfFreedom)
        let scatter = interval.target == .observation ? noise.curveCovariance : nil
        let halves = (0..<count).map { pair in
            let gradient = law.parameters.indices.map { column in
                jacobian[column * both.count + pair] - jacobian[column * both.count + count + pair]
            }
            let ofRun = scatter.map { QuadraticForm.value($0, gradient) } ?? 0
            return quantile
                * max(0, ofRun, QuadraticForm.value(covariance, gradient)).squareRoot()
        }
        band.lower = zip(band.losses, halves).map { $0 - $1 }
        band.upper = zip(band.losses, halves).map { $0 + $1 }
        return band
    }

    private func evaluated(
        _ prospects: [Prospect], _ fitted: SizedParameters.Fitted, features: [Feature: Double],
        slopes: Bool
    ) throws(FittingError) -> (losses: [Double], jacobian: [Double]) {
        guard let first = prospects.first else { return ([], []) }
        // Checks law and features once for all.
        _ = try curve(
            schedule: first.schedule, features: features, steps: [first.step], interval: nil)
        let known: [Feature: Double]
        do throws(LawError) {
            known = try law.law.features(of: Run(id: "prediction", features: features))
        } catch {
            throw .law(error)
        }
        var evaluator = law.law.evaluator(
            for: prospects.map { prospect in
                LawInput(
                    features: known, areas: ScheduleAreas(prospect.schedule),
                    steps: [prospect.step])
            })
        var losses = Array(repeating: 0.0, count: prospects.count)
        var jacobian = Array(
            repeating: 0.0, count: slopes ? prospects.count * law.parameters.count : 0)
        fitted.values.withUnsafeBufferPointer { values in
            losses.withUnsafeMutableBufferPointer { losses in
                jacobian.withUnsafeMutableBufferPointer { jacobian in
                    evaluator.evaluate(
                        values, losses: losses, jacobian: slopes ? jacobian : nil)
                }
            }
        }
        return (losses, jacobian)
    }

    /// The fitted values in the law's own order, those of the run's model size where the fit has
    /// several.
    ///
    /// - Parameter features: What the law needs beside a schedule.
    /// - Returns: A value per parameter.
    /// - Throws: `FittingError` for a size that the fit does not know.
    package func parameterValues(
        for features: [Feature: Double]
    ) throws(FittingError) -> [Double] {
        try fitted(for: features).values
    }
}
