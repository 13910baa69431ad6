/// A warm-up, then the peak to the end.
enum ConstantSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "constant", [.peak, .steps, .warmup],
        meaning: "the peak held to the end",
        example: "constant(peak=3e-4,steps=1000,warmup=100)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let left = try arguments.stepsLeft(after: ["warmup"])
        var list = try arguments.warmedUp(to: arguments.learningRate("peak"))
        list.hold(left)
        return list.segments
    }
}
