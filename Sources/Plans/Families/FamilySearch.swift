import Fitting
import Laws
import Records
import Schedules

/// The member of a family with the lowest predicted loss at its end.
struct FamilySearch {
    let context: PlanContext
    let space: FamilySpace

    struct Outcome {
        var member: FamilyMember
        var loss: Double
        var evaluations = 0
        var starts = 0
        /// Starts that ended within `agreement` of the best.
        var agreeing = 0
    }

    /// Two searches agree when their losses are this close, in nats.
    static let agreement = 1e-5

    /// Searches from the starts of the space.
    ///
    /// - Parameter starts: How many of them at most.
    /// - Returns: The best member found.
    /// - Throws: `FittingError` or `ScheduleError`.
    func best(starts: Int = .max) throws -> Outcome {
        let ends = try space.starts.prefix(starts).map { start in
            try CompassSearch().minimum(from: start) { try loss(of: space.member(at: $0)) }
        }
        guard var best = ends.first else { preconditionFailure("every family has a start") }
        for end in ends where end.value < best.value { best = end }
        return Outcome(
            member: space.member(at: best.point), loss: best.value,
            evaluations: ends.reduce(0) { $0 + $1.evaluations }, starts: ends.count,
            agreeing: ends.count { $0.value <= best.value + Self.agreement })
    }

    /// The predicted loss at a member's last step.
    func loss(of member: FamilyMember) throws -> Double {
        try context.finalLoss(of: member.schedule())
    }
}

extension PlanContext {
    /// The predicted loss after a schedule's last step; infinite where the law says nothing.
    func finalLoss(of schedule: LearningRateSchedule) throws(FittingError) -> Double {
        let band = try predictor.curve(
            schedule: schedule, features: features, steps: [schedule.totalSteps - 1], interval: nil)
        return band.losses[0].isNaN ? .infinity : band.losses[0]
    }

    /// The same with the interval.
    func plannedLoss(of schedule: LearningRateSchedule) throws(FittingError) -> PlannedLoss {
        PlannedLoss(
            try predictor.curve(
                schedule: schedule, features: features, steps: [schedule.totalSteps - 1],
                interval: interval), 0)
    }
}
