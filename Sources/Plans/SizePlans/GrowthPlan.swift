import Fitting
import Foundation

/// The time to grow a small model into a large one by stacking its layers, and by how much.
///
///     log10 d = 0.88·log10 N + 163.27/log10 C − 5.74
///
/// d tokens train the small model, N is the target's parameters without embeddings, and C the compute
/// of both, 6·N·D. The growth factor is 4, of the 2 to 4 that the authors call best. Fitted on 0.41 to
/// 3 billion parameters and 0.8e20 to 1.2e21 FLOP: elsewhere it extrapolates, and the plan says so.
/// Runs that are tagged as stacked and as from scratch say what stacking saves (`GrowthComparison`).
///
/// Source: Du et al. 2024, Stacking Your Transformers, arXiv 2405.15319, equation 4.
package struct GrowthPlan: PlanKind {
    package static let about = PlanDescription(
        id: "growth",
        title: "when to stack a small model's layers into a large one's",
        selector: .runFiles,
        options: [
            PlanOption(
                "parameter_count", "n", meaning: "the large model, without embeddings",
                isRequired: true, example: "7e9"),
            PlanOption(
                "token_count", "n", meaning: "tokens of the whole training", isRequired: true,
                example: "2e12"),
            PlanOption(
                "growth_factor", "g", meaning: "times the depth, best from 2 to 4 (4)",
                example: "4"),
            PlanOption(
                "switch_share", "s",
                meaning: "also count late expansion after this share of the steps", example: "0.8"),
            PlanOption(
                "runs", "id,id",
                meaning:
                    "finished runs with the tag growth=stacked or growth=scratch, for the speed-up; "
                    + "all of the path by default", example: "a,b"),
            PlanOption(
                "study", "name", meaning: "on a server, in place of runs: those of a study",
                example: "growth"),
        ],
        source: .runs, supportedLaws: { _ in true }, question: "nothing",
        example: "--growth --parameter-count 7e9 --token-count 2e12",
        pictures: [
            .init(
                x: "training_flops",
                panels: [
                    [
                        .init("curve", "loss", group: "choice"),
                        .init("measured_runs", "measured_loss", dots: "your runs"),
                    ]
                ]),
            .init(
                x: "token_count", panels: [[.init(PlanDocument.drawing, "growth_tokens")]]),
        ])

    private static let fittedSizes = 4.1e8...3e9
    private static let fittedFlops = 0.8e20...1.2e21
    /// Printed by the authors of one training: tokens from scratch over tokens stacked, less 1.
    private static let publishedSpeedUp = 300.0 / 194 - 1

    private let parameterCount: Double
    private let tokenCount: Double
    private let factor: Double
    private let switchShare: Double?

    package init(_ options: PlanOptions) throws(PlanError) {
        parameterCount = try options.number("parameter_count") ?? 0
        tokenCount = try options.number("token_count") ?? 0
        factor = try options.number("growth_factor") ?? 4
        switchShare = try options.number("switch_share")
        guard factor > 1 else {
            throw .invalid(
                option: "growth_factor", value: PlanText.number(factor), rule: "must be above 1")
        }
        guard switchShare.map({ $0 < 1 }) ?? true else {
            throw .invalid(
                option: "switch_share", value: options.text("switch_share") ?? "",
                rule: "must be below 1")
        }
        guard 6 * parameterCount * tokenCount > 10 else {
            throw .invalid(
                option: "token_count", value: PlanText.number(tokenCount),
                rule: "is too little training to plan")
        }
    }

    /// The tokens on which the small model is trained before it is stacked.
    static func growthTokens(parameterCount: Double, flops: Double) -> Double {
        pow(10, 0.88 * log10(parameterCount) + 163.27 / log10(flops) - 5.74)
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let flops = 6 * parameterCount * tokenCount
        let tokens = Self.growthTokens(parameterCount: parameterCount, flops: flops)
        let small = parameterCount / factor
        guard small >= 1, small * tokens < parameterCount * tokenCount else {
            throw PlanError.refused(
                .noInteriorMinimum,
                "by this rule the small model would train on \(SizeText.count(tokens)) tokens, which "
                    + "costs more than the whole training: growth does not pay here")
        }
        var answer = PlanDocument(kind: Self.about.id)
        answer["parameter_count"] = .number(parameterCount)
        answer["token_count"] = .number(tokenCount)
        answer["tokens_per_parameter"] = .number(tokenCount / parameterCount)
        answer["training_flops"] = .number(flops)
        answer["growth_tokens"] = .quantity(PlannedQuantity(tokens))
        answer["growth_factor"] = .number(factor)
        answer["small_parameter_count"] = .number(small)
        answer["small_flops"] = .number(6 * small * tokens)
        answer["published_speed_up"] = .number(Self.publishedSpeedUp)
        answer["parameter_count_kind"] = .text("parameters without embeddings")
        answer["cost_model"] = .text("C = 6·N·D")
        answer["formula"] = .text("log10 d = 0.88·log10 N + 163.27/log10 C − 5.74")
        answer["source"] = .text(
            "Du et al. 2024, arXiv:2405.15319; their speed-up is of one training, in tokens: 300/194 − 1"
        )
        // Shorter and longer trainings of the same model.
        answer[PlanDocument.drawing] = .rows(
            (-8...8).map { pow(2, Double($0) / 2) * tokenCount }.filter {
                6 * parameterCount * $0 > 10
            }.map {
                let flops = 6 * parameterCount * $0
                return [
                    "token_count": .number($0),
                    "growth_tokens": .number(
                        Self.growthTokens(parameterCount: parameterCount, flops: flops)),
                ]
            })
        answer.advice =
            "Train a model of \(SizeText.count(small)) parameters, 1/\(PlanText.number(factor)) of the "
            + "layers, on \(SizeText.count(tokens)) tokens, stack its layers "
            + "\(PlanText.number(factor)) times, and go on with the large model. What comes before "
            + "costs \(PlanText.number(100 * small * tokens / (parameterCount * tokenCount), digits: 2))"
            + " % of the whole."
        answer.warnings = warnings(flops: flops, tokens: tokens)
        if !context.runs.isEmpty {
            try GrowthComparison(context.runs).add(
                to: &answer, flops: flops, level: context.interval?.level)
        }
        if let switchShare { addExpansion(switchShare, to: &answer) }
        return answer
    }

    private func warnings(flops: Double, tokens: Double) -> [String] {
        var warnings: [String] = []
        if !Self.fittedFlops.contains(flops) || !Self.fittedSizes.contains(parameterCount) {
            warnings.append(
                "the rule was fitted on 0.41 to 3 billion parameters and 0.8e20 to 1.2e21 FLOP; at "
                    + "\(SizeText.count(parameterCount)) parameters and "
                    + "\(PlanText.number(flops, digits: 3)) FLOP it is extrapolated")
        }
        if tokens > tokenCount {
            warnings.append(
                "the small model alone would see more tokens than the whole training has; growth "
                    + "does not pay here")
        }
        if factor > 4 {
            warnings.append("the authors found growth factors from 2 to 4 best")
        }
        warnings.append(
            "stack before the small model's learning rate has come down, layers one after another "
                + "in whole copies; the rule is without uncertainty, since none was published")
        return warnings
    }

    /// Late expansion: the compute of τ·T steps of the small model and (1 − τ)·T of the large one.
    ///
    /// Source: Bu 2026, arXiv 2511.04981; a planning rule, not a law.
    private func addExpansion(_ share: Double, to answer: inout PlanDocument) {
        let ratio = share / factor + 1 - share
        let flops = 6 * parameterCount * tokenCount
        answer["switch_share"] = .number(share)
        answer["compute_ratio"] = .number(ratio)
        answer["flops_saved"] = .number((1 - ratio) * flops)
        answer.warnings.append(
            "late expansion after \(PlanText.number(100 * share, digits: 3)) % of the steps is "
                + "arithmetic alone; the author's runs held the loss with a warm-up-stable-decay "
                + "schedule, and lost it with a cosine from half of the steps on")
    }
}
