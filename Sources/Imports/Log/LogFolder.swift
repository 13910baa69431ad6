import Foundation

/// Folders in which several files make one run: TensorBoard's, MLflow's.
enum LogFolder {
    /// The run of a folder; nil where the folder is of no such kind.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - options: What the one who imports knows better.
    /// - Returns: The run and the subfolders that belong to it, which are not read again.
    /// - Throws: `RunFileError` for files that cannot be read.
    static func run(
        at path: String, options: ImportOptions
    ) throws(RunFileError) -> (file: ImportedFile, taken: Set<String>)? {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        if let run = try tensorBoard(path, names, options) { return run }
        return try mlflow(path, names, options)
    }

    // MARK: TensorBoard

    /// The run of a folder of event files.
    ///
    /// A restarted job's later file goes before the earlier from its first step on. `add_scalars`
    /// puts the parts of a chart into folders of their own, and Keras training and validation.
    private static func tensorBoard(
        _ path: String, _ names: [String], _ options: ImportOptions
    ) throws(RunFileError) -> (file: ImportedFile, taken: Set<String>)? {
        let own = eventFiles(path, names)
        let splits: Set<String> = ["train", "validation", "val", "eval", "test", "valid"]
        var parts: [(name: String, files: [String])] = []
        var folders = names.filter { isFolder("\(path)/\($0)") }
        if !own.isEmpty {
            // tensorboardX nests the parts one folder deeper.
            for folder in folders {
                let inner =
                    (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)"))
                folders += (inner ?? []).sorted().map { "\(folder)/\($0)" }
                    .filter { isFolder("\(path)/\($0)") }
            }
        }
        for name in folders {
            let inner =
                (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(name)")) ?? []
            let files = eventFiles("\(path)/\(name)", inner.sorted())
            guard !files.isEmpty, !own.isEmpty || splits.contains(name.lowercased()) else {
                continue
            }
            parts.append((name, files))
        }
        let isKeras = own.isEmpty && parts.contains { $0.name.lowercased() == "train" }
        guard !own.isEmpty || isKeras else { return nil }
        var log = LogCollector(options: options)
        let format = TensorBoardFormat()
        for file in own { try format.read(ByteSource(path: file), into: &log) }
        for part in parts {
            for file in part.files {
                log.endFile()
                try format.read(ByteSource(path: file), prefix: "\(part.name)/", into: &log)
            }
            log.endFile()
        }
        let interpreter = LogInterpreter(
            options: options, file: path, naming: RunNaming(path: "\(path)/events"))
        return (
            try interpreter.file(from: log, format: format.name),
            Set(parts.map { String($0.name.prefix { $0 != "/" }) })
        )
    }

    private static func eventFiles(_ path: String, _ names: [String]) -> [String] {
        names.filter { $0.contains("tfevents") && !isFolder("\(path)/\($0)") }
            .sorted { time(of: $0) < time(of: $1) }.map { "\(path)/\($0)" }
    }

    /// The second in a name `events.out.tfevents.<second>.<host>…`.
    private static func time(of name: String) -> Int {
        let parts = name.split(separator: ".")
        guard let place = parts.firstIndex(of: "tfevents"), place + 1 < parts.count else {
            return 0
        }
        return Int(parts[place + 1]) ?? 0
    }

    // MARK: MLflow

    /// A run's folder of MLflow's file store, with `metrics`, `params` and `tags` inside.
    private static func mlflow(
        _ path: String, _ names: [String], _ options: ImportOptions
    ) throws(RunFileError) -> (file: ImportedFile, taken: Set<String>)? {
        guard names.contains("meta.yaml"), names.contains("metrics"), isFolder("\(path)/metrics")
        else { return nil }
        var log = LogCollector(options: options)
        let run = log.run()
        let format = MLflowMetricFormat()
        for name in files(under: "\(path)/metrics") {
            try format.read(ByteSource(path: "\(path)/metrics/\(name)"), name: name, into: &log)
        }
        for name in files(under: "\(path)/params") {
            if let text = text("\(path)/params/\(name)") { log.update(run) { $0.note(name, text) } }
        }
        if let name = text("\(path)/tags/mlflow.runName") { log.update(run) { $0.name = name } }
        guard !log.runs[run].series.isEmpty else { return nil }
        let interpreter = LogInterpreter(
            options: options, file: path, naming: RunNaming(path: path))
        return (
            try interpreter.file(from: log, format: "mlflow"),
            ["metrics", "params", "tags", "artifacts", "inputs", "outputs"]
        )
    }

    /// Names of files in a folder and those inside it.
    private static func files(under path: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return all.filter { !isFolder("\(path)/\($0)") }.sorted()
    }

    private static func text(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }
}
