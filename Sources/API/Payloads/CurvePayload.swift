package import Fitting
package import Laws
package import Schedules

/// A predicted curve: what `GET /v1/fits/{id}/curve` answers and `isoloss predict` prints.
///
/// Every array has one entry per step. `loss`, `lower` and `upper` are not finite where the law
/// says nothing (before any learning, where S1 = 0), which JSON shows as null.
package struct CurvePayload: Sendable {
    package var schedule: ScheduleEcho
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
    package var warnings: [String]

    enum CodingKeys: String, CodingKey {
        case schedule
        case every
        case steps
        case loss
        case lower
        case upper
        case learningRate = "learning_rate"
        case interval
        case intervalOf = "interval_of"
        case warnings
    }

    /// Predicts the curve of a schedule.
    ///
    /// - Parameters:
    ///   - predictor: The fitted law.
    ///   - schedule: The learning rates.
    ///   - features: What the law needs beside them.
    ///   - every: The spacing of the steps; nil takes one that gives at most 500 points.
    ///   - interval: The interval wanted, if any; a fit that cannot give it answers a warning.
    /// - Throws: `PredictionError` for the spacing, `FittingError` for the rest.
    package init(
        predictor: LawPredictor, schedule: LearningRateSchedule, features: [Feature: Double] = [:],
        every: Int? = nil, interval: LawPredictor.Interval? = nil
    ) throws {
        let (spacing, steps) = try CurveSteps.steps(every: every, totalSteps: schedule.totalSteps)
        let band = try predictor.curve(
            schedule: schedule, features: features, steps: steps, interval: interval)
        self.schedule = ScheduleEcho(schedule)
        self.every = spacing
        self.steps = steps
        loss = band.losses
        lower = band.lower
        upper = band.upper
        learningRate = steps.map { schedule.learningRate(at: $0) }
        self.interval = band.lower == nil ? nil : interval?.level
        intervalOf = band.lower == nil ? nil : interval?.target
        warnings =
            schedule.warnings + IntervalWarning.warnings(of: predictor, interval)
            + predictor.warnings(for: schedule, features: features, through: steps.last ?? 0)
    }
}

extension CurvePayload: Decodable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func losses(_ key: CodingKeys) throws -> [Double]? {
            try container.decodeIfPresent([Double?].self, forKey: key)?.map { $0 ?? .nan }
        }
        schedule = try container.decode(ScheduleEcho.self, forKey: .schedule)
        every = try container.decode(Int.self, forKey: .every)
        steps = try container.decode([Int].self, forKey: .steps)
        loss = try losses(.loss) ?? []
        lower = try losses(.lower)
        upper = try losses(.upper)
        learningRate = try container.decode([Double].self, forKey: .learningRate)
        interval = try container.decodeIfPresent(Double.self, forKey: .interval)
        intervalOf = try container.decodeIfPresent(
            LawPredictor.Interval.Target.self, forKey: .intervalOf)
        warnings = try container.decode([String].self, forKey: .warnings)
    }
}
