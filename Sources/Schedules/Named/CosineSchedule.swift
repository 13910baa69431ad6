/// A warm-up, then one cosine to the final rate, or several that each restart at the peak.
///
/// Source: Loshchilov and Hutter 2017, "SGDR", arXiv 1608.03983.
enum CosineSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "cosine", [.peak, .steps, .warmup, .final, .cycles],
        meaning: "a cosine from the peak to the final rate; with cycles, each restarts at the peak",
        example: "cosine(peak=3e-4,steps=1000,warmup=100,final=3e-5)",
        variants: ["cosine(peak=3e-4,steps=1000,warmup=100,cycles=3)"])

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let left = try arguments.stepsLeft(after: ["warmup"])
        let peak = try arguments.learningRate("peak")
        let final = try arguments.learningRate("final")
        let cycles = try arguments.cycles(sharing: left)
        var list = try arguments.warmedUp(to: peak)
        list.cycles(cycles, sharing: left) { cycle, steps in
            if cycles > 1 { cycle.jump(to: peak) }
            cycle.run(CosineShape(), steps: steps, to: final)
        }
        return list.segments
    }
}
