import Fitting
import Foundation
import Laws
import Records

/// Steps, tokens and batch to a loss: the trade of time against compute.
///
///     S·B at a loss L: S = S_min·(1 + B_crit/B), D = S·B = D_min·(1 + B/B_crit), D_min = S_min·B_crit
///
/// At the critical batch both are twice their least. S_min, D_min and B_crit follow from the law
/// `kaplan` at the target loss. Under `steps-batch` one batch size makes the most of D tokens,
///
///     M* = (βB/(γC))^{1/(β+γ)}·D^{γ/(β+γ)}, and those about it lose no more than a tolerance
///
/// with D the fewest tokens that reach the target.
///
/// Sources: Kaplan et al. 2020, arXiv 2001.08361, section 5; McCandlish et al. 2018, arXiv 1812.06162;
/// Schaipp et al. 2026, arXiv 2607.01487.
package struct BatchPlan: PlanKind {
    package static let about = PlanDescription(
        id: "batch",
        title: "steps, tokens and batch to a loss: time against compute",
        selector: .option("target_loss"),
        options: [
            PlanOption(
                "target_loss", "loss", meaning: "the loss to reach", isRequired: true,
                example: "3.2"),
            PlanOption(
                "parameter_count", "n", meaning: "the model's size without embeddings",
                isRequired: true, example: "1e8"),
            PlanOption(
                "batch_tokens", "n",
                meaning: "tokens per step, for the way to the loss (the critical, or the best)",
                example: "5e5"),
            PlanOption(
                "tolerance", "loss",
                meaning: "of steps-batch: the loss that a batch may cost (0.01)", example: "0.01"),
        ],
        supportedLaws: { $0 is KaplanLaw || $0 is StepsBatchLaw },
        question: "a loss of size, steps and batch",
        example: "--published kaplan-2020 --batch 3.2 --parameter-count 1e8",
        pictures: [
            .init(
                x: "step_count",
                panels: [
                    [.init(PlanDocument.drawing, "loss")], [.init("choices", "token_count")],
                ])
        ])

    private let target: Double
    private let parameterCount: Double
    private let batch: Double?
    private let tolerance: Double?

    /// The loss of guessing evenly among the 50,257 tokens of WebText2's vocabulary: no run is above it.
    private static let guess = log(50_257.0)

    package init(_ options: PlanOptions) throws(PlanError) {
        target = try options.number("target_loss") ?? 0
        parameterCount = try options.number("parameter_count") ?? 0
        batch = try options.number("batch_tokens")
        tolerance = try options.number("tolerance")
    }

    private static func form(_ law: any ScalingLaw, _ parameters: [Double]) -> any BatchForm {
        law is StepsBatchLaw ? StepsBatchForm(parameters) : KaplanForm(parameters)
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let uncertainty = try PlanUncertainty(context)
        let law = context.predictor.law.law
        let form = Self.form(law, uncertainty.values)
        if !(form is StepsBatchForm), let tolerance {
            throw PlanError.invalid(
                option: "tolerance", value: PlanText.number(tolerance),
                rule:
                    "is for steps-batch: under \(context.predictor.law.about.id) a batch of any size "
                    + "reaches the loss; leave it out")
        }
        let (target, size) = (target, parameterCount)
        guard let fewest = form.minimumSteps(toLoss: target, parameterCount: size),
            let tokens = form.minimumTokens(toLoss: target, parameterCount: size),
            fewest.isFinite, tokens.isFinite
        else {
            throw PlanError.unreachable(
                target, floor: form.minimumLoss(parameterCount: size),
                by: "endless training of \(SizeText.count(size)) parameters")
        }
        let best = form.evenBatch(toLoss: target, tokens: tokens)
        guard fewest >= 1, best >= 1 else {
            throw PlanError.invalid(
                option: "target_loss", value: PlanText.number(target),
                rule: "is reached within one step of a token; ask for a lower loss")
        }
        let used = batch ?? best
        guard form.steps(toLoss: target, parameterCount: size, batchTokens: used) != nil else {
            throw PlanError.unreachable(
                target,
                floor: form.trajectory(parameterCount: size, batchTokens: used, steps: [1e300])[0],
                by: "endless training in batches of \(SizeText.count(used)) tokens")
        }
        let planned = try uncertainty.planned { parameters in
            let form = Self.form(law, parameters)
            let tokens = form.minimumTokens(toLoss: target, parameterCount: size) ?? .nan
            let best = form.evenBatch(toLoss: target, tokens: tokens)
            let used = batch ?? best
            let steps = form.steps(toLoss: target, parameterCount: size, batchTokens: used) ?? .nan
            let range = (form as? StepsBatchForm)?.batches(
                tokens: tokens, within: tolerance ?? Self.standardTolerance)
            return [
                form.minimumLoss(parameterCount: size),
                form.minimumSteps(toLoss: target, parameterCount: size) ?? .nan, tokens, best,
                steps,
                steps * used,
            ] + (range.map { [$0.lowerBound, $0.upperBound] } ?? [])
        }
        var answer = context.document(Self.about.id)
        answer["target_loss"] = .number(target)
        answer["parameter_count"] = .number(size)
        answer["minimum_loss"] = .quantity(planned[0])
        answer["minimum_step_count"] = .quantity(planned[1])
        answer["minimum_token_count"] = .quantity(planned[2])
        answer[form.batchField] = .quantity(planned[3])
        answer["batch_tokens"] = .number(used)
        answer["step_count"] = .quantity(planned[4])
        answer["token_count"] = .quantity(planned[5])
        answer["tokens_per_parameter"] = .number(planned[5].value / size)
        answer["training_flops"] = .number(6 * size * planned[5].value)
        answer["cost_model"] = .text("C = 6·N·S·B")
        answer["method"] = .text(form.method)
        answer["choices"] = .rows(choices(form, best: best, fewestTokens: tokens))
        let steps = planned[4].value
        func way(_ places: [Double]) -> PlanValue {
            .rows(trajectory(form, batch: used, at: places.map { steps * pow(2, $0) }))
        }
        answer["trajectory"] = way((0...12).map { Double($0) - 12 })
        answer[PlanDocument.drawing] = way((0...48).map { Double($0) / 8 - 6 })
        let name = form is StepsBatchForm ? "best" : "critical"
        answer.advice =
            "The \(name) batch at a loss of \(PlanText.number(target, digits: 5)) is "
            + "\(SizeText.count(planned[3])) tokens. With \(SizeText.count(used)) per step it takes "
            + "\(SizeText.count(planned[4])) steps and \(SizeText.count(planned[5])) tokens; never "
            + "fewer than \(SizeText.count(planned[1].value)) steps, nor "
            + "\(SizeText.count(planned[2].value)) tokens."
        if planned.count > 6 {
            answer["minimum_batch_tokens"] = .quantity(planned[6])
            answer["maximum_batch_tokens"] = .quantity(planned[7])
            answer.advice +=
                " On as many tokens, batches of \(SizeText.count(planned[6].value)) to "
                + "\(SizeText.count(planned[7].value)) tokens cost at most "
                + "\(PlanText.number(tolerance ?? Self.standardTolerance)) in loss."
        }
        answer.warnings = context.sizeWarnings(
            parameterCount: parameterCount, tokenCount: planned[5].value)
        if context.predictor.report.warnings.contains(where: { $0.contains("batch_scale") }) {
            answer.warnings.append(
                "the fitted runs say little of batches (see the fit's warnings), and so does this")
        }
        return answer
    }

    private static let standardTolerance = 0.01

    /// Time and compute by batch, from an eighth of the best one to eight times it, of those that
    /// reach the loss.
    private func choices(
        _ form: any BatchForm, best: Double, fewestTokens: Double
    ) -> [[String: PlanValue]] {
        [0.125, 0.25, 0.5, 1, 2, 4, 8].compactMap { factor in
            let batch = factor * best
            guard
                let steps = form.steps(
                    toLoss: target, parameterCount: parameterCount, batchTokens: batch)
            else { return nil }
            return [
                "batch_tokens": .number(batch), "step_count": .number(steps),
                "token_count": .number(steps * batch),
                "training_flops": .number(6 * parameterCount * steps * batch),
                "relative_compute": .number(steps * batch / fewestTokens),
            ]
        }
    }

    /// The way to the loss, from where it means anything.
    private func trajectory(
        _ form: any BatchForm, batch: Double, at places: [Double]
    ) -> [[String: PlanValue]] {
        let losses = form.trajectory(
            parameterCount: parameterCount, batchTokens: batch, steps: places)
        return zip(places, losses).compactMap { step, loss in
            guard loss <= max(Self.guess, target) else { return nil }
            return [
                "step_count": .number(step), "token_count": .number(step * batch),
                "loss": .number(loss),
                form.batchField: .number(form.evenBatch(toLoss: loss, tokens: step * batch)),
            ]
        }
    }
}

/// A law of steps and batch at known parameters, as this plan asks it.
private protocol BatchForm {
    /// The member of an answer that has the even batch.
    var batchField: String { get }
    var method: String { get }
    func minimumLoss(parameterCount: Double) -> Double
    func minimumSteps(toLoss loss: Double, parameterCount: Double) -> Double?
    func minimumTokens(toLoss loss: Double, parameterCount: Double) -> Double?
    func steps(toLoss loss: Double, parameterCount: Double, batchTokens: Double) -> Double?
    func trajectory(parameterCount: Double, batchTokens: Double, steps: [Double]) -> [Double]

    /// The batch that trades steps and tokens evenly: the critical one, or the best.
    func evenBatch(toLoss loss: Double, tokens: Double) -> Double
}

extension KaplanForm: BatchForm {
    fileprivate var batchField: String { "critical_batch_tokens" }
    fileprivate var method: String { "S = S_min·(1 + B_crit/B), S·B = D_min·(1 + B/B_crit)" }

    fileprivate func evenBatch(toLoss loss: Double, tokens: Double) -> Double {
        criticalBatch(atLoss: loss)
    }
}

extension StepsBatchForm: BatchForm {
    fileprivate var batchField: String { "best_batch_tokens" }
    fileprivate var method: String { "M* = (βB/(γC))^(1/(β+γ))·D^(γ/(β+γ)), S = D/M*" }

    fileprivate func evenBatch(toLoss loss: Double, tokens: Double) -> Double {
        optimalBatch(tokens: tokens)
    }
}
