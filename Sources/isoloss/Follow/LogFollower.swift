import Contract
import Foundation
import Imports
import Plots
import Records
import Schedules
import Store

/// Follows logs as they grow, and stores what is new in them.
///
/// A path that has changed is read again whole, by the same importer as `isoloss import`, and the
/// points that were not there before are stored. So every format can be followed, also those that
/// are rewritten at each save; the price is that a reading takes as long as an import, which is why
/// the pause between two readings is at least ten times as long as a reading took.
struct LogFollower {
    /// A file as it was: one that is the same has nothing new in it.
    private struct Mark: Equatable {
        var path: String
        var file: Int
        var bytes: Int
        var time: Date?
    }

    private struct Followed {
        var run = FollowedRun()
        /// The metadata as stored.
        var metadata: Run?
        /// The path that the run came from first.
        var path: String
    }

    private static let shortestPause = 0.5
    private static let pausePerReading = 10.0

    let paths: [String]
    let options: ImportOptions
    let study: String?
    let target: any FollowTarget
    /// Takes lines for people.
    let print: (String) -> Void
    /// Takes doubts, each once.
    let note: (String) -> Void

    private var marks: [String: [Mark]] = [:]
    private var runs: [String: Followed] = [:]
    private var told: Set<String> = []

    init(
        paths: [String], options: ImportOptions, study: String?, target: any FollowTarget,
        print: @escaping (String) -> Void, note: @escaping (String) -> Void
    ) {
        self.paths = paths.map { $0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        self.options = options
        self.study = study
        self.target = target
        self.print = print
        self.note = note
    }

    /// Follows until asked to stop, and reads once more then.
    ///
    /// - Parameter isStopped: Waits for so many seconds; true where it is time to stop.
    /// - Throws: What no further try can mend, such as a server that refuses the token.
    mutating func follow(until isStopped: (Double) -> Bool) throws {
        var pause = 0.0
        while !isStopped(pause) { pause = try timed { try $0.look() } }
        try look()
    }

    private mutating func timed(_ body: (inout LogFollower) throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body(&self)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return max(Self.shortestPause, seconds * Self.pausePerReading)
    }

    /// Reads the paths that have changed since the last look.
    mutating func look() throws {
        for path in paths {
            let found = Self.marks(at: path)
            guard found != marks[path] else { continue }
            do {
                let former = marks[path] ?? []
                try takeRotated(former, now: found)
                if !found.isEmpty { try read(path) }
                marks[path] = found
            } catch let error as RunFileError {
                // A file that is half there may be a log tomorrow.
                marks[path] = found
                tell("\(error.message); waiting for more of it")
            } catch let error as ClientError where !error.isBadInput {
                // The marks stay as they were, so that the next look tries again.
                tell(error.message)
            } catch let error as StoreError where error.isBusy {
                tell(error.message)
            }
        }
    }

    private mutating func tell(_ sentence: String) {
        if told.insert(sentence).inserted { note(sentence) }
    }

    // MARK: Reading

    private mutating func read(_ path: String) throws {
        let loaded = try RunLoader.load(paths: [path], options: options)
        for file in loaded.files where !isRotated(file.path) {
            for run in file.runs { try take(run.run, from: file.path) }
        }
    }

    private mutating func take(_ reading: Run, from path: String) throws {
        var run = reading
        if let study { run.study = study }
        var followed = runs[run.id] ?? Followed(path: path)
        guard followed.path == path else {
            return tell("run \(run.id) is in \(followed.path) and in \(path); following the first")
        }
        let change = followed.run.take(run.points)
        var metadata = run
        metadata.points = []
        if followed.metadata != metadata {
            try target.put(metadata)
            followed.metadata = metadata
        }
        if let change {
            try target.append(change.points, to: run.id, rewinds: change.rewinds)
            show(change, of: run, isFirst: runs[run.id] == nil)
        }
        // Only now: what was not stored is new at the next look again.
        runs[run.id] = followed
    }

    // MARK: Files

    /// The files under a path; none where there is nothing yet.
    private static func marks(at path: String) -> [Mark] {
        var files = [path]
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            return []
        }
        if isFolder.boolValue {
            let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String }
            files = (names ?? []).sorted().map { "\(path)/\($0)" }
        }
        return files.compactMap { file in
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: file),
                attributes[.type] as? FileAttributeType != .typeDirectory
            else { return nil }
            return Mark(
                path: file, file: (attributes[.systemFileNumber] as? Int) ?? 0,
                bytes: (attributes[.size] as? Int) ?? 0,
                time: attributes[.modificationDate] as? Date)
        }
    }

    /// True when a file is what became of a followed one: `train.log.1` of `train.log`.
    private func isRotated(_ path: String) -> Bool {
        guard let dot = path.lastIndex(of: "."), dot != path.startIndex else { return false }
        let ending = path[path.index(after: dot)...]
        guard !ending.isEmpty, ending.allSatisfy(\.isNumber) || ending == "old" else {
            return false
        }
        let base = String(path[..<dot])
        return runs.values.contains { $0.path == base }
    }

    /// Reads the last lines of files that have been renamed since the last look.
    private mutating func takeRotated(_ former: [Mark], now: [Mark]) throws {
        for mark in former {
            let isSame = now.contains { $0.path == mark.path && $0.file == mark.file }
            let known = runs.first { $0.value.path == mark.path }
            guard !isSame, let known else { continue }
            let folder = (mark.path as NSString).deletingLastPathComponent
            let beside = Self.marks(at: folder.isEmpty ? "." : folder)
            guard let moved = beside.first(where: { $0.file == mark.file }),
                let file = try? LogImporter.file(at: moved.path, options: options),
                file.runs.count == 1, var run = file.runs.first?.run
            else { continue }
            run.id = known.key
            try take(run, from: mark.path)
        }
    }

    // MARK: Lines

    /// A line for each new evaluation; of a log without any, and of what was there at the start, for
    /// the last point.
    private func show(_ change: FollowedRun.Change, of run: Run, isFirst: Bool) {
        var shown = change.evaluations
        if shown.isEmpty || isFirst {
            shown = Array((shown.isEmpty ? change.points : shown).suffix(1))
        }
        let total = run.totalSteps
        if change.rewinds, let first = change.points.first?.step {
            print("\(run.id)  back to step \(first): the steps from there on are replaced")
        }
        for point in shown {
            var words = [run.id, "step \(point.step)" + (total.map { " of \($0)" } ?? "")]
            if let loss = point.loss { words.append("loss \(Self.text(loss))") }
            for (name, loss) in point.series.sorted(by: { $0.key < $1.key }) {
                words.append("\(name) \(Self.text(loss))")
            }
            if point == shown.last, total != nil, let final = final(of: run.id) {
                words.append(final)
            }
            print(words.joined(separator: "  "))
        }
    }

    /// The estimated final loss; nothing where it is too early to say.
    private func final(of id: String) -> String? {
        guard let final = try? target.forecast(of: id).final, let loss = final.loss else {
            return nil
        }
        var text = "final \(Self.text(loss))"
        if let lower = final.lower, let upper = final.upper {
            text += " (\(Self.text(lower)) to \(Self.text(upper)))"
        }
        return text
    }

    private static func text(_ loss: Double) -> String {
        loss.isFinite ? NumberFormat.significant(loss) : "\(loss)"
    }
}
