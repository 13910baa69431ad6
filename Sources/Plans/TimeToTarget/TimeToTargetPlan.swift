import Fitting
import Foundation
import Laws
import LeastSquares
import Records
import Schedules

/// The step at which a loss is reached: under a schedule, and by the shortest schedule of each family.
package struct TimeToTargetPlan: PlanKind {
    package static let about = PlanDescription(
        id: "time-to-target",
        title: "when a loss is reached under a schedule, and the shortest schedule that reaches it",
        selector: .option("target_loss"),
        options: [
            PlanOption(
                "target_loss", "loss", meaning: "the loss to reach", isRequired: true,
                example: "2.3"),
            PlanOption(
                "schedule", "spec", meaning: "a schedule to follow until the loss is reached",
                example: "warmup:300@3e-3,cosine:3700@3e-4"),
            PlanOption(
                "peak", "rate",
                meaning: "the highest learning rate of shorter schedules (the schedule's)",
                example: "3e-3"),
            PlanOption(
                "warmup", "n", meaning: "their steps of warm-up (the schedule's, else 100)",
                example: "300"),
            PlanOption(
                "minimum_rate", "rate", meaning: "their lowest learning rate (0)",
                example: "3e-5"),
            PlanOption(
                "maximum_steps", "n", meaning: "the most steps they may take (1000000)",
                example: "100000"),
            PlanOption(
                "families", "a,b",
                meaning: "only these of "
                    + ScheduleFamily.all.map(\.name).joined(separator: ", "),
                example: "cosine,wsd-sqrt"),
        ],
        supportedLaws: { type(of: $0).about.kind == .curve },
        question: "a curve under a schedule",
        example: "--fit fit.json --time-to-target 2.3 "
            + "--schedule warmup:300@3e-3,cosine:3700@3e-4")

    private static let standardWarmup = 100
    private static let standardMaximum = 1_000_000

    private let target: Double
    private let schedule: LearningRateSchedule?
    private let peak: Double
    private let warmupSteps: Int
    private let minimumRate: Double
    private let maximumSteps: Int
    private let families: [ScheduleFamily]

    package init(_ options: PlanOptions) throws {
        target = try options.number("target_loss") ?? 0
        schedule = try options.schedule("schedule")
        guard let peak = try options.number("peak") ?? schedule?.peakLearningRate else {
            throw PlanError.missing(
                kind: Self.about.id,
                options: Self.about.options.filter { $0.name == "peak" })
        }
        guard peak > 0 else {
            throw PlanError.invalid(
                option: "schedule", value: PlanText.number(peak), rule: "must have a rate above 0")
        }
        self.peak = peak
        warmupSteps =
            try options.integer("warmup", in: 0...(ScheduleLimits.steps - 2))
            ?? schedule?.warmupSteps ?? Self.standardWarmup
        maximumSteps =
            try options.integer("maximum_steps", in: (warmupSteps + 2)...ScheduleLimits.steps)
            ?? max(Self.standardMaximum, warmupSteps + 2)
        minimumRate = try options.number("minimum_rate", allowsZero: true) ?? 0
        guard minimumRate < peak else {
            throw PlanError.invalid(
                option: "minimum_rate", value: PlanText.number(minimumRate),
                rule: "must be below peak = \(PlanText.number(peak))")
        }
        families = ScheduleFamily.named(
            try options.names("families", of: ScheduleFamily.all.map(\.name)))
    }

    package func result(_ context: PlanContext) throws -> TimeToTargetResult {
        var result = TimeToTargetResult(
            context, targetLoss: target, maximumSteps: maximumSteps)
        if let schedule {
            let passage = try FirstPassage(context: context, schedule: schedule, target: target)
            result.follow(passage, schedule: schedule)
            result.warnings += schedule.warnings
            if let step = passage.step, step < schedule.warmupSteps {
                result.warnings.append(
                    "step \(step) lies inside the warm-up, where no law holds")
            }
        }
        for (index, family) in families.enumerated() {
            context.progress(Double(index) / Double(families.count))
            let search = ShortestMember(
                context: context, family: family, warmupSteps: warmupSteps, peak: peak,
                minimumRate: minimumRate, target: target, maximumSteps: maximumSteps)
            result.families.append(try search.answer())
        }
        result.complete(interval: context.interval)
        if result.cheapest == nil, result.passage?.reached != true {
            try checkFloor(of: result, context)
        }
        if let schedule {
            result.curves = [try PlannedCurve(of: schedule, "the schedule", context)]
        }
        // Where none reaches the target, the one that comes closest.
        let shown =
            result.families.first { $0.name == result.cheapest } ?? result.families.first
        if let shown {
            let schedule = try LearningRateSchedule(parsing: shown.schedule)
            if shown.reached { result.warnings += context.warnings(of: schedule) }
            let word = shown.reached ? "the shortest" : "the lowest"
            result.curves.append(
                try PlannedCurve(of: schedule, "\(word), \(shown.name)", context))
        }
        return result
    }
}

extension TimeToTargetPlan {
    /// Refuses a loss that no training reaches, however long, where one was not reached.
    ///
    /// The floor is what the family that came closest ends at after the most steps that a schedule may
    /// have.
    private func checkFloor(of result: TimeToTargetResult, _ context: PlanContext) throws {
        guard let closest = families.first(where: { $0.name == result.families.first?.name }) else {
            return
        }
        let space = FamilySpace(
            family: closest, totalSteps: ScheduleLimits.steps, warmupSteps: warmupSteps,
            peakLimit: peak, minimumRate: minimumRate)
        let floor = try FamilySearch(context: context, space: space).best(starts: 1).loss
        guard floor > target else { return }
        let given = result.passage.map {
            "the schedule goes down to \(PlanText.number($0.lowestLoss, digits: 6)) at step "
                + "\($0.lowestStep); "
        }
        throw PlanError.unreachable(
            target, floor: floor,
            by: "\(given ?? "")under this fit the loss after \(ScheduleLimits.steps) steps of "
                + closest.name)
    }
}

/// The first step of a schedule at which its loss is at or below a target, and the interval's.
struct FirstPassage {
    /// By the predicted loss; nil where it is never reached.
    let step: Int?
    /// By the interval's lower end: no sooner than this.
    let earliest: Int?
    /// By the interval's upper end: by this surely.
    let latest: Int?
    /// The lowest predicted loss, and where.
    let lowest: (loss: Double, step: Int)
    /// The predicted loss at `step`.
    let reached: PlannedLoss?

    /// Steps that are all looked at; longer schedules are first looked at on so many.
    private static let gridSteps = 20_000

    /// Walks the predicted curve.
    ///
    /// A curve need not fall all the way, so the first passage is found on a grid and then step by
    /// step within the grid's gap; a dip shorter than a gap of a long schedule may be missed.
    init(context: PlanContext, schedule: LearningRateSchedule, target: Double) throws {
        let last = schedule.totalSteps - 1
        let spacing = last / Self.gridSteps + 1
        var grid = Array(stride(from: 0, through: last, by: spacing))
        if grid.last != last { grid.append(last) }
        func band(_ steps: [Int]) throws -> LawPredictor.Band {
            try context.budget.check()
            return try context.predictor.curve(
                schedule: schedule, features: context.features, steps: steps,
                interval: context.interval)
        }
        let coarse = try band(grid)
        func first(_ line: (LawPredictor.Band) -> [Double]?) throws -> Int? {
            guard let values = line(coarse),
                let index = values.firstIndex(where: { $0 <= target })
            else { return nil }
            guard spacing > 1, index > 0 else { return grid[index] }
            let steps = Array((grid[index - 1] + 1)...grid[index])
            let fine = line(try band(steps)) ?? []
            return fine.firstIndex { $0 <= target }.map { steps[$0] } ?? grid[index]
        }
        step = try first { $0.losses }
        earliest = try first { $0.lower }
        latest = try first { $0.upper }
        let best = coarse.losses.indices.min {
            (coarse.losses[$0].isNaN ? .infinity : coarse.losses[$0])
                < (coarse.losses[$1].isNaN ? .infinity : coarse.losses[$1])
        }
        lowest = best.map { (coarse.losses[$0], grid[$0]) } ?? (.infinity, last)
        reached = try step.map { PlannedLoss(try band([$0]), 0) }
    }
}

/// The member of a family that reaches a target loss at its end in the fewest steps.
///
/// For a length the best member is searched, whose loss falls with the length: the shortest length
/// that will do is bracketed by doubling, and then found to a thousandth.
struct ShortestMember {
    let context: PlanContext
    let family: ScheduleFamily
    let warmupSteps: Int
    let peak: Double
    let minimumRate: Double
    let target: Double
    let maximumSteps: Int

    /// The relative accuracy of the length.
    static let precision = 1e-3

    func answer() throws -> TimeToTargetResult.Member {
        var found = try best(of: min(maximumSteps, max(2 * warmupSteps, warmupSteps + 64)))
        // No loss is known of the warm-up alone; anything above the target brackets as well.
        var bracket = RootBracket(
            low: (log(Double(warmupSteps + 1)), -1), high: place(found))
        while bracket.high.value < 0 {
            let steps = found.member.totalSteps
            guard steps < maximumSteps else { return try member(found, reaches: false) }
            let low = bracket.high
            found = try best(of: steps > maximumSteps / 2 ? maximumSteps : 2 * steps)
            bracket = RootBracket(low: low, high: place(found))
        }
        while bracket.width > Self.precision {
            let steps = Int(exp(bracket.falsePosition).rounded())
            let (least, most) = (exp(bracket.low.place), exp(bracket.high.place))
            guard most - least > 1.5 else { break }
            // The length itself, not its logarithm, is whole.
            let tried = try best(
                of: min(max(steps, Int(least.rounded()) + 1), Int(most.rounded()) - 1))
            if tried.loss <= target { found = tried }
            bracket.narrow(at: place(tried).place, value: place(tried).value)
        }
        return try member(found, reaches: true)
    }

    private func place(_ found: FamilySearch.Outcome) -> RootBracket.End {
        (log(Double(found.member.totalSteps)), target - found.loss)
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
            name: family.name, reached: reaches, steps: found.member.totalSteps,
            schedule: PlanText.language(schedule), jumps: family.jumps,
            final: try context.plannedLoss(of: schedule))
    }
}
