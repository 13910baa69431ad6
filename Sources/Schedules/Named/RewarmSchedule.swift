/// Warm-up and cosine, several times: re-warming and re-decaying in continued pre-training.
///
/// Source: Ibrahim et al. 2024, "Simple and Scalable Strategies to Continually Pre-train Large
/// Language Models", arXiv 2403.08763.
enum RewarmSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "rewarm",
        [
            .peak, .steps,
            ScheduleParameter("warmup", "steps of each warm-up"),
            .final,
            ScheduleParameter("cycles", "times it warms up and decays", standard: "2"),
        ],
        meaning: "a warm-up and a cosine to the final rate, again for each part of the data",
        example: "rewarm(peak=3e-4,steps=1000,warmup=50,final=3e-5,cycles=2)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let steps = try arguments.steps("steps")
        let warmup = try arguments.steps("warmup")
        let peak = try arguments.learningRate("peak")
        let final = try arguments.learningRate("final")
        let cycles = try arguments.cycles(sharing: steps)
        guard warmup <= steps / cycles else {
            let share = "\(steps / cycles)"
            throw arguments.fault("warmup", rule: .atMost(field: "steps / cycles", value: share))
        }
        var list = arguments.emptyList
        list.cycles(cycles, sharing: steps) { cycle, steps in
            cycle.run(LinearShape.warmup, steps: warmup, to: peak)
            cycle.run(CosineShape(), steps: steps - warmup, to: final)
        }
        return list.segments
    }
}
