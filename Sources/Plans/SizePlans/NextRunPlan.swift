import Fitting
import Foundation
import Laws
import Records
import Schedules

/// The run whose losses would tell most about an asked prediction: a size and its tokens, or a
/// schedule.
///
/// With Σ the parameters' covariance, h the gradient of the asked loss, g that of a loss that the
/// candidate would log, both in the objective's residual, and σ² its noise, measuring it takes
///
///     (hᵀΣg)² / (σ² + gᵀΣg)
///
/// off the variance hᵀΣh, to first order: the linearised fit's own update by one row. A curve is
/// logged at many steps, one row after another; its points are worth as much as the fit's own were, so
/// that σ² is that of a point times the fit's points over its effective ones.
///
/// Source: Fedorov 1972, Theory of Optimal Experiments, chapter 2.
package struct NextRunPlan: PlanKind {
    package static let about = PlanDescription(
        id: "next-run",
        title: "the run that would tell most about an asked prediction",
        selector: .option("training_flops"),
        options: [
            PlanOption(
                "training_flops", "C", meaning: "the most that a run of a size may cost, in FLOP",
                example: "1e20"),
            PlanOption("parameter_count", "n", meaning: "N of the asked loss", example: "7e10"),
            PlanOption("token_count", "n", meaning: "D of the asked loss", example: "1.4e12"),
            PlanOption(
                "sizes", "n,n", meaning: "sizes of candidates (a grid about the fitted ones)",
                example: "1e8,1e9"),
            PlanOption(
                "token_counts", "n,n", meaning: "their tokens, likewise", example: "1e10,1e11"),
            PlanOption(
                "schedule", "spec",
                meaning: "of a law of curves: the schedule whose final loss is asked",
                example: "warmup:300@3e-3,cosine:9700@3e-4"),
            PlanOption(
                "maximum_steps", "n",
                meaning: "the most steps that a candidate may take (the longest fitted)",
                example: "4000"),
            PlanOption(
                "schedules", "spec;spec",
                meaning: "candidates (schedules of each family at three lengths)",
                example: "warmup:300@3e-3,hold:3700;warmup:300@3e-3,cosine:3700@0"),
        ],
        supportedLaws: { isOfCurves($0) || LossSurface.isDefined(for: $0) },
        question: "a loss of model size and tokens, or a curve under a schedule",
        example: "--fit fit.json --next-run --schedule warmup:300@3e-3,cosine:9700@3e-4",
        pictures: [
            .init(
                x: "token_count",
                panels: [
                    [.init(PlanDocument.drawing, "expected_half_width", group: "parameter_count")]
                ]),
            .init(
                x: "step_count",
                panels: [[.init(PlanDocument.drawing, "expected_half_width", group: "choice")]],
                isLogarithmic: false),
        ])

    private static let mostCandidates = 60
    private static let shownCandidates = 20
    /// Steps at which a candidate's curve is taken to be logged; more add nothing but time.
    private static let loggedSteps = 32

    private let flops: Double?
    private let parameterCount: Double?
    private let tokenCount: Double?
    private let sizes: [Double]?
    private let tokenCounts: [Double]?
    private let schedule: LearningRateSchedule?
    private let maximumSteps: Int?
    private let schedules: [LearningRateSchedule]?

    package init(_ options: PlanOptions) throws {
        flops = try options.number("training_flops")
        parameterCount = try options.number("parameter_count")
        tokenCount = try options.number("token_count")
        sizes = try options.numbers("sizes", atMost: Self.mostCandidates)
        tokenCounts = try options.numbers("token_counts", atMost: Self.mostCandidates)
        schedule = try options.schedule("schedule")
        maximumSteps = try options.integer("maximum_steps", in: 2...ScheduleLimits.steps)
        schedules = try options.schedules("schedules", atMost: Self.mostCandidates)
    }

    private static func isOfCurves(_ law: any ScalingLaw) -> Bool {
        type(of: law).about.kind == .curve
    }

    /// A run that could be trained.
    private struct Candidate {
        /// Its members of an answer row.
        var row: [String: PlanValue]
        var words: String
        /// In FLOP, or in steps.
        var cost: Double
        /// Gradients of the losses that it would log, and the variance of each one's noise.
        var gradients: [[Double]]
        var variance: Double
        /// The share of the asked loss's variance that it takes away.
        var reduction = 0.0

        /// The same per FLOP or per step.
        var rate: Double { reduction / cost }
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let report = context.predictor.report
        guard let covariance = report.covariance, let noise = report.noise,
            covariance.allSatisfy({ $0.allSatisfy(\.isFinite) })
        else {
            throw PlanError.refused(
                .notIdentified,
                "the fit has no covariance of all its parameters, which is what a run would "
                    + "shrink; fit runs that determine them first")
        }
        var context = context
        // Sizes are options here, and inputs of a law of curves.
        context.features[.parameterCount] = parameterCount
        context.features[.tokenCount] = tokenCount
        let isOfCurves = Self.isOfCurves(context.predictor.law.law)
        let (asked, loss) = try isOfCurves ? askedCurve(context) : askedSize(context)
        let variance = QuadraticForm.value(covariance, asked)
        guard variance > 0 else {
            throw PlanError.refused(
                .notIdentified, "all parameters are fixed, so no run can tell more")
        }
        var candidates = try isOfCurves ? curveCandidates(context) : sizeCandidates(context)
        for index in candidates.indices {
            try context.budget.check()
            let left = Self.updated(covariance, by: candidates[index])
            candidates[index].reduction = 1 - max(0, QuadraticForm.value(left, asked)) / variance
        }
        let half =
            variance.squareRoot()
            * LawPredictor.Interval.quantile(
                level: context.interval?.level ?? LawPredictor.Interval.standardLevel,
                degreesOfFreedom: noise.degreesOfFreedom)
        var answer = try answer(candidates, half, per: isOfCurves ? "step" : "FLOP", context)
        answer["loss"] = .quantity(loss)
        if isOfCurves {
            if let schedule {
                answer.warnings += context.predictor.warnings(
                    for: schedule, features: context.features, through: schedule.totalSteps - 1)
            }
        } else {
            answer["cost_model"] = .text("C = 6·N·D")
            answer.warnings += context.sizeWarnings(
                parameterCount: parameterCount ?? 0, tokenCount: tokenCount ?? 0)
        }
        answer.warnings.append(
            "this trusts the law; a run that could show it to be wrong, far from all others, is worth "
                + "more than it says")
        return answer
    }

    /// Σ after a candidate's losses are known: Σ − Σg·(Σg)ᵀ/(σ² + gᵀΣg) for one after the other.
    private static func updated(_ covariance: [[Double]], by candidate: Candidate) -> [[Double]] {
        var left = covariance
        for gradient in candidate.gradients where gradient.allSatisfy(\.isFinite) {
            let column = left.map { row in zip(row, gradient).reduce(0) { $0 + $1.0 * $1.1 } }
            let whole =
                candidate.variance + zip(column, gradient).reduce(0) { $0 + $1.0 * $1.1 }
            for row in left.indices {
                for place in left.indices {
                    left[row][place] -= column[row] * column[place] / whole
                }
            }
        }
        return left
    }

    private func answer(
        _ candidates: [Candidate], _ half: Double, per unit: String, _ context: PlanContext
    ) throws -> PlanDocument {
        let ranked = candidates.sorted { $0.rate > $1.rate }
        guard let best = ranked.first,
            let strongest = candidates.max(by: { $0.reduction < $1.reduction })
        else { preconditionFailure("there are candidates") }
        func after(_ candidate: Candidate) -> Double {
            half * max(0, 1 - candidate.reduction).squareRoot()
        }
        var answer = context.document(Self.about.id)
        answer.members.merge(best.row) { $1 }
        answer["choice"] = nil
        answer["reduction"] = .number(best.reduction)
        answer["relative_half_width"] = .number(half)
        answer["expected_half_width"] = .number(after(best))
        answer["method"] = .text("linearised fit: (hᵀΣg)²/(σ² + gᵀΣg) of hᵀΣh")
        answer["choices"] = .rows(
            ranked.prefix(Self.shownCandidates).map {
                var row = $0.row
                row["choice"] = nil
                row["reduction"] = .number($0.reduction)
                row["reduction_per_\(unit.lowercased())"] = .number($0.rate)
                row["relative_half_width"] = .number(after($0))
                return row
            })
        answer[PlanDocument.drawing] = .rows(
            candidates.map {
                $0.row.merging(["expected_half_width": .number(after($0))]) { $1 }
            })
        func percent(_ width: Double) -> String { PlanText.number(100 * width, digits: 2) }
        answer.advice =
            "Train \(best.words): of these candidates it shrinks the asked loss's interval most per "
            + "\(unit)\(strongest.words == best.words ? " and most in all" : ""), from "
            + "±\(percent(half)) % to ±\(percent(after(best))) %."
        if strongest.words != best.words {
            answer.advice +=
                " Most in all, to ±\(percent(after(strongest))) %, tells \(strongest.words)."
        }
        if let size = best.row["parameter_count"]?.number,
            let tokens = best.row["token_count"]?.number
        {
            answer.warnings += context.sizeWarnings(parameterCount: size, tokenCount: tokens)
        }
        return answer
    }

    // MARK: Sizes

    private func askedSize(
        _ context: PlanContext
    ) throws -> (gradient: [Double], loss: PlannedQuantity) {
        let needed = ["training_flops", "parameter_count", "token_count"]
        guard flops != nil, let parameterCount, let tokenCount else {
            throw PlanError.missing(
                kind: Self.about.id,
                options: Self.about.options.filter { needed.contains($0.name) })
        }
        let surface = try LossSurface(context)
        let features = try surface.features(
            parameterCount: parameterCount, tokenCount: tokenCount)
        return (
            try context.predictor.gradients(features: features)[0],
            try context.plannedLoss(
                surface, parameterCount: parameterCount, tokenCount: tokenCount)
        )
    }

    /// Sizes and tokens from the fitted ones to four times beyond, within the cost.
    private func sizeCandidates(_ context: PlanContext) throws -> [Candidate] {
        let fitted = context.predictor.report.fittedRange?.features
        func grid(_ range: ClosedRange<Double>?, asked: Double?) -> [Double] {
            let low = range?.lowerBound ?? (asked ?? 1) / 1e4
            let high = 4 * (range?.upperBound ?? (asked ?? 1) / 10)
            return (0..<8).map { low * pow(high / low, Double($0) / 7) }
        }
        let size = fitted?[.parameterCount] ?? fitted?[.averageParameterCount]
        let all = (sizes ?? grid(size, asked: parameterCount)).flatMap { size in
            (tokenCounts ?? grid(fitted?[.tokenCount], asked: tokenCount)).map {
                (size: size, tokens: $0, flops: 6 * size * $0)
            }
        }
        let limit = flops ?? .infinity
        let affordable = all.filter { $0.flops <= limit * (1 + 1e-9) }
        guard !affordable.isEmpty else {
            throw PlanError.invalid(
                option: "training_flops", value: PlanText.number(limit),
                rule: "buys no candidate; the cheapest takes "
                    + PlanText.number(all.map(\.flops).min() ?? 0))
        }
        let surface = try LossSurface(context)
        let scale = context.predictor.report.noise?.scale ?? 0
        return try affordable.map { size, tokens, flops in
            Candidate(
                row: [
                    "parameter_count": .number(size), "token_count": .number(tokens),
                    "tokens_per_parameter": .number(tokens / size),
                    "training_flops": .number(flops),
                ],
                words: "\(SizeText.count(size)) parameters on \(SizeText.count(tokens)) tokens",
                cost: flops,
                gradients: try context.predictor.gradients(
                    features: surface.features(parameterCount: size, tokenCount: tokens)),
                variance: scale * scale)
        }
    }

    // MARK: Curves

    private func askedCurve(
        _ context: PlanContext
    ) throws -> (gradient: [Double], loss: PlannedQuantity) {
        guard let schedule else {
            throw PlanError.missing(
                kind: Self.about.id, options: Self.about.options.filter { $0.name == "schedule" })
        }
        let loss = try context.plannedLoss(of: schedule)
        return (
            try context.predictor.gradients(
                along: schedule, features: context.features, steps: [schedule.totalSteps - 1])[0],
            PlannedQuantity(loss)
        )
    }

    private func curveCandidates(_ context: PlanContext) throws -> [Candidate] {
        let report = context.predictor.report
        guard let noise = report.noise, let steps = report.fittedRange?.steps, report.points > 0
        else {
            throw PlanError.refused(
                .notIdentified, "the fit does not say how many points of which steps it was made on"
            )
        }
        let most = maximumSteps ?? steps.upperBound + 1
        let all = try schedules.map { $0.map { ("candidate", $0) } } ?? families(to: most)
        let affordable = all.filter { $0.1.totalSteps <= most }
        guard !affordable.isEmpty else {
            throw PlanError.invalid(
                option: "maximum_steps", value: "\(most)",
                rule: "leaves no candidate; the shortest has "
                    + "\(all.map(\.1.totalSteps).min() ?? 0) steps")
        }
        // Steps between logged points, as in the fitted runs.
        let spacing =
            Double(steps.upperBound - steps.lowerBound + 1)
            / (Double(report.points) / Double(max(1, report.runs.count)))
        return try affordable.map { name, schedule in
            let first = min(schedule.warmupSteps, schedule.totalSteps - 1)
            let length = schedule.totalSteps - 1 - first
            let steps = Set(
                (0...Self.loggedSteps).map { first + $0 * length / Self.loggedSteps }
            ).sorted()
            // Each of these stands for so many logged points, and those for fewer independent ones.
            let logged = Double(max(1, length)) / spacing / Double(steps.count)
            return Candidate(
                row: [
                    "choice": .text(name), "schedule": .text(PlanText.language(schedule)),
                    "step_count": .number(Double(schedule.totalSteps)),
                ],
                words: PlanText.language(schedule), cost: Double(schedule.totalSteps),
                gradients: try context.predictor.gradients(
                    along: schedule, features: context.features, steps: steps),
                variance: noise.scale * noise.scale * Double(report.points) / noise.effectivePoints
                    / logged)
        }
    }

    /// Each family at a quarter, a half and all of the steps, with the asked schedule's peak and
    /// warm-up, a fifth of it on the way down to a tenth of the peak.
    private func families(to most: Int) throws -> [(String, LearningRateSchedule)] {
        let peak = schedule?.peakLearningRate ?? 0
        let warmup = schedule?.warmupSteps ?? 0
        return try [4, 2, 1].flatMap { part in
            try ScheduleFamily.all.compactMap { family in
                let total = most / part
                guard total > warmup + 1, peak > 0 else { return nil }
                let room = total - warmup
                let member = FamilyMember(
                    family: family, totalSteps: total, warmupSteps: warmup, peak: peak,
                    finalRate: PlanText.rounded(0.1 * peak, digits: 4),
                    decaySteps: family.onset == .never
                        ? 0 : family.onset == .atOnce ? room : max(1, room / 5))
                return (family.name, try member.schedule())
            }
        }
    }
}
