import Fitting
import Laws
import Records
import Schedules

/// The schedule of so many steps with the lowest predicted final loss.
///
/// Two answers stand side by side: the best member of each family, and the best of all schedules
/// that never rise after the warm-up. The second is lower, and takes the law at its word.
package struct BestSchedulePlan: PlanKind {
    private static let exported = "take"
    /// In nats.
    static let worthwhile = 1e-4

    package static let about = PlanDescription(
        id: "best-schedule",
        title: "the schedule of S steps with the lowest predicted final loss",
        selector: .flag,
        options: [
            PlanOption(
                "total_steps", "n", meaning: "steps of the whole run", isRequired: true,
                example: "4000"),
            PlanOption(
                "peak", "rate", meaning: "the highest learning rate allowed", isRequired: true,
                example: "3e-3"),
            PlanOption(
                "warmup", "n", meaning: "steps of warm-up (a hundredth of the run)",
                example: "300"),
            PlanOption(
                "minimum_rate", "rate", meaning: "the lowest learning rate after it (0)",
                example: "3e-5"),
            PlanOption(
                "families", "a,b",
                meaning: "only these of "
                    + ScheduleFamily.all.map(\.name).joined(separator: ", "),
                example: "cosine,wsd-sqrt"),
            PlanOption(
                "free", "yes|no",
                meaning: "whether all non-increasing schedules are searched (yes)",
                example: "no"),
            PlanOption(
                exported, "name",
                meaning: "the schedule to plot and export: free or a family (the recommended)",
                example: "wsd-sqrt"),
        ],
        supportedLaws: { type(of: $0).about.kind == .curve },
        question: "a curve under a schedule",
        example: "--fit fit.json --best-schedule --total-steps 4000 --peak 3e-3 --warmup 300")

    private let totalSteps: Int
    private let warmupSteps: Int
    private let peak: Double
    private let minimumRate: Double
    private let families: [ScheduleFamily]
    private let searchesFree: Bool
    private let taken: String?

    package init(_ options: PlanOptions) throws(PlanError) {
        totalSteps =
            try options.integer("total_steps", in: 2...ScheduleLimits.steps) ?? 0
        peak = try options.number("peak") ?? 0
        warmupSteps =
            try options.integer("warmup", in: 0...(totalSteps - 1)) ?? totalSteps / 100
        minimumRate = try options.number("minimum_rate", allowsZero: true) ?? 0
        guard minimumRate < peak else {
            throw .invalid(
                option: "minimum_rate", value: PlanText.number(minimumRate),
                rule: "must be below peak = \(PlanText.number(peak))")
        }
        families = ScheduleFamily.named(
            try options.names("families", of: ScheduleFamily.all.map(\.name)))
        searchesFree = try options.word("free", of: ["yes", "no"]) != "no"
        taken = try options.word(Self.exported, of: ["free"] + families.map(\.name))
        if taken == "free", !searchesFree {
            throw .invalid(
                option: Self.exported, value: "free",
                rule: "needs the free search; leave out free=no")
        }
    }

    package func result(_ context: PlanContext) throws -> BestScheduleResult {
        var members: [BestScheduleResult.Member] = []
        let shares = Double(families.count + (searchesFree ? 1 : 0))
        for (index, family) in families.enumerated() {
            context.progress(Double(index) / shares)
            members.append(try member(of: family, context))
        }
        members.sort { $0.final.loss < $1.final.loss }
        try Self.check(members, freeSteps: totalSteps - warmupSteps, context)
        let recommended = members.first { !$0.jumps } ?? members[0]
        var result = BestScheduleResult(
            context, totalSteps: totalSteps, warmupSteps: warmupSteps,
            peak: peak, minimumRate: minimumRate, recommended: recommended.name,
            families: members)
        result.set(context.interval, of: recommended.final)
        if searchesFree {
            try addFree(to: &result, besides: recommended, context) { share in
                context.progress((Double(families.count) + share) / shares)
            }
        }
        result.taken = taken ?? result.recommended
        if let best = result.schedule(named: result.recommended) {
            result.warnings += context.warnings(of: try LearningRateSchedule(parsing: best.text))
        }
        return result
    }

    /// Refuses where the law does not tell schedules apart.
    private static func check(
        _ members: [BestScheduleResult.Member], freeSteps: Int, _ context: PlanContext
    ) throws(PlanError) {
        guard members.count > 1, freeSteps > 1, let best = members.first,
            let worst = members.last, worst.final.loss - best.final.loss <= 1e-12 * best.final.loss
        else { return }
        throw .refused(
            .notIdentified,
            "under this fit of \(context.predictor.law.about.id) all schedules end at a loss of "
                + "\(PlanText.number(best.final.loss, digits: 5)), and none is best")
    }

    private func member(
        of family: ScheduleFamily, _ context: PlanContext
    ) throws -> BestScheduleResult.Member {
        let space = FamilySpace(
            family: family, totalSteps: totalSteps, warmupSteps: warmupSteps, peakLimit: peak,
            minimumRate: minimumRate)
        let found = try FamilySearch(context: context, space: space).best()
        let schedule = try found.member.schedule()
        return BestScheduleResult.Member(
            found, schedule: PlanText.language(schedule),
            final: try context.plannedLoss(of: schedule))
    }

    private func addFree(
        to result: inout BestScheduleResult, besides recommended: BestScheduleResult.Member,
        _ context: PlanContext, progress: (Double) -> Void
    ) throws {
        let search = FreeSchedule(
            context: context, totalSteps: totalSteps, warmupSteps: warmupSteps, peak: peak,
            minimumRate: minimumRate)
        let free = try search.best(comparedWith: recommended, progress: progress)
        let warnings = free.warnings(peak: peak, family: recommended.name)
        result.free = free
        result.warnings += warnings
        // Only a schedule that asks nothing odd of the law is recommended over a family, and only
        // for a gain that can be told from nothing.
        if warnings.isEmpty, free.gain.loss > Self.worthwhile {
            result.recommended = "free"
        }
    }
}
