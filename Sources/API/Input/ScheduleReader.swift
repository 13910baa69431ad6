import JSONText
import Schedules

/// A schedule out of JSON: text of the schedule language, or the object form.
enum ScheduleReader {
    /// Reads a schedule.
    ///
    /// - Parameter value: A string or an object.
    /// - Returns: The schedule.
    /// - Throws: `ScheduleError` with the segment and character, or the pointer within the object.
    static func schedule(from value: JSONValue) throws(ScheduleError) -> LearningRateSchedule {
        switch value {
        case .string(let text): try LearningRateSchedule(parsing: text)
        case .object: try LearningRateSchedule(parsing: JSONWriter.text(of: value))
        default:
            throw ScheduleError(
                .wrongType(expected: "text of the schedule language or an object"),
                at: .pointer(""))
        }
    }
}
