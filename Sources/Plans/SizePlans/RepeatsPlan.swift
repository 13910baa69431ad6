import Fitting
import Foundation
import Laws
import Records

/// The best use of so many distinct tokens at a compute budget, and how many epochs are worth it.
///
/// Minimises L(N, D, U) under 6·N·D = C with U held. After R repeats a further pass adds
/// exp(−R/R*_D) of what fresh tokens would, so a token is worth half of a fresh one after
/// 1 + R*_D·ln 2 epochs; where repeats overfit instead, the loss itself says how many are too many.
///
/// Source: Muennighoff et al. 2023, arXiv 2305.16264, sections 5 and 6.
package struct RepeatsPlan: PlanKind {
    package static let about = PlanDescription(
        id: "repeats",
        title: "the best use of so many distinct tokens at a compute budget",
        selector: .option("unique_token_count"),
        options: [
            PlanOption(
                "unique_token_count", "n", meaning: "distinct tokens that there are",
                isRequired: true, example: "1e11"),
            PlanOption(
                "training_flops", "C", meaning: "the budget in FLOP", isRequired: true,
                example: "1e23"),
        ] + ComputeCost.options,
        supportedLaws: { $0 is DataConstrainedLaw }, question: "a loss where tokens repeat",
        example: "--published muennighoff-2023 --repeats 1e11 --training-flops 1e23",
        pictures: [.init(x: "epochs", panels: [[.init(PlanDocument.drawing, "loss")]])])

    private let unique: Double
    private let flops: Double
    private let cost: ComputeCost

    package init(_ options: PlanOptions) throws(PlanError) {
        unique = try options.number("unique_token_count") ?? 0
        flops = try options.number("training_flops") ?? 0
        cost = try ComputeCost(options)
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        var limited = context
        limited.features[.uniqueTokenCount] = unique
        let surface = try LossSurface(limited)
        let optimum = ComputeOptimum(surface: surface, cost: cost)
        let best = try optimum.best(flops: flops)
        // A law of overfitting has no worth of a repeat that halves.
        let scale = context.predictor.law.parameters.firstIndex { $0.name == "token_repeat_scale" }
        let uncertainty = try PlanUncertainty(context)
        let planned = try uncertainty.planned { parameters in
            try context.budget.check()
            let found = try optimum.best(
                flops: flops, parameters: parameters, near: best.parameterCount)
            return [
                found.parameterCount, found.tokenCount, found.tokenCount / unique,
                found.tokenCount / found.parameterCount,
            ]
        }
        let loss = try limited.plannedLoss(
            surface, parameterCount: best.parameterCount, tokenCount: best.tokenCount)
        // Without a limit of tokens every one is fresh.
        let fresh = try ComputeOptimum(surface: LossSurface(context), cost: cost).best(flops: flops)
        var answer = context.document(Self.about.id)
        answer["unique_token_count"] = .number(unique)
        answer["training_flops"] = .number(flops)
        answer["parameter_count"] = .quantity(planned[0])
        answer["token_count"] = .quantity(planned[1])
        answer["epochs"] = .quantity(planned[2])
        answer["tokens_per_parameter"] = .quantity(planned[3])
        answer["loss"] = .quantity(loss)
        answer["excess_loss"] = .number(best.loss - fresh.loss)
        answer["cost_model"] = .text(cost.text)
        answer["curve"] = .rows(
            try rows(at: (-1...6).map { pow(2, Double($0)) }, best, surface, limited))
        answer[PlanDocument.drawing] = .rows(
            try rows(
                at: (-6...36).map { pow(2, Double($0) / 6) }, best, surface, limited,
                areDrawn: true))
        answer.advice =
            "Train \(SizeText.count(planned[0])) parameters for "
            + "\(PlanText.number(planned[2].value, digits: 3)) epochs of the "
            + "\(SizeText.count(unique)) tokens: loss \(SizeText.loss(loss)), "
            + "\(PlanText.number(max(0, best.loss - fresh.loss), digits: 2)) above what fresh tokens "
            + "would give."
        if let scale {
            func half(_ parameters: [Double]) -> Double { 1 + parameters[scale] * log(2) }
            let told = half(surface.values)
            let planned = try? uncertainty.planned { [half($0)] }
            answer["epochs_at_half_worth"] = .quantity(planned?[0] ?? PlannedQuantity(told))
            answer.advice +=
                " After \(PlanText.number(told, digits: 3)) epochs a token is worth half of a fresh "
                + "one."
        }
        answer.warnings = limited.sizeWarnings(
            parameterCount: best.parameterCount, tokenCount: best.tokenCount)
        return answer
    }

    /// The sizes whose tokens at this compute are so many passes, with intervals where they are drawn.
    private func rows(
        at epochs: [Double], _ best: ComputeOptimum.Outcome, _ surface: LossSurface,
        _ context: PlanContext, areDrawn: Bool = false
    ) throws -> [[String: PlanValue]] {
        try epochs.compactMap { epochs in
            // The cost of a token rises with the size.
            let tokens = epochs * unique
            let size = cost.parameterCount(perToken: flops / tokens)
            guard size > 1 else { return nil }
            let loss = try surface.loss(parameterCount: size, tokenCount: tokens)
            let drawn =
                try areDrawn
                ? context.plannedLoss(surface, parameterCount: size, tokenCount: tokens) : nil
            return [
                "epochs": .number(epochs), "parameter_count": .number(size),
                "token_count": .number(tokens),
                "loss": drawn.map { .quantity($0) } ?? .number(loss),
                "excess_loss": .number(loss - best.loss),
            ]
        }
    }
}
