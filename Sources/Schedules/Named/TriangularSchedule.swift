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
