/// Rates given one by one, at every step or at some.
enum RateList: Sendable, Equatable {
    case points(PointList)
    /// One rate per step.
    case values([Double])

    /// Steps for which it gives rates, S.
    var totalSteps: Int {
        switch self {
        case .points(let points): points.totalSteps
        case .values(let values): values.count
        }
    }

    /// The schedule that the whole list is.
    var schedule: LearningRateSchedule {
        switch self {
        case .points(let points): LearningRateSchedule(points: points)
        case .values(let values): LearningRateSchedule(checkedValues: values)
        }
    }

    /// What is needed of the list for its rates at steps 0 … `steps`.
    ///
    /// - Parameter steps: Below `totalSteps`.
    /// - Returns: The list without what lies beyond.
    func prefix(_ steps: Int) -> RateList {
        switch self {
        case .points(let points): .points(points.prefix(steps))
        case .values(let values): .values(Array(values.prefix(steps + 1)))
        }
    }
}
