/// A warm-up, then the peak to the end.
enum ConstantSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "constant", [.peak, .steps, .warmup],
        meaning: "the peak held to the end",
        example: "constant(peak=3e-4,steps=1000,warmup=100)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let left = try arguments.stepsLeft(after: ["warmup"])
        var list = try arguments.warmedUp(to: arguments.learningRate("peak"))
        list.hold(left)
        return list.segments
    }
}

/// A warm-up, then a straight line to the final rate.
enum LinearSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "linear", [.peak, .steps, .warmup, .final],
        meaning: "a straight line from the peak to the final rate",
        example: "linear(peak=3e-4,steps=1000,warmup=100)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        try arguments.decayed(by: LinearShape.linear)
    }
}

/// A warm-up, then a power of the fraction left, to the final rate.
enum PolynomialSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "polynomial",
        [
            .peak, .steps, .warmup, .final,
            ScheduleParameter("power", "exponent of the fraction left", standard: "2"),
        ],
        meaning: "a power of the fraction of steps left, from the peak to the final rate",
        example: "polynomial(peak=3e-4,steps=1000,warmup=100,power=2)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        try arguments.decayed(by: PolynomialShape(power: arguments.power("power")))
    }
}

/// A warm-up, then the same factor at each step, to the final rate.
enum ExponentialSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "exponential", [.peak, .steps, .warmup, .positiveFinal],
        meaning: "the same factor at each step, from the peak to the final rate",
        example: "exponential(peak=3e-4,steps=1000,warmup=100,final=3e-5)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let left = try arguments.stepsLeft(after: ["warmup"])
        var list = try arguments.warmedUp(to: arguments.positiveLearningRate("peak"))
        let final = try arguments.positiveLearningRate("final")
        list.run(ExponentialShape(), steps: left, to: final)
        return list.segments
    }
}

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
