import Laws

/// The member of a family that reaches a target loss at its end in the fewest steps.
///
/// For a length the best member is searched, whose loss falls with the length: the shortest length
/// that will do is bracketed by doubling and then halved to a thousandth.
struct ShortestMember {
    let context: PlanContext
    let family: ScheduleFamily
    let warmupSteps: Int
    let peak: Double
    let minimumRate: Double
    let target: Double
    let maximumSteps: Int

    /// How closely the length is found.
    static let precision = 1e-3

    func answer() throws -> TimeToTargetResult.Member {
        var short = warmupSteps + 1
        var long = min(maximumSteps, max(2 * warmupSteps, warmupSteps + 64))
        var found = try best(of: long)
        while found.loss > target {
            guard long < maximumSteps else { return try member(found, reaches: false) }
            short = long
            long = long > maximumSteps / 2 ? maximumSteps : 2 * long
            found = try best(of: long)
        }
        while Double(long - short) > Self.precision * Double(long), long - short > 1 {
            let middle = (short + long) / 2
            let tried = try best(of: middle)
            if tried.loss <= target {
                (long, found) = (middle, tried)
            } else {
                short = middle
            }
        }
        return try member(found, reaches: true)
    }

    private func best(of steps: Int) throws -> FamilySearch.Outcome {
        let space = FamilySpace(
            family: family, totalSteps: steps, warmupSteps: warmupSteps, peakLimit: peak,
            minimumRate: minimumRate)
        return try FamilySearch(context: context, space: space).best(starts: 1)
    }

    private func member(
        _ found: FamilySearch.Outcome, reaches: Bool
    ) throws -> TimeToTargetResult.Member {
        let schedule = try found.member.schedule()
        return TimeToTargetResult.Member(
            name: family.name, isReached: reaches, steps: found.member.totalSteps,
            schedule: PlanText.language(schedule), jumps: family.jumps,
            final: try context.plannedLoss(of: schedule))
    }
}
