import Schedules

/// A schedule as it is sent to a server: known here, or in words that only the server can resolve.
enum ScheduleOrder: Encodable {
    case known(LearningRateSchedule)
    /// It continues a run of the server's.
    case text(String)

    /// Reads a schedule as far as that goes without the server's runs.
    ///
    /// - Parameter text: As typed.
    /// - Throws: `ScheduleError` for what is wrong with it anyway.
    init(parsing text: String) throws(ScheduleError) {
        do throws(ScheduleError) {
            self = .known(try LearningRateSchedule(parsing: text))
        } catch {
            guard error.kind == .noRunsHere else { throw error }
            self = .text(text)
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .known(let schedule): try schedule.encode(to: encoder)
        case .text(let text): try text.encode(to: encoder)
        }
    }
}
