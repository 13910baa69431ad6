/// A warm-up, then stages of equal length, each at a factor of the one before.
enum StepSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "step",
        [
            .peak, .steps, .warmup,
            ScheduleParameter("every", "steps of a stage"),
            ScheduleParameter("factor", "rate of a stage by that of the one before, above 0"),
        ],
        meaning: "stages of equal length, each at a factor of the rate before",
        example: "step(peak=3e-4,steps=1000,warmup=100,every=300,factor=0.3)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        var left = try arguments.stepsLeft(after: ["warmup"])
        let every = try arguments.steps("every")
        let factor = try arguments.positiveNumber("factor")
        var rate = try arguments.learningRate("peak")
        // Each stage is a hold and a jump.
        let least = left / (ScheduleLimits.segments / 2)
        guard every > least else {
            let share = "steps / \(ScheduleLimits.segments / 2)"
            throw arguments.fault("every", rule: .above(field: share, value: "\(least)"))
        }
        var list = try arguments.warmedUp(to: rate)
        while left > 0 {
            list.hold(min(every, left))
            left -= every
            rate *= factor
            guard rate.isFinite else { throw arguments.fault("factor", rule: .finiteRates) }
            if left > 0 { list.jump(to: rate) }
        }
        return list.segments
    }
}
