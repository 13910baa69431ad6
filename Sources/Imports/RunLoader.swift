import Foundation
import Records
import Schedules

/// Loads runs from paths: logs, tables, study folders, folders of logs.
package struct RunLoader {
    private var loaded = LoadedRuns()
    private let options: ImportOptions
    /// Files by what was taken for what in them, in order of the first.
    private var noted: [(message: String, files: [String])] = []
    /// The file that a run id came from.
    private var sources: [String: String] = [:]

    /// Loads everything the paths name.
    ///
    /// A folder with `runs.json` (or that file itself) is a study; in any other folder each file
    /// that is a log or a table is read.
    ///
    /// - Parameters:
    ///   - paths: Files and folders.
    ///   - options: How files are to be read.
    /// - Returns: The runs in the order of the paths, of the study, of file names.
    /// - Throws: `RunFileError`, also when two runs have the same id.
    package static func load(
        paths: [String], options: ImportOptions = ImportOptions()
    ) throws(RunFileError) -> LoadedRuns {
        var loader = RunLoader(options: options)
        for path in paths { try loader.load(path) }
        loader.loaded.notes += loader.noted.map { message, files in
            let more = files.count == 1 ? "" : " and \(files.count - 1) more"
            return "\(files[0])\(more): \(message)"
        }
        return loader.loaded
    }

    private init(options: ImportOptions) {
        self.options = options
    }

    private mutating func load(_ path: String) throws(RunFileError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw RunFileError(file: path, kind: .unreadable(reason: "no such file or folder"))
        }
        guard isFolder.boolValue else {
            if path.split(separator: "/").last.map(String.init) == StudyFile.name {
                return try loadStudy(path)
            }
            return try take(LogImporter.file(at: path, options: options))
        }
        let studyFile = Self.join(path, StudyFile.name)
        if FileManager.default.fileExists(atPath: studyFile) { return try loadStudy(studyFile) }
        try loadFolder(path)
    }

    /// Every file of a folder and its subfolders that is a log; the folder of a training has others,
    /// too.
    private mutating func loadFolder(_ path: String) throws(RunFileError) {
        var other: [String] = []
        let count = try walk(path, depth: 0, other: &other)
        guard count > 0 else { throw RunFileError(file: path, kind: .noRunFiles) }
        if !other.isEmpty {
            let shown = other.prefix(5).joined(separator: ", ")
            let more = other.count > 5 ? " and \(other.count - 5) more" : ""
            loaded.notes.append("\(path): no logs, left out: \(shown)\(more)")
        }
    }

    /// Reads what is in a folder.
    ///
    /// - Returns: How many files had runs.
    private mutating func walk(
        _ path: String, depth: Int, other: inout [String]
    ) throws(RunFileError) -> Int {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw RunFileError(file: path, kind: .unreadable(reason: "no permission to list it"))
        }
        var count = 0
        var taken: Set<String> = []
        if let run = try LogFolder.run(at: path, options: options) {
            try take(run.file)
            taken = run.taken.union(names.filter { $0.contains("tfevents") })
            count += 1
        }
        // Each checkpoint has the whole log so far: the last says all.
        let checkpoints = names.filter { $0.hasPrefix("checkpoint-") }
        if checkpoints.count > 1 || names.contains("trainer_state.json") {
            let last = checkpoints.max { Self.number(in: $0) < Self.number(in: $1) }
            let hasOwn = names.contains("trainer_state.json")
            taken.formUnion(checkpoints.filter { hasOwn || $0 != last })
        }
        for name in names where !name.hasPrefix(".") && !taken.contains(name) {
            let file = Self.join(path, name)
            if LogFolder.isFolder(file) {
                // A link leads to what is read anyway (W&B's `latest-run`), or in circles.
                let isLink =
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: file)) != nil
                guard depth < 6, !isLink else { continue }
                if FileManager.default.fileExists(atPath: Self.join(file, StudyFile.name)) {
                    continue
                }
                count += try walk(file, depth: depth + 1, other: &other)
                continue
            }
            do {
                try take(LogImporter.file(at: file, options: options))
                count += 1
            } catch  where error.kind.saysNotALog {
                other.append(name)
            }
        }
        return count
    }

    private static func number(in name: String) -> Int {
        Int(name.drop { !$0.isNumber }.prefix { $0.isNumber }) ?? 0
    }

    private mutating func take(_ file: ImportedFile) throws(RunFileError) {
        note(file.notes + file.skipped.map(\.sentence), file: file.path)
        loaded.warnings += file.warnings.map { "\(file.path): \($0)" }
        loaded.files.append(file)
        for run in file.runs { try add(run, from: file.path) }
    }

    private mutating func loadStudy(_ path: String) throws(RunFileError) {
        let study = try StudyFile(bytes: Self.bytes(path), name: path)
        let folder = String(path.dropLast(StudyFile.name.count))
        var rows = ImportedFile(
            path: path, format: "study", runs: [], skipped: [], notes: [], warnings: [])
        for entry in study.entries {
            guard let file = entry.file else {
                let run = ImportedRun(entry.run)
                rows.runs.append(run)
                try add(run, from: path)
                continue
            }
            let curvePath = folder + file
            guard FileManager.default.fileExists(atPath: curvePath) else {
                throw RunFileError(
                    file: path, place: .init(pointer: "\(entry.pointer)/file"),
                    kind: .invalid(
                        field: "file", value: "\"\(file)\"",
                        rule: "must be a file beside \(StudyFile.name)"))
            }
            var curve = try LogImporter.file(at: curvePath, options: options)
            guard curve.runs.count == 1 else {
                throw RunFileError(
                    file: curvePath,
                    kind: .notALog("has \(curve.runs.count) runs, and the study wants one"))
            }
            try Self.describe(&curve.runs[0], by: entry.run, file: curvePath)
            note(curve.notes + curve.skipped.map(\.sentence), file: curvePath)
            loaded.warnings += curve.warnings.map { "\(curvePath): \($0)" }
            loaded.files.append(curve)
            try add(curve.runs[0], from: path)
        }
        if !rows.runs.isEmpty { loaded.files.append(rows) }
    }

    /// Gives a curve the metadata of its study, which goes before what the log says of itself.
    private static func describe(
        _ imported: inout ImportedRun, by entry: Run, file: String
    ) throws(RunFileError) {
        var run = entry
        run.features.merge(imported.metadata.features) { stated, _ in stated }
        imported.metadata = run
        guard let total = run.schedule?.totalSteps else { return }
        // A point at S, logged after the last update, is in order; one beyond has no rate.
        guard let step = imported.points.lastStep, step > total else { return }
        throw RunFileError(
            file: file,
            kind: .invalid(
                field: "step", value: "\(step)",
                rule: "must be at most \(total), where the run's schedule ends"))
    }

    /// The files of a study mostly have the same columns: one sentence for all of them.
    private mutating func note(_ notes: [String], file: String) {
        guard !notes.isEmpty else { return }
        let message = notes.joined(separator: ", ")
        guard let index = noted.firstIndex(where: { $0.message == message }) else {
            return noted.append((message, [file]))
        }
        noted[index].files.append(file)
    }

    private mutating func add(_ imported: ImportedRun, from path: String) throws(RunFileError) {
        let run = imported.metadata
        if let other = sources.updateValue(path, forKey: run.id) {
            throw RunFileError(file: path, kind: .repeatedRun(id: run.id, other: other))
        }
        if let study = run.study, !loaded.studies.contains(study) { loaded.studies.append(study) }
        loaded.imported.append(imported)
    }

    private static func bytes(_ path: String) throws(RunFileError) -> [UInt8] {
        try ByteSource(path: path).readAll(limit: RunFileReader.defaultLimit)
    }

    private static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }
}
