import JSONText
package import Schedules

/// A schedule as answers show it: segments as text that can be sent back, lists as JSON objects.
package struct ScheduleEcho: Sendable, Equatable {
    package var schedule: LearningRateSchedule

    package init(_ schedule: LearningRateSchedule) {
        self.schedule = schedule
    }

    /// The segments in the schedule language, repeats and friendly names written out; nil for a
    /// list.
    package var segments: String? { schedule.segmentText }

    /// The text that `LearningRateSchedule(parsing:)` reads back: segments, or JSON for a list.
    ///
    /// - Returns: What the store keeps.
    /// - Throws: `EncodingError`, which no valid schedule makes.
    package func text() throws -> String {
        try segments ?? String(decoding: JSONEncoding.bytes(of: schedule), as: UTF8.self)
    }
}

extension ScheduleEcho: Codable {
    package init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            self.init(try LearningRateSchedule(parsing: text))
            return
        }
        self.init(try LearningRateSchedule(from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        guard let segments else { return try schedule.encode(to: encoder) }
        var container = encoder.singleValueContainer()
        try container.encode(segments)
    }
}
