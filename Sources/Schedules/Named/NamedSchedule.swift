/// A schedule known by a name, which stands for a list of segments.
///
/// To add one, copy `PolynomialSchedule.swift`, write its form and its segments, and add one line
/// to `ScheduleCatalog.schedules`; the conformance suite then checks it.
protocol NamedSchedule: SendableMetatype {
    /// Usage, parameters, meaning and an example.
    static var form: ScheduleForm { get }

    /// The segments that the name stands for.
    ///
    /// - Parameter arguments: the values given, and the standard ones for the others.
    /// - Returns: the segments in order.
    /// - Throws: `ScheduleError` for a missing or an impossible argument.
    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment]
}
