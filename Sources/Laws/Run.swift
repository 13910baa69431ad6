package import Schedules

/// One training run: its features, its schedule, and the losses it logged.
///
/// A run with a `curve` serves the laws of learning-rate schedules; a run with a final `loss` (or,
/// failing that, a curve's last point) is one row of a table for the laws of size and data.
package struct Run: Sendable, Equatable {
    /// The use of the run in a study: fitting, or judging the fit.
    package enum Role: String, Codable, Sendable {
        case train
        case test
    }

    package var id: String
    package var study: String?
    package var name: String?
    package var role: Role?
    package var features: [Feature: Double]
    package var loss: Double?
    package var schedule: LearningRateSchedule?
    /// Steps of the warm-up, where only logged rates are known and they start later.
    package var statedWarmupSteps: Int?
    package var curve: LossCurve?
    /// Further logged losses by name (`validation` for a column `loss/validation`).
    package var series: [String: LossCurve]
    package var tags: [String: String]

    package init(
        id: String, study: String? = nil, name: String? = nil, role: Role? = nil,
        features: [Feature: Double] = [:], loss: Double? = nil,
        schedule: LearningRateSchedule? = nil, statedWarmupSteps: Int? = nil,
        curve: LossCurve? = nil, series: [String: LossCurve] = [:],
        tags: [String: String] = [:]
    ) {
        self.id = id
        self.study = study
        self.name = name
        self.role = role
        self.features = features
        self.loss = loss
        self.schedule = schedule
        self.statedWarmupSteps = statedWarmupSteps
        self.curve = curve
        self.series = series
        self.tags = tags
    }
}
