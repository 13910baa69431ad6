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
            guard ScheduleValue.learningRate(rate) != nil else {
                throw arguments.fault("factor", rule: .ratesWithinLimits)
            }
            if left > 0 { list.jump(to: rate) }
        }
        return list.segments
    }
}

/// A warm-up, the peak up to a step, then the final rate to the end.
enum TwoStageSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "two-stage",
        [
            .peak, .steps, .warmup,
            ScheduleParameter("switch", "step at which the rate falls, the warm-up included"),
            ScheduleParameter("final", "learning rate of the second stage"),
        ],
        meaning: "the peak, then from a given step the final rate",
        example: "two-stage(peak=3e-4,steps=1000,warmup=100,switch=600,final=3e-5)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let second = try arguments.stepsLeft(after: ["switch"])
        let warmup = try arguments.steps("warmup", atLeast: 0)
        let change = try arguments.steps("switch")
        guard warmup <= change else {
            throw arguments.fault("warmup", rule: .atMost(field: "switch", value: "\(change)"))
        }
        let final = try arguments.learningRate("final")
        var list = try arguments.warmedUp(to: arguments.learningRate("peak"))
        list.hold(change - warmup)
        list.jump(to: final)
        list.hold(second)
        return list.segments
    }
}
