import Foundation
import Laws
import Schedules

/// Loads runs from paths: curve files, tables, study folders, folders of curve files.
package struct RunLoader {
    private var loaded = LoadedRuns()
    /// Files by what was taken for what in them, in order of the first.
    private var noted: [(message: String, files: [String])] = []
    /// Which file a run id came from.
    private var sources: [String: String] = [:]

    /// Loads everything the paths name.
    ///
    /// A folder with `runs.json` (or that file itself) is a study; in any other folder each file
    /// that could be a run file is read, a curve's file name being the run's id.
    ///
    /// - Parameter paths: Files and folders.
    /// - Returns: The runs in the order of the paths, of the study, of file names.
    /// - Throws: `RunFileError`, also when two runs have the same id.
    package static func load(paths: [String]) throws(RunFileError) -> LoadedRuns {
        var loader = RunLoader()
        for path in paths { try loader.load(path) }
        loader.loaded.notes = loader.noted.map { message, files in
            let more = files.count == 1 ? "" : " and \(files.count - 1) more"
            return "\(files[0])\(more): \(message)"
        }
        return loader.loaded
    }

    private init() {}

    private mutating func load(_ path: String) throws(RunFileError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw RunFileError(file: path, kind: .unreadable(reason: "no such file or folder"))
        }
        guard isFolder.boolValue else {
            if path.split(separator: "/").last.map(String.init) == StudyFile.name {
                return try loadStudy(path)
            }
            return try loadFile(path)
        }
        let studyFile = Self.join(path, StudyFile.name)
        if FileManager.default.fileExists(atPath: studyFile) { return try loadStudy(studyFile) }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw RunFileError(file: path, kind: .unreadable(reason: "no permission to list it"))
        }
        let files = names.filter { !$0.hasPrefix(".") && RunFileFormat(fileName: $0) != nil }
        guard !files.isEmpty else { throw RunFileError(file: path, kind: .noRunFiles) }
        for name in files { try loadFile(Self.join(path, name)) }
    }

    private mutating func loadFile(_ path: String) throws(RunFileError) {
        switch try RunFileReader.read(bytes: Self.bytes(path), name: path) {
        case .curve(let file):
            var run = Run(id: RunFileReader.stem(path))
            take(file, into: &run, from: path)
            try add(run, from: path)
        case .table(let table):
            note(table.notes, file: path)
            loaded.warnings += table.warnings.map { "\(path): \($0)" }
            for run in table.runs { try add(run, from: path) }
        }
    }

    private mutating func loadStudy(_ path: String) throws(RunFileError) {
        let study = try StudyFile(bytes: Self.bytes(path), name: path)
        let folder = String(path.dropLast(StudyFile.name.count))
        for entry in study.entries {
            var run = entry.run
            if let file = entry.file {
                let curvePath = folder + file
                guard FileManager.default.fileExists(atPath: curvePath) else {
                    throw RunFileError(
                        file: path, place: .init(pointer: "\(entry.pointer)/file"),
                        kind: .invalid(
                            field: "file", value: "\"\(file)\"",
                            rule: "must be a file beside \(StudyFile.name)"))
                }
                let curve = try RunFileReader.readCurve(
                    bytes: Self.bytes(curvePath), name: curvePath)
                take(curve, into: &run, from: curvePath)
                try Self.checkEnd(of: run, file: curvePath)
            }
            try add(run, from: path)
        }
    }

    private mutating func take(_ file: CurveFile, into run: inout Run, from path: String) {
        let assembled = file.assembled()
        run.curve = assembled.curve
        run.series = assembled.series
        note(file.notes, file: path)
        loaded.warnings += assembled.warnings.map { "\(path): \($0)" }
    }

    /// A point at S, logged after the last update, is in order; one beyond has no rate.
    private static func checkEnd(of run: Run, file: String) throws(RunFileError) {
        guard let total = run.schedule?.totalSteps else { return }
        let curves = [run.curve].compactMap { $0 } + run.series.values
        guard let step = curves.compactMap(\.steps.last).max(), step > total else { return }
        throw RunFileError(
            file: file,
            kind: .invalid(
                field: "step", value: "\(step)",
                rule: "must be at most \(total), where the run's schedule ends"))
    }

    /// The files of a study mostly have the same columns: one sentence for all of them.
    private mutating func note(_ notes: [ColumnNote], file: String) {
        guard !notes.isEmpty else { return }
        let message = notes.map(\.message).joined(separator: ", ")
        guard let index = noted.firstIndex(where: { $0.message == message }) else {
            return noted.append((message, [file]))
        }
        noted[index].files.append(file)
    }

    private mutating func add(_ run: Run, from path: String) throws(RunFileError) {
        if let other = sources.updateValue(path, forKey: run.id) {
            throw RunFileError(file: path, kind: .repeatedRun(id: run.id, other: other))
        }
        if let study = run.study, !loaded.studies.contains(study) { loaded.studies.append(study) }
        loaded.runs.append(run)
    }

    private static func bytes(_ path: String) throws(RunFileError) -> [UInt8] {
        do {
            return try Array(Data(contentsOf: URL(filePath: path)))
        } catch {
            throw RunFileError(
                file: path, kind: .unreadable(reason: "no permission, or not a file"))
        }
    }

    private static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }
}
