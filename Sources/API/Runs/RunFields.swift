import Laws

/// The names of a run's metadata in JSON.
enum RunFields {
    /// Steps of the warm-up, for a run whose schedule is known only from its log.
    static let warmupSteps = "warmup_steps"

    /// What the server adds to an answer; ignored in a request, so that an answer can be sent back.
    static let readOnly = ["last_step", "point_count", "created_at", "updated_at"]
}

extension Run.Role {
    static let all: [Run.Role] = [.train, .test]
}
