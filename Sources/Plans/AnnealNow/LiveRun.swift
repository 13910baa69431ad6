import Fitting
import Foundation
import Laws
import Records
import Schedules

/// A run in the middle of its training: the rates it has had, and how its log lies to the law.
struct LiveRun {
    let id: String
    /// Steps taken so far.
    let now: Int
    /// The rate of the next step, were nothing changed.
    let rate: Double
    /// The distance of the last points from the law's curve; nil where none can be compared.
    let offset: AnnealNowResult.Offset?
    let warnings: [String]
    private let past: LearningRateSchedule

    /// Points that say where a log lies.
    private static let offsetPoints = 10

    /// Takes a run up to a step.
    ///
    /// - Parameters:
    ///   - context: The fit and the run.
    ///   - schedule: The run's schedule, in place of what it carries.
    ///   - stated: Steps taken so far; nil takes all that were logged.
    /// - Throws: `PlanError` when the run has no rates, too few steps, or a rate of 0 by now.
    init(_ context: PlanContext, schedule: LearningRateSchedule?, now stated: Int?) throws {
        guard var run = context.run else {
            throw PlanError.runMissing(kind: AnnealNowPlan.about.id)
        }
        if let schedule { run.schedule = schedule }
        id = run.id
        guard RunSchedule.isKnown(for: run) else {
            throw PlanError.run(
                run.id,
                reason: "it has no schedule and logged no learning rates; give one as schedule")
        }
        let resolved = try RunSchedule.resolve(run)
        let curve = run.curve(of: context.predictor.report.series)
        let logged = curve?.steps.last.map { min($0 + 1, resolved.schedule.totalSteps) }
        guard let now = stated ?? logged, now > 0 else {
            throw PlanError.run(run.id, reason: "it has no points; say from_step, the steps so far")
        }
        guard now <= resolved.schedule.totalSteps else {
            throw PlanError.invalid(
                option: "from_step", value: "\(now)",
                rule: "is beyond the run's schedule, which has \(resolved.schedule.totalSteps) "
                    + "steps")
        }
        self.now = now
        past = try resolved.schedule.prefix(steps: now)
        rate = past.finalLearningRate
        guard rate > 0 else {
            throw PlanError.run(
                run.id, reason: "its rate is 0 at step \(now), so there is nothing to cool down")
        }
        offset = try Self.offset(curve, under: past, context)
        warnings =
            resolved.warnings + (offset.flatMap(\.warning).map { ["run \(run.id): \($0)"] } ?? [])
    }

    /// The run up to now and what follows.
    func schedule(following text: String) throws -> LearningRateSchedule {
        try past.followed(by: ScheduleSegment.segments(parsing: text))
    }

    /// The same in the schedule language.
    func text(following text: String) -> String { "from:\(id)@\(now),\(text)" }

    private static func offset(
        _ curve: LossCurve?, under past: LearningRateSchedule, _ context: PlanContext
    ) throws -> AnnealNowResult.Offset? {
        guard let curve else { return nil }
        let indices = curve.steps.indices.filter {
            curve.steps[$0] < past.totalSteps && curve.steps[$0] >= past.warmupSteps
        }.suffix(offsetPoints)
        guard !indices.isEmpty else { return nil }
        let predicted = try context.predictor.curve(
            schedule: past, features: context.features, steps: indices.map { curve.steps[$0] },
            interval: nil
        ).losses
        let residuals = zip(indices, predicted).map { log(curve.losses[$0] / $1) }
            .filter(\.isFinite)
        guard !residuals.isEmpty else { return nil }
        let mean = residuals.reduce(0, +) / Double(residuals.count)
        let isLog = context.predictor.report.objective.residual == .log
        let noise = context.predictor.report.noise?.scale
        return AnnealNowResult.Offset(
            points: residuals.count, relative: mean, noise: isLog ? noise : nil)
    }
}

/// Steps written as numbers or as percentages of the steps that a run has taken.
enum StepList {
    /// Reads a list such as `1000,4000` or `10%,25%`.
    ///
    /// - Parameters:
    ///   - text: As given.
    ///   - option: The option's name, for the error.
    ///   - taken: What percentages are of.
    /// - Returns: Whole steps, at least 0, rising and each once.
    /// - Throws: `PlanError.invalid`.
    static func steps(
        _ text: String, option: String, of taken: Int
    ) throws(PlanError) -> (absolute: [Int], relative: [Int]) {
        var (absolute, relative): (Set<Int>, Set<Int>) = ([], [])
        for item in text.split(separator: ",") {
            if item.hasSuffix("%"), let percent = Double(item.dropLast()), percent >= 0,
                percent <= 10_000
            {
                relative.insert(Int((percent / 100 * Double(taken)).rounded()))
            } else if let steps = PlanOptions.whole(String(item)), steps >= 0 {
                absolute.insert(steps)
            } else {
                throw .invalid(
                    option: option, value: String(item),
                    rule: "must be a number of steps, or a percentage of the steps so far as in 10%"
                )
            }
        }
        guard !absolute.isEmpty || !relative.isEmpty else {
            throw .invalid(option: option, value: text, rule: "must name some steps")
        }
        return (absolute.sorted(), relative.sorted())
    }
}
