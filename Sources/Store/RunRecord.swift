package import Foundation

/// A run's metadata as stored; its points are apart, see `PointRecord`.
package struct RunRecord: Equatable, Sendable {
    /// 1 to 128 of `A–Z a–z 0–9 . _ -`.
    package var id: String
    package var study: String?
    package var name: String?
    /// What the run is for in its study, such as `train` or `test`.
    package var role: String?
    /// Final loss of a finished run, nats per token: what makes it a row of a table.
    package var loss: Double?
    /// Numbers that laws use by name, such as `parameter_count` and `training_flops`.
    package var features: [String: Double]
    /// JSON or text of the schedule language; the store does not read it.
    package var schedule: String?
    package var tags: [String: String]
    /// JSON; the store does not read it.
    package var recipe: String?

    /// When the run was first stored, to the millisecond; nil until it is.
    package internal(set) var createdAt: Date?
    /// When its metadata or points last changed, to the millisecond; nil until stored.
    package internal(set) var updatedAt: Date?
    /// Highest step of its points; nil without points.
    package internal(set) var lastStep: Int?
    /// Number of different steps among its points.
    package internal(set) var pointCount = 0

    package init(
        id: String, study: String? = nil, name: String? = nil, role: String? = nil,
        loss: Double? = nil, features: [String: Double] = [:], schedule: String? = nil,
        tags: [String: String] = [:], recipe: String? = nil
    ) {
        self.id = id
        self.study = study
        self.name = name
        self.role = role
        self.loss = loss
        self.features = features
        self.schedule = schedule
        self.tags = tags
        self.recipe = recipe
    }
}

/// Whether a write made a run or changed one.
package enum UpsertOutcome: Equatable, Sendable {
    case created
    case updated
}
