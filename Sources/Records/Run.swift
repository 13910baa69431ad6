package import Foundation
package import Schedules

/// One training run: what it was, how it was trained, and the losses it logged.
///
///     let run = Run(
///         id: "wsd-400M", study: "sizes", features: [.parameterCount: 4e8],
///         schedule: try LearningRateSchedule(parsing: "warmup:300@3e-3,hold:2700"),
///         points: [Point(step: 300, loss: 3.7)])
///
/// A run with points serves the laws of learning-rate schedules; a run with a final `loss` (or,
/// failing that, its last point) is one row of a table for the laws of size and data.
package struct Run: Sendable, Equatable {
    /// The use of a run in a study: fitting, or judging the fit.
    package enum Role: String, CaseIterable, Codable, Sendable {
        case train
        case test
    }

    /// The values that the store adds to a run.
    package struct Stored: Sendable, Equatable {
        /// When the run was first stored, to the millisecond.
        package var createdAt: Date
        /// When its metadata or points last changed, to the millisecond.
        package var updatedAt: Date
        /// Highest step of its points; nil without points.
        package var lastStep: Int?
        /// Number of different steps among its points.
        package var pointCount: Int
        /// Points whose main loss is not finite.
        package var notFiniteCount: Int
        /// The first step with a main loss that is not finite.
        package var divergedAt: Int?
        /// The newest main loss that is finite; nil where the last 1,000 steps have none.
        package var lastLoss: Double?
        /// The schedule's text, where an earlier version took what this one refuses.
        package var unreadableSchedule: String?

        package init(
            createdAt: Date, updatedAt: Date, lastStep: Int? = nil, pointCount: Int = 0,
            notFiniteCount: Int = 0, divergedAt: Int? = nil, lastLoss: Double? = nil
        ) {
            self.createdAt = createdAt
            self.updatedAt = updatedAt
            self.lastStep = lastStep
            self.pointCount = pointCount
            self.notFiniteCount = notFiniteCount
            self.divergedAt = divergedAt
            self.lastLoss = lastLoss
        }
    }

    /// 1 to 128 of `A–Z a–z 0–9 . _ -`.
    package var id: String
    package var study: String?
    package var name: String?
    package var role: Role?
    package var features: [Feature: Double]
    /// Final loss of a finished run: what makes it a row of a table.
    package var loss: Double?
    package var schedule: LearningRateSchedule?
    /// The steps that the warm-up took, where only logged rates are known and they start later.
    package var statedWarmupSteps: Int?
    /// The logged points in step order, each step once.
    package var points: [Point]
    package var tags: [String: String]
    /// Units of losses by field, such as `bits_per_byte` for `loss/validation`; nats per token where
    /// nothing is said.
    package var units: [String: String]
    /// Whatever else its owner wants to keep, as JSON text; trackers keep their state under `tracker`.
    package var recipe: String?
    /// The store's own values of the run; nil until it is stored.
    package var stored: Stored?

    package init(
        id: String, study: String? = nil, name: String? = nil, role: Role? = nil,
        features: [Feature: Double] = [:], loss: Double? = nil,
        schedule: LearningRateSchedule? = nil, statedWarmupSteps: Int? = nil,
        points: [Point] = [], curve: LossCurve? = nil, series: [String: LossCurve] = [:],
        tags: [String: String] = [:], units: [String: String] = [:], recipe: String? = nil
    ) {
        self.id = id
        self.study = study
        self.name = name
        self.role = role
        self.features = features
        self.loss = loss
        self.schedule = schedule
        self.statedWarmupSteps = statedWarmupSteps
        self.points = points
        self.tags = tags
        self.units = units
        self.recipe = recipe
        if let curve { self.curve = curve }
        if !series.isEmpty { self.series = series }
    }

    /// The length of the whole run: its schedule's, else the steps it was said to have; nil where
    /// neither is known.
    package var totalSteps: Int? {
        if let schedule { return schedule.totalSteps }
        let stated = features[.stepCount] ?? 0
        return stated >= 1 && stated <= Double(ScheduleLimits.steps) ? Int(stated) : nil
    }

    /// Checks every field but the points.
    ///
    /// - Throws: `InvalidField` with the first that breaks its rule.
    package func validate() throws(InvalidField) {
        try TextRule.id.check(id, field: "id")
        if let study { try TextRule.name.check(study, field: "study") }
        if let name { try TextRule.text.check(name, field: "name") }
        if let loss { try NumberRule.finalLoss.check(loss, field: "loss") }
        for (feature, value) in features {
            try NumberRule.feature.check(value, field: feature.rawValue)
        }
        if let statedWarmupSteps {
            try NumberRule.warmupSteps.check(
                Double(statedWarmupSteps), field: "warmup_steps", shown: "\(statedWarmupSteps)")
        }
        for (name, value) in tags {
            try TextRule.name.check(name, field: "tags/\(name)", shown: "\"\(name)\"")
            try TextRule.text.check(value, field: "tags/\(name)")
        }
        for (field, unit) in units {
            try TextRule.name.check(unit, field: "units/\(field)")
        }
    }

    /// Checks every field and every point.
    ///
    /// - Throws: `InvalidField` with the first that breaks its rule; a point's has its place.
    package func validateWhole() throws(InvalidField) {
        try validate()
        try Self.validate(points)
    }

    /// Checks points.
    ///
    /// - Parameter points: A batch.
    /// - Throws: `InvalidField` with the place of the first point that breaks a rule.
    package static func validate(_ points: some Sequence<Point>) throws(InvalidField) {
        // Counted by hand: `enumerated` of a sequence whose type is not known here costs more than
        // the rules do.
        var index = 0
        for point in points {
            do throws(InvalidField) {
                try point.validate()
            } catch {
                var error = error
                error.point = index
                throw error
            }
            index += 1
        }
    }
}
