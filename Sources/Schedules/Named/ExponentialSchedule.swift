/// A warm-up, then the same factor at each step, to the final rate.
enum ExponentialSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "exponential", [.peak, .steps, .warmup, .positiveFinal],
        meaning: "the same factor at each step, from the peak to the final rate",
        example: "exponential(peak=3e-4,steps=1000,warmup=100,final=3e-5)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let left = try arguments.stepsLeft(after: ["warmup"])
        var list = try arguments.warmedUp(to: arguments.positiveLearningRate("peak"))
        let final = try arguments.positiveLearningRate("final")
        list.run(ExponentialShape(), steps: left, to: final)
        return list.segments
    }
}
