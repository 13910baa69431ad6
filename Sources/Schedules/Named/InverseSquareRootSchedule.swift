/// A warm-up, then one over the square root of the step.
///
/// Source: Vaswani et al. 2017, "Attention Is All You Need", arXiv 1706.03762.
enum InverseSquareRootSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "rsqrt", [.peak, .steps, .warmup],
        meaning: "falls as one over the square root of the step",
        example: "rsqrt(peak=3e-4,steps=1000,warmup=100)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let left = try arguments.stepsLeft(after: ["warmup"])
        var list = try arguments.warmedUp(to: arguments.learningRate("peak"))
        list.run(InverseSquareRootShape(), steps: left)
        return list.segments
    }
}
