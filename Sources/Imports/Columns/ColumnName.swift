import Records

/// A column's name in the one spelling that aliases are compared in.
struct ColumnName: Hashable {
    /// Lower case, spaces and hyphens as underscores, without the prefixes of exported tables.
    let normal: String

    /// The longest name that means anything, in bytes: a line of noise may be one cell.
    private static let longest = 256

    init(_ column: String) {
        guard column.utf8.count <= Self.longest else {
            normal = column
            return
        }
        var name = column.trimmingSpaces.lowercased()
        for prefix in Self.prefixes where name.hasPrefix(prefix) && name.count > prefix.count {
            name.removeFirst(prefix.count)
        }
        let isSpelled = !name.utf8.contains { $0 == UInt8(ascii: " ") || $0 == .minus }
        normal = isSpelled ? name : String(name.map { $0 == " " || $0 == "-" ? "_" : $0 })
    }

    /// The prefixes that exports put before the names of settings and last values.
    private static let prefixes = ["config.", "config/", "summary.", "summary/", "params/"]

    /// True when it is that of a size or a length, which a log may repeat in every row.
    var saysSetting: Bool {
        ColumnAliases.feature(self) != nil || ColumnAliases.totalSteps.contains(normal)
            || ColumnAliases.batchSequences.contains(normal)
            || ColumnAliases.sequenceLength.contains(normal)
    }

    /// True for a step and the last one under one name, as `global_step/max_steps`.
    var isStepOfTotal: Bool {
        let parts = normal.split(separator: "/").map(String.init)
        return parts.count == 2 && ColumnAliases.step.contains(parts[0])
            && ColumnAliases.totalSteps.contains(parts[1])
    }

    /// Its parts between anything but letters and digits; none of a name too long to mean anything.
    var words: [Substring] {
        guard normal.utf8.count <= Self.longest else { return [] }
        // Of other texts each character has to be looked up in Unicode's tables.
        guard normal.utf8.allSatisfy({ $0 < 0x80 }) else {
            return normal.split { !$0.isLetter && !$0.isNumber }
        }
        return normal.utf8.split { !$0.isLetter && !$0.isDigit }.map { Substring($0) }
    }
}

/// The other names of the contract's columns, in the spelling of `ColumnName`.
enum ColumnAliases {
    static let step: Set<String> = [
        "step", "_step", "global_step", "train/global_step", "trainer/global_step", "train/step",
        "train_step", "training_step", "iteration", "iter", "update", "num_updates",
        "current_steps",
        "current_step", "global_steps", "iters", "train/iteration", "train/iter", "trainer/step",
        "optimizer_step", "opt_step", "updates", "training_iteration", "train/_step", "n_iter",
    ]

    /// Also a table's number of steps, so a step only where nothing says that it is a table.
    static let weakStep: Set<String> = ["steps"]

    static let learningRate: Set<String> = [
        "learning_rate", "lr", "learningrate", "train/learning_rate", "train/lr", "train_lr",
        "optimizer/lr", "lr/group_0", "eta", "optim/learning_rate_group0", "optim/learning_rate",
        "optim/lr", "learning_rate_0", "train/lr_0", "lr_0", "lr/0", "cur_lr", "current_lr",
        "optim0_lr0",
    ]

    /// Tokens seen up to a point of a curve.
    static let tokenCount: Set<String> = [
        "token_count", "tokens", "tokens_seen", "num_tokens", "n_tokens", "train_tokens",
        "train/tokens", "train/token_count", "consumed_tokens", "total_tokens",
        "throughput/total_tokens", "num_input_tokens_seen", "train/num_input_tokens_seen",
        "total_tokens_seen", "train/tokens_seen", "consumed_train_tokens",
    ]

    /// When a point was logged: seconds or milliseconds since 1970, or RFC 3339.
    static let time: Set<String> = [
        "timestamp", "_timestamp", "wall_time", "walltime", "time_ms", "timestamp_ms", "created_at",
        "time",
    ]

    static let id: Set<String> = ["id", "run_id", "run"]

    /// Columns that tell runs apart in one table of steps, in order of preference.
    static let run = [
        "run_id", "run", "hyper_id", "run_name", "name", "experiment", "exp_id", "trial_id",
        "run.name", "run.hash",
    ]

    /// Names of the column of metrics' names, in a table with one value per row.
    static let metric = [
        "metric", "tag", "key", "metric_name", "metricname", "metric.name", "variable",
    ]

    /// The values beside them, in order of preference.
    static let metricValue = ["value", "metric_value", "metricvalue"]

    /// Columns that may say which set a row is of, as `train` or `val`.
    static let split: Set<String> = [
        "split", "phase", "mode", "stage", "subset", "partition", "type", "set",
    ]

    /// The set that such a value is of.
    static let metricContext = ["context", "metric.context"]

    /// The step at which training ends.
    static let totalSteps: Set<String> = [
        "total_steps", "max_steps", "train_steps", "max_iters", "train_iters", "num_iterations",
        "iterations", "total_iterations", "max_iterations", "num_steps", "num_train_steps",
        "total_train_steps", "max_train_steps", "total_optimization_steps",
    ]

    /// Training sequences of a step.
    static let batchSequences: Set<String> = ["global_batch_size", "total_train_batch_size"]

    /// Tokens of a sequence.
    static let sequenceLength: Set<String> = [
        "sequence_length", "seq_length", "seq_len", "train_seq_len", "max_seq_len", "block_size",
        "context_length", "ctx_len", "max_sequence_length",
    ]

    /// The names of a quantity of a point.
    static func names(of quantity: Point.Quantity) -> Set<String> {
        switch quantity {
        case .learningRate: learningRate
        case .tokenCount: tokenCount
        }
    }

    /// The quantity that a name is one of.
    static func quantity(_ name: ColumnName) -> Point.Quantity? {
        if isLearningRate(name) { return .learningRate }
        return Point.Quantity.allCases.first { names(of: $0).contains(name.normal) }
    }

    /// True when the name is that of a learning rate, parameter groups' included (`lr-AdamW/pg1`).
    static func isLearningRate(_ name: ColumnName) -> Bool {
        if learningRate.contains(name.normal) { return true }
        let words = name.words.map(String.init)
        let says =
            words.contains("lr")
            || zip(words, words.dropFirst()).contains { $0 == "learning" && $1 == "rate" }
        return says && otherRates.isDisjoint(with: words)
    }

    private static let otherRates: Set<String> = [
        "base", "decay", "embed", "final", "head", "init", "max", "min", "multiplier", "peak",
        "scale", "schedule", "scheduler", "warmup",
    ]

    static let schedule: Set<String> = ["schedule", "lr_schedule", "learning_rate_schedule"]

    static let warmupSteps: Set<String> = ["warmup_steps", "warmup"]

    static func feature(_ name: ColumnName) -> Feature? { features[name.normal] }

    private static let features: [String: Feature] = {
        var names: [Feature: [String]] = [
            .parameterCount: [
                "n", "params", "parameters", "num_params", "n_params", "num_parameters",
                "param_count", "model_size", "model_params", "number_of_parameters",
                "nparams", "parameter_number", "model/num_parameters",
            ],
            .totalParameterCount: ["total_params", "total_parameters"],
            .nonEmbeddingParameterCount: [
                "non_embedding_params", "non_embedding_parameters", "nonembedding_params",
                "non_embed_params", "params_no_embed", "params_non_embedding", "n_non_embedding",
                "num_non_embedding_params", "number_of_non_embedding_parameters",
            ],
            .tokenCount: [
                "d", "tokens", "num_tokens", "n_tokens", "train_tokens", "training_tokens",
                "tokens_seen", "total_tokens", "token_budget",
            ],
            .uniqueTokenCount: ["u", "u_d", "unique_tokens", "num_unique_tokens"],
            .trainingFLOPs: [
                "c", "flops", "flop", "flop_budget", "flops_budget", "training_flop",
                "train_flops", "total_flops", "compute", "compute_budget",
            ],
            .batchTokens: [
                "b", "batch_size_tokens", "tokens_per_step", "tokens_per_batch",
                "train_batch_tokens", "tokens_per_iteration", "total_batch_tokens",
            ],
            .stepCount: [
                "s", "steps", "num_steps", "n_steps", "total_steps", "train_steps", "max_steps",
            ],
            .encoderParameterCount: ["encoder_params", "encoder_parameters", "n_e", "n_enc"],
            .decoderParameterCount: ["decoder_params", "decoder_parameters", "n_d", "n_dec"],
            .averageParameterCount: [
                "average_params", "average_parameters", "avg_params", "avg_parameter_count",
                "mean_parameter_count", "n_avg",
            ],
            .expertCount: ["experts", "num_experts", "n_experts", "number_of_experts"],
            .phaseStep: ["phases", "phase_change_step"],
            .replayShare: ["replay", "replay_ratio", "replay_fraction"],
        ]
        for feature in Feature.stored { names[feature, default: []].append(feature.rawValue) }
        let pairs = names.flatMap { feature, aliases in aliases.map { ($0, feature) } }
        return Dictionary(pairs) { first, _ in first }
    }()
}
