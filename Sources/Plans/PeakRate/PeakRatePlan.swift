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
/// (`RateSweep`). With a fit of `convex-bound` D, G and the way gradients shrink are the fit's, so that
/// L(γ) = C + A/γ + B·γ is in nats, and γ* an answer without any tuned rate.
///
/// Source: Schaipp et al. 2025, arXiv 2501.18965.
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
                "tuned_rate", "r",
                meaning: "the best peak rate of the tuned schedule (with a fit: the fit's)",
                example: "3e-3"),
            PlanOption(
                "rates", "r,r,r", meaning: "in its place, the peak rates of a sweep",
                example: "1e-3,2e-3,4e-3,8e-3"),
            PlanOption(
                "losses", "l,l,l", meaning: "and the final loss of each",
                example: "3.10,3.02,3.01,3.08"),
        ],
        source: .fitIfGiven, supportedLaws: { $0 is ConvexBoundLaw },
        question: "a loss that carries the peak rate",
        example: "--peak-rate step@1,linear:8000@0 --tuned-schedule step@1,linear:2000@0 "
            + "--tuned-rate 3e-3",
        pictures: ["loss", "relative_bound"].map {
            .init(x: "learning_rate", panels: [[.init("curve", $0)]])
        })

    /// Every step of both schedules is looked at.
    private static let mostSteps = 5_000_000
    /// Peak rates of one sweep.
    private static let rateCounts = 3...1_000

    private let schedule: LearningRateSchedule
    private let tuned: LearningRateSchedule
    private let tunedRate: Double?
    private let sweep: (rates: [Double], losses: [Double])

    package init(_ options: PlanOptions) throws {
        guard let schedule = try options.schedule("schedule") else {
            throw PlanError.missing(kind: Self.about.id, options: [Self.about.options[0]])
        }
        self.schedule = schedule
        tuned = try options.schedule("tuned_schedule") ?? schedule
        try Self.check(schedule, "schedule", options)
        try Self.check(tuned, "tuned_schedule", options)
        tunedRate = try options.number("tuned_rate")
        sweep = (
            try options.list("rates", of: Self.rateCounts) ?? [],
            try options.list("losses", of: Self.rateCounts) ?? []
        )
        guard sweep.rates.count == sweep.losses.count else {
            throw PlanError.invalid(
                option: "losses", value: options.text("losses") ?? "",
                rule: "must be as many as rates, \(sweep.rates.count)")
        }
        guard tunedRate == nil || sweep.rates.isEmpty else {
            throw PlanError.invalid(
                option: "tuned_rate", value: options.text("tuned_rate") ?? "",
                rule: "stands in place of rates and losses; give one of the two")
        }
    }

    private static func check(
        _ schedule: LearningRateSchedule, _ name: String, _ options: PlanOptions
    ) throws(PlanError) {
        let isLong = schedule.totalSteps > mostSteps
        guard isLong || ConvexBound(schedule) == nil else { return }
        throw .invalid(
            option: name, value: options.text(name) ?? "",
            rule: isLong ? "must have at most \(mostSteps) steps" : "must have a rate above 0")
    }

    /// The bounds of both schedules, and what endless training leaves: 0 without a fit.
    private struct Bounds {
        var new: ConvexBound
        var tuned: ConvexBound
        var rest: Double

        var ratio: Double { new.bestRate / tuned.bestRate }
    }

    /// The bounds at a fit's parameters; D = G = 1 and gradients of one size without.
    private func bounds(_ values: [Double]?) throws(PlanError) -> Bounds {
        func bound(_ schedule: LearningRateSchedule) -> ConvexBound? {
            guard let values else { return ConvexBound(schedule) }
            return ConvexBound(
                schedule, distance: values[1], gradient: values[2], exponent: values[3])
        }
        guard let new = bound(schedule), let tuned = bound(tuned), new.lowest > 0 else {
            throw .refused(
                .noInteriorMinimum,
                "under this fit the loss \((values?[1] ?? 0) > 0 ? "falls" : "rises") with the peak rate "
                    + "throughout: a term of its bound is 0, and no rate is best")
        }
        return Bounds(new: new, tuned: tuned, rest: values?[0] ?? 0)
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let uncertainty = try context.fit.map { _ in try PlanUncertainty(context) }
        let best = try bounds(uncertainty?.values)
        let given = try tunedRate.map { PlannedQuantity($0) } ?? fitted(context)?.bestRate
        guard given != nil || uncertainty != nil else {
            throw PlanError.missing(
                kind: Self.about.id, options: Self.about.options.filter { $0.name == "tuned_rate" })
        }
        let place = given.map { $0.value * best.ratio } ?? best.new.bestRate
        let rates = (-8...8).map { place * pow(2, Double($0) / 4) }
        let planned = try uncertainty?.planned { parameters in
            let bounds = try bounds(parameters)
            return [bounds.new.bestRate, bounds.tuned.bestRate, bounds.ratio]
                + rates.map { bounds.rest + bounds.new.value(at: $0) }
        }
        let ratio = planned?[2] ?? PlannedQuantity(best.ratio)
        let tuned = given ?? planned?[1] ?? PlannedQuantity(best.tuned.bestRate)
        let rate = given.map { $0.times(ratio) } ?? planned?[0] ?? tuned
        var answer = PlanDocument(kind: Self.about.id, law: context.fit?.law.about.id)
        answer["learning_rate"] = .quantity(rate)
        answer["tuned_rate"] = .quantity(tuned)
        answer["rate_ratio"] = .number(ratio.value)
        answer["loss"] = planned.map { .quantity($0[3 + rates.count / 2]) }
        answer["formula"] = .text(
            (planned == nil ? "" : "L(γ) = C + A/γ + B·γ, γ* = √(A/B); ")
                + "γ(new) = γ(tuned)·γ*(new)/γ*(tuned), γ* = √(T1/(T2 + T3))")
        answer["source"] = .text("Schaipp et al. 2025, arXiv:2501.18965")
        answer["choices"] = .rows([
            row("to train", schedule, best.new, rate.value),
            row("tuned", self.tuned, best.tuned, tuned.value),
        ])
        answer["curve"] = .rows(
            rates.enumerated().map { index, rate in
                var row: [String: PlanValue] = ["learning_rate": .number(rate)]
                if let planned {
                    row["loss"] = .quantity(planned[3 + index])
                } else {
                    row["relative_bound"] = .number(ConvexBound.excess(rate / place))
                }
                return row
            })
        let off = ConvexBound.excess(2) - 1
        answer.advice =
            "Train with a peak rate of \(PlanText.number(rate.value))"
            + (rate == tuned
                ? ""
                : ", \(PlanText.number(ratio.value, digits: 3)) times the tuned "
                    + PlanText.number(tuned.value))
            + (planned.map { ": predicted loss \(SizeText.loss($0[3 + rates.count / 2]))" } ?? "")
            + ". Twice or half of it costs "
            + (planned == nil
                ? "\(PlanText.number(100 * off, digits: 2)) % of the bound."
                : "\(PlanText.number(off * best.new.lowest, digits: 2)) nats.")
        answer.warnings = warnings(rate, tuned, context)
        return answer
    }

    /// The fit of the sweep; nil without one.
    private func fitted(_ context: PlanContext) throws(PlanError) -> RateSweep? {
        guard !sweep.rates.isEmpty else { return nil }
        return try RateSweep(
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

    private func warnings(
        _ best: PlannedQuantity, _ tuned: PlannedQuantity, _ context: PlanContext
    ) -> [String] {
        var warnings = [
            "the bound is of stochastic gradient descent on convex functions: runs follow its shape, "
                + "not its size; model, batch and data must be those of the tuned schedule"
        ]
        if sweep.rates.count == 3 {
            warnings.append("three rates leave no degree of freedom for an interval")
        }
        if let low = sweep.rates.min(), let high = sweep.rates.max(),
            tuned.value < low || tuned.value > high
        {
            warnings.append(
                "the best rate of the sweep, \(PlanText.number(tuned.value)), lies beyond the rates "
                    + "that were tried")
        }
        if let fitted = context.fit?.report.fittedRange?.learningRates,
            best.value > fitted.upperBound
        {
            warnings.append(
                "the best peak lies above \(PlanText.number(fitted.upperBound)), the highest rate that "
                    + "the law was fitted on; it does not know of rates at which training diverges")
        }
        return warnings
    }
}
