import Foundation

/// Learning rate, batch and weight decay for a size and its tokens, by published rules side by side.
///
/// Each rule has its own convention of N, C and batch, which stands beside its numbers; they were found
/// on other data, other widths and other optimisers, so that their spread says more than any one.
///
/// | rule | learning rate | batch in tokens |
/// |---|---|---|
/// | StepLaw | 1.79734·N^−0.7129223·D^0.307491 | 0.580688·D^0.5709444 |
/// | DeepSeek | 0.3118·C^−0.125 | 0.292·C^0.3271 |
/// | Power Lines | – | AdamW timescale B/(η·λ·D) = 1.084·(D/N)^−0.527, so λ |
/// | nanochat | 0.02·√(B/2^19) of matrices | 2^19·(D/D_12)^0.383, to a power of two |
/// | MiniCPM | – | 1.21e9/L^6.24 |
///
/// Sources: Li et al. 2025, arXiv 2503.04715; DeepSeek-AI 2024, arXiv 2401.02954; Bergsma et al. 2025,
/// arXiv 2505.13738; karpathy/nanochat, `scripts/base_train.py`; Hu et al. 2024, arXiv 2404.06395.
package struct HyperparametersPlan: PlanKind {
    package static let about = PlanDescription(
        id: "hyperparameters",
        title: "learning rate, batch and weight decay by published rules",
        selector: .flag,
        options: [
            PlanOption(
                "parameter_count", "n", meaning: "N, without embeddings", isRequired: true,
                example: "1e9"),
            PlanOption(
                "token_count", "n", meaning: "D, training tokens", isRequired: true,
                example: "1e11"),
            PlanOption(
                "learning_rate", "rate", meaning: "yours, for the weight decay that goes with it",
                example: "1e-2"),
            PlanOption(
                "batch_tokens", "n", meaning: "yours, likewise", example: "5e5"),
            PlanOption(
                "target_loss", "loss", meaning: "the final loss, for rules of the loss",
                example: "3"),
        ] + ComputeCost.options.dropFirst(),
        source: .nothing, supportedLaws: { _ in true }, question: "nothing",
        example: "--hyperparameters --parameter-count 1e9 --token-count 1e11",
        pictures: [
            .init(
                x: "token_count",
                panels: ["learning_rate", "batch_tokens"].map {
                    [
                        .init(PlanDocument.drawing, $0, group: "rule"),
                        .init("rules", $0, dots: "each rule\'s answer"),
                    ]
                })
        ])

    private let parameterCount: Double
    private var tokenCount: Double
    private let learningRate: Double?
    private let batchTokens: Double?
    private let targetLoss: Double?
    private let depth: Double?
    private let width: Double?
    private let contextLength: Double?

    package init(_ options: PlanOptions) throws(PlanError) {
        parameterCount = try options.number("parameter_count") ?? 0
        tokenCount = try options.number("token_count") ?? 0
        learningRate = try options.number("learning_rate")
        batchTokens = try options.number("batch_tokens")
        targetLoss = try options.number("target_loss")
        depth = try options.number("depth")
        width = try options.number("width")
        contextLength = try options.number("context_length")
    }

    /// The numbers of one rule.
    private struct Rule {
        var name: String
        var learningRate: Double?
        var batchTokens: Double?
        var weightDecay: Double?
        var timescale: Double?
        var parameterCount: Double
        var tokenCount: Double
        var convention: String
        var source: String

        /// False where the rule is taken so far from its data that its numbers cannot be trained with.
        var isPossible: Bool {
            (learningRate.map { $0 < 1 } ?? true)
                && (batchTokens.map { $0 >= 1 && $0 <= tokenCount } ?? true)
        }

        var row: [String: PlanValue] {
            [
                "rule": .text(name), "learning_rate": .number(learningRate),
                "batch_tokens": .number(batchTokens),
                "step_count": .number(batchTokens.map { (tokenCount / $0).rounded(.down) }),
                "weight_decay": .number(weightDecay), "timescale_epochs": .number(timescale),
                "parameter_count": .number(parameterCount), "token_count": .number(tokenCount),
                "convention": .text(convention), "source": .text(source),
            ]
        }
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let all = [stepLaw, deepSeek, powerLines, nanochat, miniCPM].compactMap { $0 }
        let rules = all.filter(\.isPossible)
        guard rules.contains(where: { $0.learningRate != nil || $0.batchTokens != nil }) else {
            throw PlanError.refused(
                .notIdentified,
                "no rule says anything at \(SizeText.count(parameterCount)) parameters and "
                    + "\(SizeText.count(tokenCount)) tokens: rates of 1 and above, or batches of more "
                    + "than all tokens, or of less than one")
        }
        var answer = PlanDocument(kind: Self.about.id)
        answer["parameter_count"] = .number(parameterCount)
        answer["token_count"] = .number(tokenCount)
        answer["tokens_per_parameter"] = .number(tokenCount / parameterCount)
        answer["parameter_count_kind"] = .text("parameters without embeddings; see each convention")
        answer["formula"] = .text(
            "StepLaw 1.797·N^−0.7129·D^0.3075 and 0.5807·D^0.5709; DeepSeek 0.3118·C^−0.125 and "
                + "0.292·C^0.3271; Power Lines B/(rate·decay·D) = 1.084·(D/N)^−0.527; nanochat "
                + "0.02·√(B/2^19) and 2^19·(D/D_12)^0.383; MiniCPM 1.21e9·L^−6.24")
        answer["rules"] = .rows(rules.map(\.row))
        // Rules of N and D alone, for shorter and longer trainings.
        answer[PlanDocument.drawing] = .rows(
            (-8...8).flatMap { place in
                var other = self
                other.tokenCount *= pow(2, Double(place) / 2)
                return [other.stepLaw, other.deepSeek].filter(\.isPossible).map(\.row)
            })
        let sentences = rules.compactMap { rule -> String? in
            let parts = [
                rule.learningRate.map { "learning rate \(PlanText.number($0, digits: 3))" },
                rule.batchTokens.map { "\(SizeText.count($0)) tokens per step" },
                rule.weightDecay.map { "weight decay \(PlanText.number($0, digits: 3))" },
            ].compactMap { $0 }
            return parts.isEmpty ? nil : "\(rule.name): " + parts.joined(separator: ", ")
        }
        answer.advice = sentences.joined(separator: "; ") + "."
        answer.warnings = [
            "each rule was fitted elsewhere and without a published uncertainty; take their spread as "
                + "the range to tune within"
        ]
        answer.warnings += all.filter { !$0.isPossible }.map {
            "\($0.name) is left out: it gives a rate of 1 or above, or a batch of less than one token "
                + "or more than all"
        }
        if !(6e7...1e9).contains(parameterCount) || !(2e9...1e11).contains(tokenCount) {
            answer.warnings.append(
                "StepLaw was fitted on 60 million to 1 billion parameters and 2 to 100 billion "
                    + "tokens; here it is extrapolated")
        }
        return answer
    }

    private var stepLaw: Rule {
        Rule(
            name: "StepLaw",
            learningRate: 1.797_34 * pow(parameterCount, -0.712_922_3)
                * pow(tokenCount, 0.307_491),
            batchTokens: 0.580_688 * pow(tokenCount, 0.570_944_4), parameterCount: parameterCount,
            tokenCount: tokenCount,
            convention: "N without embeddings; rate decayed to 1e-5, not to a tenth of the peak",
            source: "arXiv:2503.04715")
    }

    private var deepSeek: Rule {
        var perToken = 6 * parameterCount
        var convention = "C = M·D with M = 6·N, for want of depth, width and context_length"
        if let depth, let width, let contextLength {
            perToken = 72 * depth * width * width + 12 * depth * width * contextLength
            convention = "C = M·D with M = 72·depth·width² + 12·depth·width·context, not 6·N"
        }
        let flops = perToken * tokenCount
        return Rule(
            name: "DeepSeek", learningRate: 0.3118 * pow(flops, -0.125),
            batchTokens: 0.292 * pow(flops, 0.3271), parameterCount: parameterCount,
            tokenCount: tokenCount, convention: convention + "; fitted on 1e17 to 2e19 FLOP",
            source: "arXiv:2401.02954")
    }

    private var powerLines: Rule {
        let timescale = 1.084 * pow(tokenCount / parameterCount, -0.527)
        var decay: Double?
        if let learningRate, let batchTokens {
            decay = batchTokens / (timescale * learningRate * tokenCount)
        }
        return Rule(
            name: "Power Lines", weightDecay: decay, timescale: timescale,
            parameterCount: parameterCount, tokenCount: tokenCount,
            convention:
                "AdamW timescale B/(rate·decay·D), a share of the training; the decay needs "
                + "learning_rate and batch_tokens",
            source: "arXiv:2505.13738")
    }

    /// Sizes follow from the depth: width 64·depth up to a multiple of 128, vocabulary 32,768.
    private var nanochat: Rule? {
        guard let depth else { return nil }
        func size(_ depth: Double) -> Double {
            let width = (depth * 64 / 128).rounded(.up) * 128
            return 12 * depth * width * width + 32_768 * width
        }
        let (reference, tokens) = (12 * size(12), 12 * size(depth))
        let batch = pow(2, (19 + log2(tokens / reference) * 0.383).rounded())
        let scale = (batch / pow(2, 19)).squareRoot()
        return Rule(
            name: "nanochat", learningRate: 0.02 * scale, batchTokens: batch,
            weightDecay: 0.28 * scale * reference / tokens, parameterCount: size(depth),
            tokenCount: tokens,
            convention:
                "N = matrices and output head, D = 12·N, both of the depth; rate of matrices "
                + "under Muon",
            source: "karpathy/nanochat")
    }

    private var miniCPM: Rule? {
        targetLoss.map { loss in
            Rule(
                name: "MiniCPM", batchTokens: 1.21e9 / pow(loss, 6.24),
                parameterCount: parameterCount, tokenCount: tokenCount,
                convention: "L in nats per token of their tokenizer", source: "arXiv:2404.06395")
        }
    }
}
