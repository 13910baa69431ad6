/// A warm-up, then a power of the fraction left, to the final rate.
enum PolynomialSchedule: NamedSchedule {
    static let form = ScheduleForm(
        named: "polynomial",
        [
            .peak, .steps, .warmup, .final,
            ScheduleParameter("power", "exponent of the fraction left, above 0", standard: "2"),
        ],
        meaning: "a power of the fraction of steps left, from the peak to the final rate",
        example: "polynomial(peak=3e-4,steps=1000,warmup=100,power=2)")

    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let left = try arguments.stepsLeft(after: ["warmup"])
        let shape = PolynomialShape(power: try arguments.positiveNumber("power"))
        var list = try arguments.warmedUp(to: arguments.learningRate("peak"))
        list.run(shape, steps: left, to: try arguments.learningRate("final"))
        return list.segments
    }
}
