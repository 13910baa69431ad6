extension LearningRateSchedule {
    /// The schedule that a run's log shows: straight lines between logged steps.
    ///
    /// Before the first logged step a stated warm-up is used, else the first value is held;
    /// `points?.leadIn` says which. After the last logged step its rate is held.
    ///
    /// - Parameters:
    ///   - steps: the logged steps, ascending.
    ///   - learningRates: the rate at each, finite and at least 0.
    ///   - totalSteps: S, if known; else the last logged step is taken for S − 1.
    ///   - warmupSteps: steps of linear warm-up from 0, if stated.
    /// - Returns: the schedule, which echoes as points.
    /// - Throws: `ScheduleError` pointing at the point.
    package static func recorded(
        steps: [Int], learningRates: [Double], totalSteps: Int? = nil, warmupSteps: Int? = nil
    ) throws(ScheduleError) -> LearningRateSchedule {
        LearningRateSchedule(
            points: try PointList(
                steps: steps, learningRates: learningRates, interpolation: .linear,
                totalSteps: totalSteps, statedWarmupSteps: warmupSteps, pointers: .curve))
    }

    /// One learning rate per step.
    ///
    /// - Parameter values: η_0 … η_{S−1}, finite and at least 0.
    /// - Returns: the schedule, which ends at the last value.
    /// - Throws: `ScheduleError` pointing at the value.
    package static func tabulated(
        _ values: [Double]
    ) throws(ScheduleError) -> LearningRateSchedule {
        try tabulated(values, pointer: "/values")
    }

    static func tabulated(
        _ values: [Double], pointer: String
    ) throws(ScheduleError) -> LearningRateSchedule {
        guard !values.isEmpty else { throw ScheduleError(.noSteps, at: .pointer(pointer)) }
        guard values.count <= ScheduleLimits.steps else {
            throw ScheduleError(.tooManySteps, at: .pointer(pointer))
        }
        if let index = values.firstIndex(where: { ScheduleValue.learningRate($0) == nil }) {
            let fault = ScheduleError.Kind.invalid(
                field: "learning rate", value: "\(values[index])", rule: .learningRate)
            throw ScheduleError(fault, at: .pointer("\(pointer)/\(index)"))
        }
        return LearningRateSchedule(checkedValues: values)
    }
}
