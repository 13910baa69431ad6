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
