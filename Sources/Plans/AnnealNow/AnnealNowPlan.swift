import Fitting
import Laws
import Records
import Schedules

/// The loss of a live run after a cooldown started now, or later.
///
/// Every cooldown is compared with keeping the rate until the same end step. Losses are the law's
/// own, not shifted to the run's log: where the log lies off the law's curve, `offset` says by how
/// much. The fit's noise forgets within a few dozen points, long before a cooldown ends, so its best
/// guess of a later shift is none; whether a run stays off its law for other reasons, its size or
/// its data, one fit cannot tell. Gains are differences along the same run and hardly feel it.
package struct AnnealNowPlan: PlanKind {
    package static let about = PlanDescription(
        id: "anneal-now",
        title: "the loss after a cooldown of a live run, started now or later",
        selector: .runFiles,
        options: [
            PlanOption(
                "from_step", "s", meaning: "now: steps taken so far (all that were logged)",
                example: "2000"),
            PlanOption(
                "shapes", "a,b",
                meaning: "ways down, some of \(shapeNames.joined(separator: ", ")) (all)",
                example: "linear,sqrt"),
            PlanOption(
                "lengths", "n,p%",
                meaning: "steps of the cooldown, or percentages of the steps so far "
                    + "(\(standardLengths))", example: "500,20%"),
            PlanOption(
                "starts", "s,p%",
                meaning: "steps at which it may start, or percentages of the steps so far to wait "
                    + "(\(standardStarts))", example: "0%,25%"),
            PlanOption(
                "final_rate", "rate",
                meaning: "where cooldowns end (0; exp at a thousandth of the rate)",
                example: "3e-5"),
            PlanOption(
                "schedule", "spec", meaning: "the run's schedule, in place of what it says itself",
                example: "warmup:300@3e-3,hold:3200"),
        ],
        source: .fitAndRun, supportedLaws: { type(of: $0).about.kind == .curve },
        question: "a curve under a schedule",
        example: "--fit fit.json --anneal-now sample-runs --run constant_3500 --from-step 2000")

    private static let shapeNames = ScheduleCatalog.cooldownNames
    private static let standardLengths = "5%,10%,20%,40%"
    private static let standardStarts = "0%,10%,20%,30%,40%,50%"
    /// Cooldowns of one plan.
    private static let mostCooldowns = 2_000
    private static let differencesAtOnce = 32

    private let now: Int?
    private let shapes: [String]
    private let lengths: String
    private let starts: String
    private let finalRate: Double
    private let schedule: LearningRateSchedule?

    package init(_ options: PlanOptions) throws {
        now = try options.integer("from_step", in: 1...ScheduleLimits.steps)
        shapes = try options.names("shapes", of: Self.shapeNames) ?? Self.shapeNames
        lengths = options.text("lengths") ?? Self.standardLengths
        starts = options.text("starts") ?? Self.standardStarts
        finalRate = try options.number("final_rate", allowsZero: true) ?? 0
        schedule = try options.schedule("schedule")
        _ = try StepList.steps(lengths, option: "lengths", of: 1)
        _ = try StepList.steps(starts, option: "starts", of: 1)
    }

    package func result(_ context: PlanContext) throws -> AnnealNowResult {
        let live = try LiveRun(context, schedule: schedule, now: now)
        guard finalRate < live.rate else {
            throw PlanError.invalid(
                option: "final_rate", value: PlanText.number(finalRate),
                rule: "must be below the run's rate at step \(live.now), "
                    + PlanText.number(live.rate))
        }
        let cooldowns = try self.cooldowns(of: live)
        let ends = try cooldowns.map { try live.schedule(following: $0.text) }
        var result = AnnealNowResult(context, live: live)
        let keeping = try cooldowns.map {
            try live.schedule(following: "hold:\($0.end - live.now)")
        }
        let sameEnd = try cooldowns.map { cooldown in
            var now = cooldown
            (now.start, now.length) = (live.now, cooldown.end - live.now)
            return try live.schedule(following: now.text)
        }
        let predictor = context.predictor
        func differences(
            _ first: [LearningRateSchedule], _ second: [LearningRateSchedule]
        ) throws -> [PlannedLoss] {
            // A few at a time, so that the plan can end between them.
            try stride(from: 0, to: first.count, by: Self.differencesAtOnce).flatMap { start in
                try context.budget.check()
                let places = start..<min(start + Self.differencesAtOnce, first.count)
                let some = try predictor.differences(
                    of: first[places].map { .init(endOf: $0) },
                    from: second[places].map { .init(endOf: $0) }, features: context.features,
                    interval: context.interval)
                return places.indices.map { PlannedLoss(some, $0 - start) }
            }
        }
        let gains = try differences(keeping, ends)
        let waiting = try differences(sameEnd, ends)
        for (index, cooldown) in cooldowns.enumerated() {
            context.progress(Double(index) / Double(cooldowns.count))
            result.cooldowns.append(
                AnnealNowResult.Cooldown(
                    cooldown, schedule: live.text(following: cooldown.text),
                    final: try context.plannedLoss(of: ends[index]),
                    keeping: try context.plannedLoss(of: keeping[index]),
                    gain: gains[index],
                    waiting: cooldown.start > live.now ? waiting[index] : nil))
        }
        result.complete(interval: context.interval)
        if ends.indices.contains(result.best) {
            let cooldown = cooldowns[result.best]
            result.warnings += context.warnings(of: ends[result.best])
            result.curves = [
                try PlannedCurve(
                    of: ends[result.best], "\(cooldown.shape) over \(cooldown.length)",
                    from: live.now / 2, context),
                try PlannedCurve(
                    of: keeping[result.best], "rate kept", from: live.now / 2, context),
            ]
        }
        return result
    }

    /// Every shape, length and start, in this order.
    private func cooldowns(of live: LiveRun) throws(PlanError) -> [Cooldown] {
        let (stated, shares) = try StepList.steps(lengths, option: "lengths", of: live.now)
        let lengths = Set(stated + shares).filter { $0 > 0 }.sorted()
        let (steps, waits) = try StepList.steps(starts, option: "starts", of: live.now)
        if let early = steps.first(where: { $0 < live.now }) {
            throw .invalid(
                option: "starts", value: "\(early)",
                rule: "is before now, step \(live.now); start then or later")
        }
        guard !lengths.isEmpty else {
            throw .invalid(option: "lengths", value: self.lengths, rule: "must be at least 1 step")
        }
        let starts = Set(steps + waits.map { live.now + $0 }).sorted()
        guard (lengths.last ?? 0) + (starts.last ?? 0) <= ScheduleLimits.steps else {
            throw .invalid(
                option: "lengths", value: self.lengths,
                rule: "ends after step \(ScheduleLimits.steps), the last that a schedule may have")
        }
        let count = shapes.count * lengths.count * starts.count
        guard count <= Self.mostCooldowns else {
            throw .invalid(
                option: "starts", value: self.starts,
                rule: "makes \(count) cooldowns with the shapes and lengths, at most "
                    + "\(Self.mostCooldowns) are planned")
        }
        var cooldowns: [Cooldown] = []
        for shape in shapes {
            let rate =
                ScheduleCatalog.needsPositiveRates(shape) && finalRate == 0
                ? PlanText.rounded(1e-3 * live.rate, digits: 4) : finalRate
            for length in lengths {
                cooldowns += starts.map {
                    Cooldown(
                        shape: shape, now: live.now, start: $0, length: length, finalRate: rate)
                }
            }
        }
        return cooldowns
    }
}

/// One way down of a live run.
struct Cooldown: Equatable {
    var shape: String
    var now: Int
    var start: Int
    var length: Int
    var finalRate: Double

    var end: Int { start + length }

    /// The segments after the steps taken so far, in the schedule language.
    var text: String {
        (start > now ? "hold:\(start - now)," : "") + "\(shape):\(length)@\(finalRate)"
    }
}
