package import Fitting
import Laws
package import Plots
package import Records
package import Schedules

/// A predicted curve: what `/v1/fits/{id}/curve` answers and `isoloss predict` prints.
///
/// Every array has one entry per step. `loss`, `lower` and `upper` are not finite where the law says
/// nothing (before any learning, where S1 = 0), which JSON shows as null.
package struct CurveResponse: Sendable, Equatable, Codable {
    package var schedule: LearningRateSchedule
    package var every: Int
    package var steps: [Int]
    /// In the unit of the fitted runs.
    package var loss: [Double]
    /// Nil without an interval.
    package var lower: [Double]?
    package var upper: [Double]?
    package var learningRate: [Double]
    /// The level of `lower` and `upper`.
    package var interval: Double?
    package var intervalOf: LawPredictor.Interval.Target?
    /// The metric at these losses, where a fit of one was named.
    package var metric: MetricResponse<[Double]>?
    package var warnings: [String]

    /// Predicts the curve of a schedule.
    ///
    /// - Parameters:
    ///   - predictor: The fitted law.
    ///   - schedule: The learning rates.
    ///   - features: What the law needs beside them.
    ///   - every: The spacing of the steps; nil takes one that gives at most 500 points.
    ///   - interval: The interval wanted, if any; a fit that cannot give it answers a warning.
    ///   - log: What the run has logged so far, where it is one that goes on.
    ///   - then: A fitted law of a metric, to go on to.
    /// - Throws: `CurveRequestError` for the spacing, `FittingError` for the rest.
    package init(
        predictor: LawPredictor, schedule: LearningRateSchedule, features: [Feature: Double] = [:],
        every: Int? = nil, interval: LawPredictor.Interval? = nil, after log: LossCurve? = nil,
        then: LawPredictor? = nil
    ) throws {
        let (spacing, steps) = try CurveSteps.steps(every: every, totalSteps: schedule.totalSteps)
        let band = try predictor.curve(
            schedule: schedule, features: features, steps: steps, interval: interval, after: log)
        self.schedule = schedule
        self.every = spacing
        self.steps = steps
        loss = band.losses
        lower = band.lower
        upper = band.upper
        learningRate = steps.map { schedule.learningRate(at: $0) }
        self.interval = band.lower == nil ? nil : interval?.level
        intervalOf = band.lower == nil ? nil : interval?.target
        warnings =
            schedule.warnings + band.warnings + IntervalWarning.warnings(of: predictor, interval)
            + predictor.warnings(for: schedule, features: features, through: steps.last ?? 0)
        if band.warnings.isEmpty { warnings += unsaid }
        guard let then else { return }
        let metric = try then.metrics(of: band, interval: interval)
        self.metric = MetricResponse(
            series: then.report.series, value: metric.losses, lower: metric.lower,
            upper: metric.upper)
        let more = metric.warnings + IntervalWarning.warnings(of: then, interval)
        warnings += more.filter { !warnings.contains($0) }
    }

    /// The curve without its first steps, and without a metric.
    ///
    /// - Parameter step: The first step that stays.
    /// - Returns: The rest, with the same warnings.
    package func from(_ step: Int) -> CurveResponse {
        var rest = self
        let first = steps.firstIndex { $0 >= step } ?? steps.endIndex
        rest.steps = Array(steps[first...])
        rest.loss = Array(loss[first...])
        rest.lower = lower.map { Array($0[first...]) }
        rest.upper = upper.map { Array($0[first...]) }
        rest.learningRate = Array(learningRate[first...])
        rest.metric = nil
        return rest
    }

    /// Warnings of numbers that no JSON can hold.
    private var unsaid: [String] {
        // Before any learning there is no loss to predict; that is no reason to warn.
        let start = loss.firstIndex(where: \.isFinite) ?? 0
        guard let first = loss.indices[start...].first(where: { !loss[$0].isFinite }) else {
            return []
        }
        return [
            "the predicted loss is beyond the numbers that can be written from step "
                + "\(steps[first]) on, and null there"
        ]
    }

    /// One row per step.
    package var table: Table {
        var columns: [(name: String, values: [Double])] = [("loss", loss)]
        if let lower, let upper { columns += [("lower", lower), ("upper", upper)] }
        columns.append(("learning_rate", learningRate))
        if let metric {
            columns.append(("metric", metric.value))
            if let lower = metric.lower, let upper = metric.upper {
                columns += [("metric_lower", lower), ("metric_upper", upper)]
            }
        }
        return Table(
            header: ["step"] + columns.map(\.name),
            rows: steps.indices.map { index in
                [.count(steps[index])] + columns.map { .number($0.values[index]) }
            })
    }
}
