import JSONText
import Schedules

/// A schedule out of JSON: text of the schedule language, or the object form.
enum ScheduleReader {
    /// Reads a schedule.
    ///
    /// - Parameters:
    ///   - value: A string or an object.
    ///   - runs: The runs that it may continue; nil where it must stand by itself.
    /// - Returns: The schedule.
    /// - Throws: `ScheduleError` with the segment and character, or the pointer within the object.
    static func schedule(
        from value: JSONValue, runs: ScheduledRuns? = nil
    ) throws(ScheduleError) -> LearningRateSchedule {
        switch value {
        case .string(let text): try LearningRateSchedule(parsing: text, runs: runs)
        case .object: try LearningRateSchedule(parsing: JSONWriter.text(of: value), runs: runs)
        default:
            throw ScheduleError(
                .wrongType(expected: "text of the schedule language or an object"),
                at: .pointer(""))
        }
    }
}
