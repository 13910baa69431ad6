import Fitting
import Foundation
import Laws
import Schedules

/// The peak learning rate of a schedule, carried over from one that was tuned.
///
///     γ(new) = γ(tuned)·γ*(new)/γ*(tuned)
///
/// γ* is where the convex bound of a schedule is lowest (`ConvexBound`): a longer schedule wants a lower
/// peak, one that cools down a higher one. The tuned rate is given, or fitted to a sweep of peak rates
/// (`RateSweep`). Source: Schaipp et al. 2025, arXiv 2501.18965.
package struct PeakRatePlan: PlanKind {
    package static let about = PlanDescription(
        id: "peak-rate",
        title: "the peak learning rate of a schedule, from one that was tuned",
        selector: .option("schedule"),
        options: [
            PlanOption(
                "schedule", "spec", meaning: "the schedule to train, at any peak",
                isRequired: true, example: "warmup:300@3e-3,cosine:7700@0"),
            PlanOption(
                "tuned_schedule", "spec", meaning: "the tuned schedule, at any peak (the same)",
                example: "warmup:300@3e-3,cosine:1700@0"),
            PlanOption(
                "tuned_rate", "r", meaning: "the best peak rate of the tuned schedule",
                example: "3e-3"),
            PlanOption(
                "rates", "r,r,r", meaning: "in its place, the peak rates of a sweep",
                example: "1e-3,2e-3,4e-3,8e-3"),
            PlanOption(
                "losses", "l,l,l", meaning: "and the final loss of each",
                example: "3.10,3.02,3.01,3.08"),
        ],
        source: .nothing, supportedLaws: { _ in true }, question: "nothing",
        example: "--peak-rate step@1,linear:8000@0 --tuned-schedule step@1,linear:2000@0 "
            + "--tuned-rate 3e-3",
        pictures: [.init(x: "learning_rate", panels: [[.init("curve", "relative_bound")]])])

    /// Every step of both schedules is looked at.
    private static let mostSteps = 5_000_000
    /// Peak rates of one sweep.
    private static let mostRates = 1_000

    private let schedule: LearningRateSchedule
    private let tuned: LearningRateSchedule
    private let bound: ConvexBound
    private let tunedBound: ConvexBound
    private let tunedRate: Double?
    private let sweep: (rates: [Double], losses: [Double])

    package init(_ options: PlanOptions) throws {
        guard let schedule = try options.schedule("schedule") else {
            throw PlanError.missing(kind: Self.about.id, options: [Self.about.options[0]])
        }
        self.schedule = schedule
        tuned = try options.schedule("tuned_schedule") ?? schedule
        bound = try Self.bound(schedule, "schedule", options)
        tunedBound = try Self.bound(tuned, "tuned_schedule", options)
        tunedRate = try options.number("tuned_rate")
        sweep = (try Self.list("rates", options), try Self.list("losses", options))
        guard sweep.rates.count == sweep.losses.count else {
            throw PlanError.invalid(
                option: "losses", value: options.text("losses") ?? "",
                rule: "must be as many as rates, \(sweep.rates.count)")
        }
        guard (tunedRate == nil) != sweep.rates.isEmpty else {
            guard tunedRate == nil else {
                throw PlanError.invalid(
                    option: "tuned_rate", value: options.text("tuned_rate") ?? "",
                    rule: "stands in place of rates and losses; give one of the two")
            }
            throw PlanError.missing(
                kind: Self.about.id, options: Self.about.options.filter { $0.name == "tuned_rate" })
        }
    }

    private static func bound(
        _ schedule: LearningRateSchedule, _ name: String, _ options: PlanOptions
    ) throws(PlanError) -> ConvexBound {
        guard schedule.totalSteps <= mostSteps else {
            throw .invalid(
                option: name, value: options.text(name) ?? "",
                rule: "must have at most \(mostSteps) steps")
        }
        guard let bound = ConvexBound(schedule) else {
            throw .invalid(
                option: name, value: options.text(name) ?? "", rule: "must have a rate above 0")
        }
        return bound
    }

    /// The numbers of a list in their order, since rates and losses belong together.
    private static func list(_ name: String, _ options: PlanOptions) throws(PlanError) -> [Double] {
        guard let text = options.text(name) else { return [] }
        let items = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = items.compactMap { Double($0) }.filter { $0.isFinite && $0 > 0 }
        guard numbers.count == items.count, (3...mostRates).contains(numbers.count) else {
            throw .invalid(
                option: name, value: text, rule: "must be 3 to \(mostRates) finite numbers above 0")
        }
        return numbers
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let ratio = bound.bestRate / tunedBound.bestRate
        let found = try tunedRate.map { PlannedQuantity($0) } ?? fitted(context).bestRate
        let best = PlannedQuantity(
            found.value * ratio, lower: found.lower.map { $0 * ratio },
            upper: found.upper.map { $0 * ratio })
        var answer = PlanDocument(kind: Self.about.id)
        answer["learning_rate"] = .quantity(best)
        answer["tuned_rate"] = .quantity(found)
        answer["rate_ratio"] = .number(ratio)
        answer["formula"] = .text("γ(new) = γ(tuned)·γ*(new)/γ*(tuned), γ* = √(T1/(T2 + T3))")
        answer["source"] = .text("Schaipp et al. 2025, arXiv:2501.18965")
        answer["choices"] = .rows([
            row("to train", schedule, bound, best.value),
            row("tuned", tuned, tunedBound, found.value),
        ])
        answer["curve"] = .rows(
            (-8...8).map { place in
                let multiple = pow(2, Double(place) / 4)
                return [
                    "learning_rate": .number(best.value * multiple),
                    "relative_bound": .number(ConvexBound.excess(multiple)),
                ]
            })
        answer.advice =
            "Train with a peak rate of \(PlanText.number(best.value)), "
            + "\(PlanText.number(ratio, digits: 3)) times the tuned "
            + "\(PlanText.number(found.value)). Twice or half of it costs "
            + "\(PlanText.number(100 * (ConvexBound.excess(2) - 1), digits: 2)) % of the bound."
        answer.warnings = warnings(best, found)
        return answer
    }

    private func fitted(_ context: PlanContext) throws(PlanError) -> RateSweep {
        try RateSweep(
            rates: sweep.rates, losses: sweep.losses, level: context.interval?.level)
    }

    private func row(
        _ name: String, _ schedule: LearningRateSchedule, _ bound: ConvexBound, _ rate: Double
    ) -> [String: PlanValue] {
        [
            "choice": .text(name), "step_count": .number(Double(schedule.totalSteps)),
            "learning_rate": .number(rate), "bound_rate": .number(bound.bestRate),
            "bound": .number(bound.lowest),
        ]
    }

    private func warnings(_ best: PlannedQuantity, _ found: PlannedQuantity) -> [String] {
        var warnings = [
            "the bound is of stochastic gradient descent on convex functions: runs follow its shape, "
                + "not its size; model, batch and data must be those of the tuned schedule"
        ]
        if tunedRate == nil, found.lower == nil {
            warnings.append("three rates leave no degree of freedom for an interval")
        }
        if let low = sweep.rates.min(), let high = sweep.rates.max(),
            found.value < low || found.value > high
        {
            warnings.append(
                "the best rate of the sweep, \(PlanText.number(found.value)), lies beyond the rates "
                    + "that were tried")
        }
        return warnings
    }
}
