/// The meaning of a loss's name: which loss it is, and its rank among others.
///
/// A log has columns such as `train/learning_rate`, `loss_scale` and `eval_runtime` beside its
/// losses, so a name is a loss's if it says so ("loss", "nll", "cross_entropy") and has none of the
/// words for something else.
struct LossName {
    let name: ColumnName
    private let words: Set<String>

    init(_ name: String) {
        self.name = ColumnName(name)
        words = Set(self.name.words.map(String.init))
    }

    /// True when it says that it is a loss.
    var saysLoss: Bool {
        guard !words.isEmpty else { return false }
        if name.normal.hasPrefix("loss/") { return name.normal.count > "loss/".count }
        let says = ["loss", "nll", "cross_entropy", "crossentropy", "xent"]
        return (words.contains("ce") || says.contains { name.normal.contains($0) })
            && words.isDisjoint(with: Self.others)
    }

    /// True when it may be one where no name says so: `train`, `val_1`.
    var maybeLoss: Bool {
        ["train", "val", "eval"].contains { name.normal.hasPrefix($0) }
            && words.isDisjoint(with: Self.others.union(Self.amounts))
    }

    /// The unit, where the name is that of a loss in bits per byte or character.
    var unit: String? {
        if !words.isDisjoint(with: ["bpb", "bits_per_byte"]) { return "bits per byte" }
        if words.contains("bpc") { return "bits per character" }
        return words.isSuperset(of: ["bits", "byte"]) ? "bits per byte" : nil
    }

    /// The rank among those that may be the main loss, 0 first; nil if it never is.
    ///
    /// A loss in bits per byte is the main one only where there is no other.
    var rank: Int? { unit == nil ? mainRank : 11 }

    /// The rank among losses in nats.
    ///
    /// The contract: `loss`, else the first training loss, else the first of `val*` and `eval*`. A
    /// name `loss/<name>` is a series by its own word unless that word is training's.
    var mainRank: Int? {
        if name.normal == "loss" { return 0 }
        let isTraining = !words.isDisjoint(with: ["train", "training", "trn"])
        if name.normal.hasPrefix("loss/"), !isTraining, words != ["loss", "total"] { return nil }
        let isSmoothed = !words.isDisjoint(with: Self.smoothed)
        // The sum of what stands beside it: detectors log `loss_cls` before `total_loss`.
        if words == ["loss", "total"] { return 3 }
        if !words.isDisjoint(with: Self.auxiliary) { return 10 }
        if !words.isDisjoint(with: Self.validation) { return isSmoothed ? 8 : 7 }
        if !words.isDisjoint(with: Self.test) { return 9 }
        if isTraining {
            let rest = words.subtracting(["train", "training", "trn", "loss", "step", "total"])
            if isSmoothed { return 4 }
            return rest.isEmpty ? 1 : 2
        }
        return isSmoothed ? 6 : 5
    }

    /// True when a log without a main loss may have it under this name: `loss/out`.
    var maybeMain: Bool {
        words.isDisjoint(with: Self.validation.union(Self.test).union(Self.auxiliary))
    }

    /// True when it is of held-out data, or the name of such data.
    var isHeldOut: Bool { !words.isDisjoint(with: Self.validation.union(Self.test)) }

    /// The name in a row of held-out data, whose loss is not training's.
    ///
    /// - Parameters:
    ///   - name: A value's name.
    ///   - split: The set, as `val`.
    /// - Returns: The name of a loss with the set before it, unless it says that itself.
    static func name(_ name: String, of split: String) -> String {
        let loss = LossName(name)
        return loss.saysLoss && !loss.isHeldOut ? "\(split)/\(name)" : name
    }

    private static let validation: Set<String> = [
        "val", "valid", "validation", "eval", "evaluation",
    ]

    private static let test: Set<String> = ["test", "dev", "heldout", "holdout"]

    private static let smoothed: Set<String> = [
        "ema", "avg", "average", "mean", "smooth", "smoothed", "running", "epoch", "min", "max",
        "final", "best", "estimate",
    ]

    /// Losses that are trained on beside the one that matters.
    private static let auxiliary: Set<String> = [
        "mtp", "aux", "auxiliary", "z", "zloss", "balance", "balancing", "router", "moe", "kl",
        "critic", "actor", "value", "policy", "entropy", "reg", "regularization", "distill",
    ]

    private static let others: Set<String> = [
        "acc", "accuracy", "bleu", "bpb", "count", "epochs", "flops", "grad", "gradient", "lr",
        "max", "mem", "memory", "mfu", "min", "norm", "params", "perplexity", "ppl", "rate",
        "runtime", "scale", "sec", "second", "seconds", "set", "size", "speed", "std", "stderr",
        "steps", "throughput", "time", "tokens", "var", "variance", "weight", "zscore", "lossz",
    ]

    /// Words of a name that says no loss and is none; `batch_loss` and `loss_per_token` are losses.
    private static let amounts: Set<String> = [
        "batch", "data", "dataset", "epoch", "samples", "step", "token",
    ]
}
