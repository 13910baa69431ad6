import Foundation

/// The settings of a training by one rule, with the rule's own conventions.
struct HyperparameterRule {
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

    /// The numbers in words; nil of a rule that gives a timescale alone.
    var sentence: String? {
        let parts = [
            learningRate.map { "learning rate \(PlanText.number($0, digits: 3))" },
            batchTokens.map { "\(SizeText.count($0)) tokens per step" },
            weightDecay.map { "weight decay \(PlanText.number($0, digits: 3))" },
        ].compactMap { $0 }
        return parts.isEmpty ? nil : "\(name): " + parts.joined(separator: ", ")
    }
}

/// The exponents of a published rule, by which a tuned training is carried over to another.
struct HyperparameterTransfer {
    var name: String
    /// Exponents of N and D by setting; none for a setting that the rule leaves open.
    var exponents: [Hyperparameter: [Double]]
    var convention: String
    var source: String

    /// The rule that carries a reference over where nothing else is said.
    static let stepLaw = HyperparameterTransfer(
        name: "StepLaw",
        exponents: [.learningRate: [-0.712_922_3, 0.307_491], .batchTokens: [0, 0.570_944_4]],
        convention: "rate as N^−0.7129·D^0.3075, batch as D^0.5709; N without embeddings",
        source: "arXiv:2503.04715")

    static let all = [
        stepLaw,
        HyperparameterTransfer(
            name: "DeepSeek",
            exponents: [.learningRate: [-0.125, -0.125], .batchTokens: [0.3271, 0.3271]],
            convention: "rate as C^−0.125, batch as C^0.3271, with C as N·D",
            source: "arXiv:2401.02954"),
        HyperparameterTransfer(
            name: "Power Lines", exponents: [.batchTokens: [0, 0.383]],
            convention: "batch as D^0.383; no rule for the rate", source: "arXiv:2505.13738"),
        HyperparameterTransfer(
            name: "nanochat",
            exponents: [.learningRate: [0, 0.383 / 2], .batchTokens: [0, 0.383]],
            convention: "batch as D^0.383, not rounded to a power of two, and the rate as its root",
            source: "karpathy/nanochat"),
    ]
}

/// A training to find settings for: its size, its tokens, and what else is known of it.
///
/// Each published rule is a member; two need what may not be known, and are nil then.
struct PlannedTraining {
    var parameterCount: Double
    var tokenCount: Double
    var learningRate: Double?
    var batchTokens: Double?
    var targetLoss: Double?
    var depth: Double?
    var width: Double?
    var contextLength: Double?

    var rules: [HyperparameterRule] {
        [stepLaw, deepSeek, powerLines, nanochat, miniCPM].compactMap { $0 }
    }

    var stepLaw: HyperparameterRule {
        HyperparameterRule(
            name: "StepLaw",
            learningRate: 1.797_34 * pow(parameterCount, -0.712_922_3)
                * pow(tokenCount, 0.307_491),
            batchTokens: 0.580_688 * pow(tokenCount, 0.570_944_4), parameterCount: parameterCount,
            tokenCount: tokenCount,
            convention: "N without embeddings; rate decayed to 1e-5, not to a tenth of the peak",
            source: "arXiv:2503.04715")
    }

    var deepSeek: HyperparameterRule {
        var perToken = 6 * parameterCount
        var convention = "C = M·D with M = 6·N, for want of depth, width and context_length"
        if let depth, let width, let contextLength {
            perToken = 72 * depth * width * width + 12 * depth * width * contextLength
            convention = "C = M·D with M = 72·depth·width² + 12·depth·width·context, not 6·N"
        }
        let flops = perToken * tokenCount
        return HyperparameterRule(
            name: "DeepSeek", learningRate: 0.3118 * pow(flops, -0.125),
            batchTokens: 0.292 * pow(flops, 0.3271), parameterCount: parameterCount,
            tokenCount: tokenCount, convention: convention + "; fitted on 1e17 to 2e19 FLOP",
            source: "arXiv:2401.02954")
    }

    var powerLines: HyperparameterRule {
        let timescale = 1.084 * pow(tokenCount / parameterCount, -0.527)
        var decay: Double?
        if let learningRate, let batchTokens {
            decay = batchTokens / (timescale * learningRate * tokenCount)
        }
        return HyperparameterRule(
            name: "Power Lines", weightDecay: decay, timescale: timescale,
            parameterCount: parameterCount, tokenCount: tokenCount,
            convention:
                "AdamW timescale B/(rate·decay·D), a share of the training; the decay needs "
                + "learning_rate and batch_tokens",
            source: "arXiv:2505.13738")
    }

    /// Sizes follow from the depth: width 64·depth up to a multiple of 128, vocabulary 32,768.
    var nanochat: HyperparameterRule? {
        guard let depth else { return nil }
        func size(_ depth: Double) -> Double {
            let width = (depth * 64 / 128).rounded(.up) * 128
            return 12 * depth * width * width + 32_768 * width
        }
        let (reference, tokens) = (12 * size(12), 12 * size(depth))
        let batch = pow(2, (19 + log2(tokens / reference) * 0.383).rounded())
        let scale = (batch / pow(2, 19)).squareRoot()
        return HyperparameterRule(
            name: "nanochat", learningRate: 0.02 * scale, batchTokens: batch,
            weightDecay: 0.28 * scale * reference / tokens, parameterCount: size(depth),
            tokenCount: tokens,
            convention:
                "N = matrices and output head, D = 12·N, both of the depth; rate of matrices "
                + "under Muon",
            source: "karpathy/nanochat")
    }

    var miniCPM: HyperparameterRule? {
        targetLoss.map { loss in
            HyperparameterRule(
                name: "MiniCPM", batchTokens: 1.21e9 / pow(loss, 6.24),
                parameterCount: parameterCount, tokenCount: tokenCount,
                convention: "L in nats per token of their tokenizer", source: "arXiv:2404.06395")
        }
    }
}
