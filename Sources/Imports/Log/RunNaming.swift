import Records

/// Ids of the runs of a file: stable, from the file or its folder.
struct RunNaming {
    /// The id of a file's only run.
    let stem: String

    /// Takes the name from a path: the file's, or its folder's where the file's says nothing.
    ///
    /// `run7/trainer_state.json` is `run7`, and so is `run7/checkpoint-500/trainer_state.json`.
    init(path: String) {
        var parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
        let file = parts.popLast() ?? path
        var name = Self.withoutEndings(file)
        if Self.generic.contains(name.lowercased()) {
            let folder = parts.last { part in
                let lower = part.lowercased()
                return !Self.generic.contains(lower) && !lower.hasPrefix("checkpoint")
                    && lower != ".."
            }
            if let folder { name = folder }
        }
        stem = TextRule.id(from: name)
    }

    init(stem: String) { self.stem = stem }

    /// The id of a run that the file calls by a key.
    ///
    /// - Parameters:
    ///   - key: Nil for a file's only run. A short one, such as a number, means something only in
    ///     its file, so it stands behind the file's name.
    ///   - others: Ids given before, and this one.
    /// - Returns: The id.
    func id(of key: String?, apartFrom others: inout Set<String>) -> String {
        var id = stem
        if let key {
            let isName = key.count >= 4 && key.contains(where: \.isLetter)
            let text = isName ? key : "\(stem)-\(key)"
            id = TextRule.id(from: text)
            if text.unicodeScalars.count > 120 { id = "\(id.prefix(110))-\(Self.hash(text))" }
        }
        if !others.insert(id).inserted {
            id = "\(id.prefix(110))-\(Self.hash(key ?? ""))"
            others.insert(id)
        }
        return id
    }

    /// Eight hexadecimal digits that are the same every time (FNV-1a).
    private static func hash(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(UInt32(truncatingIfNeeded: hash ^ (hash >> 32)), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    private static func withoutEndings(_ file: String) -> String {
        var name = file
        if name.lowercased().hasSuffix(".gz") { name.removeLast(3) }
        for ending in endings where name.lowercased().hasSuffix(ending) && name.count > ending.count
        {
            name.removeLast(ending.count)
            break
        }
        return name
    }

    private static let endings = [
        ".csv", ".tsv", ".tab", ".ndjson", ".jsonl", ".json", ".log", ".txt", ".out", ".err",
        ".wandb", ".db", ".sqlite",
    ]

    /// File and folder names that programs give, the same for every run.
    private static let generic: Set<String> = [
        "trainer_state", "trainer_log", "metrics", "log", "logs", "train", "training", "history",
        "scalars", "progress", "stdout", "stderr", "output", "results", "console", "events", "out",
        "train_log", "training_log", "log_history", "main", "hydra_train", "runs.json", "vis_data",
        "csv_logs", "tensorboard", "tb", "nohup", "training_logs", "lightning_logs", "wandb",
    ]
}
