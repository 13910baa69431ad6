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

/// Warm-up, cooldown to a constant rate, the constant, and an exponential annealing at the end.
///
/// The constant phase can be prolonged for ever, hence the name; `shape=rsqrt` is the paper's
/// inverse-root variant, whose constant is the rate at which the cooldown ends.
/// Source: Ibrahim et al. 2024, arXiv 2403.08763, section 7.4.
enum InfiniteSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "infinite",
        [
            .peak, .steps, .warmup,
            ScheduleParameter("cooldown", "steps from the peak to the constant rate"),
            ScheduleParameter("constant", "the constant rate (not with shape=rsqrt)"),
            ScheduleParameter("decay", "steps of the exponential annealing at the end"),
            .positiveFinal,
            ScheduleParameter("shape", "of the cooldown: cosine or rsqrt", standard: "cosine"),
        ],
        meaning: "a cooldown to a constant rate, the constant, then an exponential annealing",
        example: "infinite(peak=3e-4,steps=1000,warmup=100,cooldown=300,constant=1.5e-4,"
            + "decay=200,final=3e-5)",
        variants: [
            "infinite(peak=3e-4,steps=1000,warmup=100,cooldown=300,decay=200,final=3e-5,shape=rsqrt)"
        ])

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let constant = try arguments.stepsLeft(after: ["warmup", "cooldown", "decay"])
        let cooldown = try arguments.steps("cooldown", atLeast: 0)
        let decay = try arguments.steps("decay", atLeast: 0)
        let final = try arguments.positiveLearningRate("final")
        var list = try arguments.warmedUp(to: arguments.positiveLearningRate("peak"))
        if try arguments.word("shape", of: ["cosine", "rsqrt"]) == "rsqrt" {
            guard !arguments.has("constant") else {
                throw arguments.fault("constant", rule: .absent(with: "shape=rsqrt"))
            }
            list.run(InverseSquareRootShape(), steps: cooldown)
        } else {
            let rate = try arguments.positiveLearningRate("constant")
            list.run(CosineShape(), steps: cooldown, to: rate)
            if cooldown == 0 { list.jump(to: rate) }
        }
        list.hold(constant)
        list.run(ExponentialShape(), steps: decay, to: final)
        return list.segments
    }
}
