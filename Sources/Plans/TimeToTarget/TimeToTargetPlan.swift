import Fitting
import Laws
import Records
import Schedules

/// When a loss is reached: under a schedule, and by the shortest schedule of each family.
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
        able: { $0.kind == .curve }, asks: "a curve under a schedule",
        example: "--time-to-target 2.3 --schedule warmup:300@3e-3,cosine:3700@3e-4")

    private static let standardWarmup = 100
    private static let standardMaximum = 1_000_000

    private let target: Double
    private let schedule: LearningRateSchedule?
    private let peak: Double
    private let warmupSteps: Int
    private let minimumRate: Double
    private let maximumSteps: Int
    private let families: [ScheduleFamily]

    package init(_ options: PlanOptions) throws(PlanError) {
        target = try options.number("target_loss") ?? 0
        schedule = try options.schedule("schedule")
        guard let peak = try options.number("peak") ?? schedule?.peakLearningRate else {
            throw .missing(
                kind: Self.about.id,
                options: Self.about.options.filter { $0.name == "peak" })
        }
        guard peak > 0 else {
            throw .invalid(
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
            throw .invalid(
                option: "minimum_rate", value: PlanText.number(minimumRate),
                rule: "must be below peak = \(PlanText.number(peak))")
        }
        families = ScheduleFamily.named(
            try options.names("families", of: ScheduleFamily.all.map(\.name)))
    }

    package func result(_ context: PlanContext) throws -> TimeToTargetResult {
        var result = TimeToTargetResult(
            law: context.predictor.law.about.id, target: target, maximumSteps: maximumSteps)
        if let schedule {
            let passage = try FirstPassage(context: context, schedule: schedule, target: target)
            result.follow(passage, schedule: schedule)
            result.warnings += schedule.warnings
        }
        for (index, family) in families.enumerated() {
            context.progress(Double(index) / Double(families.count))
            let search = ShortestMember(
                context: context, family: family, warmupSteps: warmupSteps, peak: peak,
                minimumRate: minimumRate, target: target, maximumSteps: maximumSteps)
            result.families.append(try search.answer())
        }
        result.complete(interval: context.interval)
        if let shortest = result.families.first(where: { $0.name == result.cheapest }) {
            result.warnings += context.doubts(
                of: try LearningRateSchedule(parsing: shortest.schedule))
        }
        return result
    }
}
