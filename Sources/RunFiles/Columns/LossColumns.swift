/// Which columns are losses, and which of them is the file's main one.
///
/// The contract: `loss`, else the first of `train*`, else of `val*` or `eval*`; the others are kept
/// as series `loss/<name>`. Since a log also has columns such as `train/learning_rate` and
/// `eval_runtime`, a column is a loss if its name says so ("loss", "nll", "cross_entropy") and has
/// none of the words for something else; names that only begin with `train`, `val` or `eval` are
/// considered where no column says so.
struct LossColumns: Equatable {
    struct Series: Equatable {
        let name: String
        let column: Int
    }

    private(set) var main: Int?
    private(set) var series: [Series] = []

    /// Chooses among columns.
    ///
    /// - Parameters:
    ///   - columns: All names, in the file's order.
    ///   - taken: Columns known to be something else.
    init(_ columns: [String], taken: Set<Int>) {
        let free = columns.indices.filter { !taken.contains($0) }
        var losses = free.filter { Self.saysLoss(columns[$0]) }
        if losses.isEmpty { losses = free.filter { Self.maybeLoss(columns[$0]) } }
        main = Self.main(losses.map { ($0, ColumnName(columns[$0]).normal) })
        series = losses.filter { $0 != main }.map {
            Series(name: Self.seriesName(columns[$0]), column: $0)
        }
    }

    /// The `<name>` of a column that is kept as series `loss/<name>`.
    static func seriesName(_ column: String) -> String {
        let prefix = "loss/"
        guard column.lowercased().hasPrefix(prefix) else { return column }
        return String(column.dropFirst(prefix.count))
    }

    private static func main(_ losses: [(index: Int, name: String)]) -> Int? {
        // A column `loss/<name>` is a series by its own word, never the main loss.
        let candidates = losses.filter { !$0.name.hasPrefix("loss/") }
        let orders: [(String) -> Bool] = [
            { $0 == "loss" },
            { $0.hasPrefix("train") },
            { $0.hasPrefix("val") || $0.hasPrefix("eval") },
            { _ in true },
        ]
        for order in orders {
            if let found = candidates.first(where: { order($0.name) }) { return found.index }
        }
        return nil
    }

    private static func saysLoss(_ column: String) -> Bool {
        let name = ColumnName(column)
        if name.normal.hasPrefix("loss/") { return name.normal.count > "loss/".count }
        let says = ["loss", "nll", "cross_entropy", "crossentropy", "xent"]
        return says.contains { name.normal.contains($0) } && !saysOther(name)
    }

    private static func maybeLoss(_ column: String) -> Bool {
        let name = ColumnName(column)
        let prefixes = ["train", "val", "eval"]
        return prefixes.contains { name.normal.hasPrefix($0) } && !saysOther(name)
    }

    private static func saysOther(_ name: ColumnName) -> Bool {
        name.words.contains { otherWords.contains(String($0)) }
    }

    private static let otherWords: Set<String> = [
        "acc", "accuracy", "batch", "bleu", "bpb", "count", "data", "dataset", "epoch", "flops",
        "grad", "gradient", "lr", "max", "mem", "memory", "mfu", "min", "norm", "params",
        "perplexity", "ppl", "rate", "runtime", "samples", "scale", "sec", "second", "seconds",
        "set", "size", "speed", "std", "stderr", "step", "steps", "throughput", "time", "token",
        "tokens", "var", "variance", "weight",
    ]
}
