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

/// Straight lines from the low rate to the peak and back, a number of times.
///
/// Source: Smith 2017, "Cyclical Learning Rates for Training Neural Networks", arXiv 1506.01186.
enum TriangularSchedule: NamedSchedule {
    static let parameters: [ScheduleParameter] = [
        .peak, .steps,
        ScheduleParameter("low", "lowest learning rate", standard: "0"),
        .cycles,
    ]

    static let form = ScheduleForm(
        named: "triangular", parameters,
        meaning: "straight lines from the low rate to the peak and back",
        example: "triangular(peak=3e-4,low=3e-5,steps=1000,cycles=2)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let steps = try arguments.steps("steps")
        let peak = try arguments.learningRate("peak")
        let low = try arguments.learningRate("low")
        let cycles = try arguments.cycles(sharing: steps)
        var list = arguments.emptyList
        list.jump(to: low)
        list.cycles(cycles, sharing: steps) { cycle, steps in
            cycle.run(LinearShape.linear, steps: steps - steps / 2, to: peak)
            cycle.run(LinearShape.linear, steps: steps / 2, to: low)
        }
        return list.segments
    }
}

/// The triangular schedule by its other name.
enum CyclicSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "cyclic", TriangularSchedule.parameters,
        meaning: "the same as triangular",
        example: "cyclic(peak=3e-4,low=3e-5,steps=1000,cycles=4)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        try TriangularSchedule.segments(arguments)
    }
}

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
