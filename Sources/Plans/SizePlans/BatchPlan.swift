import Fitting
import Foundation
import Laws
import Records

/// Steps, tokens and batch to a loss: the trade of time against compute.
///
///     S·B at a loss L: S = S_min·(1 + B_crit/B), D = S·B = D_min·(1 + B/B_crit), D_min = S_min·B_crit
///
/// At the critical batch both are twice their least. S_min, D_min and B_crit follow from the law at
/// the target loss.
///
/// Source: Kaplan et al. 2020, arXiv 2001.08361, section 5; McCandlish et al. 2018, arXiv 1812.06162.
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
                "batch_tokens", "n", meaning: "tokens per step, for the way to the loss (critical)",
                example: "5e5"),
        ],
        supportedLaws: { $0 is KaplanLaw }, question: "a loss of size, steps and batch",
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

    package init(_ options: PlanOptions) throws(PlanError) {
        target = try options.number("target_loss") ?? 0
        parameterCount = try options.number("parameter_count") ?? 0
        batch = try options.number("batch_tokens")
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let uncertainty = try PlanUncertainty(context)
        let form = KaplanForm(uncertainty.values)
        let lowest = form.minimumLoss(parameterCount: parameterCount)
        guard let fewest = form.minimumSteps(toLoss: target, parameterCount: parameterCount),
            fewest.isFinite
        else {
            throw PlanError.unreachable(
                target, floor: lowest,
                by: "endless training of \(SizeText.count(parameterCount)) parameters")
        }
        guard fewest >= 1, form.criticalBatch(atLoss: target) >= 1 else {
            throw PlanError.invalid(
                option: "target_loss", value: PlanText.number(target),
                rule: "is reached within one step of a token; ask for a lower loss")
        }
        let used = batch ?? form.criticalBatch(atLoss: target)
        let planned = try uncertainty.planned { parameters in
            let form = KaplanForm(parameters)
            let critical = form.criticalBatch(atLoss: target)
            let steps = form.minimumSteps(toLoss: target, parameterCount: parameterCount) ?? .nan
            return [
                form.minimumLoss(parameterCount: parameterCount), steps, steps * critical, critical,
                steps * (1 + critical / (batch ?? critical)),
                steps * (critical + (batch ?? critical)),
            ]
        }
        var answer = context.document(Self.about.id)
        answer["target_loss"] = .number(target)
        answer["parameter_count"] = .number(parameterCount)
        answer["minimum_loss"] = .quantity(planned[0])
        answer["minimum_step_count"] = .quantity(planned[1])
        answer["minimum_token_count"] = .quantity(planned[2])
        answer["critical_batch_tokens"] = .quantity(planned[3])
        answer["batch_tokens"] = .number(used)
        answer["step_count"] = .quantity(planned[4])
        answer["token_count"] = .quantity(planned[5])
        answer["tokens_per_parameter"] = .number(planned[5].value / parameterCount)
        answer["training_flops"] = .number(6 * parameterCount * planned[5].value)
        answer["cost_model"] = .text("C = 6·N·S·B")
        answer["method"] = .text("S = S_min·(1 + B_crit/B), S·B = D_min·(1 + B/B_crit)")
        answer["choices"] = .rows(choices(form, fewest))
        let steps = planned[4].value
        answer["trajectory"] = .rows(
            trajectory(form, batch: used, at: (0...12).map { steps * pow(2, Double($0) - 12) }))
        answer[PlanDocument.drawing] = .rows(
            trajectory(form, batch: used, at: (0...48).map { steps * pow(2, Double($0) / 8 - 6) }))
        answer.advice =
            "The critical batch at a loss of \(PlanText.number(target, digits: 5)) is "
            + "\(SizeText.count(planned[3])) tokens. With \(SizeText.count(used)) per step it takes "
            + "\(SizeText.count(planned[4])) steps and \(SizeText.count(planned[5])) tokens; never "
            + "fewer than \(SizeText.count(planned[1].value)) steps, nor "
            + "\(SizeText.count(planned[2].value)) tokens."
        answer.warnings = context.sizeWarnings(
            parameterCount: parameterCount, tokenCount: planned[5].value)
        if context.predictor.report.warnings.contains(where: { $0.contains("batch_scale") }) {
            answer.warnings.append(
                "the fitted runs say little of batches (see the fit's warnings), and so does this")
        }
        return answer
    }

    /// Time and compute by batch, from an eighth of the critical one to eight times it.
    private func choices(_ form: KaplanForm, _ fewest: Double) -> [[String: PlanValue]] {
        let critical = form.criticalBatch(atLoss: target)
        return [0.125, 0.25, 0.5, 1, 2, 4, 8].map { factor in
            [
                "batch_tokens": .number(factor * critical),
                "step_count": .number(fewest * (1 + 1 / factor)),
                "token_count": .number(fewest * critical * (1 + factor)),
                "training_flops": .number(
                    6 * parameterCount * fewest * critical * (1 + factor)),
                "relative_compute": .number(1 + factor),
            ]
        }
    }

    private func trajectory(
        _ form: KaplanForm, batch: Double, at places: [Double]
    ) -> [[String: PlanValue]] {
        let losses = form.trajectory(
            parameterCount: parameterCount, batchTokens: batch, steps: places)
        return zip(places, losses).map { step, loss in
            [
                "step_count": .number(step), "token_count": .number(step * batch),
                "loss": .number(loss),
                "critical_batch_tokens": .number(form.criticalBatch(atLoss: loss)),
            ]
        }
    }
}
