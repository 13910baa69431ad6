/// A warm-up, the peak, and a cooldown of a chosen shape: "warm-up, stable, decay".
///
/// Source: Hu et al. 2024, "MiniCPM", arXiv 2404.06395; cooldown shapes: Hägele et al. 2024,
/// arXiv 2405.18392.
enum WarmupStableDecaySchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "wsd",
        [
            .peak, .steps, .warmup,
            ScheduleParameter("decay", "steps of the cooldown"),
            ScheduleParameter(
                "shape", "of the cooldown: any segment with a target", standard: "linear"),
            ScheduleParameter(
                "final", "learning rate at the end, above 0 for exp", standard: "0"),
        ],
        meaning: "the peak held, then a cooldown to the final rate",
        example: "wsd(peak=3e-4,steps=1000,warmup=100,decay=200,shape=sqrt)",
        variants: [
            "wsd(peak=3e-4,steps=1000,warmup=100,decay=200)",
            "wsd(peak=3e-4,steps=1000,warmup=100,decay=200,shape=cosine)",
            "wsd(peak=3e-4,steps=1000,warmup=100,decay=200,shape=exp,final=3e-6)",
        ])

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let stable = try arguments.stepsLeft(after: ["warmup", "decay"])
        let decay = try arguments.steps("decay")
        let shape = try arguments.cooldown("shape")
        let final =
            type(of: shape).needsPositiveRates
            ? try arguments.positiveLearningRate("final") : try arguments.learningRate("final")
        var list = try arguments.warmedUp(to: arguments.learningRate("peak"))
        list.hold(stable)
        list.run(shape, steps: decay, to: final)
        return list.segments
    }
}
