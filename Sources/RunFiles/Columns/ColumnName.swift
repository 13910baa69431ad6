import Laws

/// A column's name in the one spelling that aliases are compared in.
struct ColumnName: Hashable {
    /// Lower case, spaces and hyphens as underscores.
    let normal: String

    init(_ column: String) {
        normal = String(
            column.trimmingSpaces.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
    }

    /// Its parts between anything but letters and digits.
    var words: [Substring] { normal.split { !$0.isLetter && !$0.isNumber } }
}

/// What the contract's columns are also called, in the spelling of `ColumnName`.
enum ColumnAliases {
    static let step: Set<String> = [
        "step", "_step", "global_step", "train/global_step", "trainer/global_step", "train/step",
        "train_step", "training_step", "iteration", "iter", "update", "num_updates",
    ]

    /// Also a table's number of steps, so a step only where nothing says that it is a table.
    static let weakStep: Set<String> = ["steps"]

    static let learningRate: Set<String> = [
        "learning_rate", "lr", "learningrate", "train/learning_rate", "train/lr", "train_lr",
        "optimizer/lr", "lr/group_0", "eta",
    ]

    /// Tokens seen up to a point of a curve.
    static let tokenCount: Set<String> = [
        "token_count", "tokens", "tokens_seen", "num_tokens", "n_tokens", "train_tokens",
        "train/tokens", "train/token_count", "consumed_tokens", "total_tokens",
    ]

    static let id: Set<String> = ["id", "run_id", "run"]

    static let schedule: Set<String> = ["schedule", "lr_schedule", "learning_rate_schedule"]

    static let warmupSteps: Set<String> = ["warmup_steps", "warmup"]

    static func feature(_ name: ColumnName) -> Feature? { features[name.normal] }

    private static let features: [String: Feature] = {
        var names: [Feature: [String]] = [
            .parameterCount: [
                "n", "params", "parameters", "num_params", "n_params", "num_parameters",
                "param_count", "model_size", "model_params",
            ],
            .totalParameterCount: ["total_params", "total_parameters"],
            .tokenCount: [
                "d", "tokens", "num_tokens", "n_tokens", "train_tokens", "training_tokens",
                "tokens_seen", "total_tokens", "token_budget",
            ],
            .uniqueTokenCount: ["unique_tokens", "num_unique_tokens"],
            .trainingFLOPs: [
                "c", "flops", "flop", "flop_budget", "flops_budget", "training_flop",
                "train_flops", "total_flops", "compute", "compute_budget",
            ],
            .batchTokens: ["b", "batch_size_tokens", "tokens_per_step", "tokens_per_batch"],
            .stepCount: [
                "s", "steps", "num_steps", "n_steps", "total_steps", "train_steps", "max_steps",
            ],
            .encoderParameterCount: ["encoder_params", "encoder_parameters", "n_e", "n_enc"],
            .decoderParameterCount: ["decoder_params", "decoder_parameters", "n_d", "n_dec"],
            .averageParameterCount: [
                "average_params", "average_parameters", "avg_params", "avg_parameter_count",
                "mean_parameter_count", "n_avg",
            ],
        ]
        for feature in Feature.allCases { names[feature, default: []].append(feature.rawValue) }
        let pairs = names.flatMap { feature, aliases in aliases.map { ($0, feature) } }
        return Dictionary(pairs) { first, _ in first }
    }()
}
