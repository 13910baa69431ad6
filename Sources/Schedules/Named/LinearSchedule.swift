/// A warm-up, then a straight line to the final rate.
enum LinearSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "linear", [.peak, .steps, .warmup, .final],
        meaning: "a straight line from the peak to the final rate",
        example: "linear(peak=3e-4,steps=1000,warmup=100)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let left = try arguments.stepsLeft(after: ["warmup"])
        var list = try arguments.warmedUp(to: arguments.learningRate("peak"))
        list.run(LinearShape.linear, steps: left, to: try arguments.learningRate("final"))
        return list.segments
    }
}
