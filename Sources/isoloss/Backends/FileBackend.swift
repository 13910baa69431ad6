import API
import Contract
import Fitting
import Imports
import Laws
import Records
import Schedules
import Synchronization

/// Runs and fits in files; a fit is named by the path of its file.
struct FileBackend: ComputingBackend {
    let catalog = LawCatalog.standard
    /// The runs of the paths given; nil without paths.
    let source: LoadedRuns?
    private let runs: [Run]
    private let fits = ReadFits()

    /// Loads files.
    ///
    /// - Parameters:
    ///   - paths: Study folders, curves or tables; may be empty where runs are not asked for.
    ///   - bareCurves: What runs without metadata are taken to have.
    /// - Throws: `RunFileError`, `UsageError`.
    init(paths: [String], bareCurves: BareCurveOptions? = nil) throws {
        let reading = try bareCurves?.reading.options() ?? ImportOptions()
        source = paths.isEmpty ? nil : try RunLoader.load(paths: paths, options: reading)
        let loaded = source?.runs ?? []
        runs = try bareCurves?.filling(loaded) ?? loaded
    }

    /// The prefix of names of published fits; no file has it.
    private static let published = "\u{0}"

    func predictor(_ fit: String) throws -> LawPredictor {
        guard fit.hasPrefix(Self.published) else {
            return try LawPredictor(report: fits.fit(fit), catalog: catalog)
        }
        let published = try PublishedFit.named(String(fit.dropFirst(Self.published.count)))
        return try LawPredictor(report: FitReport(published, catalog: catalog), catalog: catalog)
    }

    func publish(_ name: String, law: String?) throws -> String {
        Self.published + (try PublishedFit.named(name, law: law)).name
    }

    func runs(study: String?) throws -> [Run] {
        if study != nil { throw UsageError.optionNeedsServer("study") }
        guard source != nil else { throw UsageError.noPaths }
        return runs
    }

    func run(_ id: String) throws -> Run {
        try RunSelection.named([id], in: runs(study: nil))[0]
    }

    func runs(_ choice: RunChoice, law: ConfiguredLaw?, series: String?) throws -> [Run] {
        switch choice {
        case .named(let ids, _):
            try ids.isEmpty ? [] : RunSelection.named(ids, in: runs(study: nil))
        // Without a name, all of the paths.
        case .study(let name, _, _): try runs(study: name.isEmpty ? nil : name)
        }
    }

    func schedule(_ source: ScheduleSource) throws -> LearningRateSchedule {
        try source.schedule(runs: self.source == nil ? nil : ScheduledRuns(runs))
    }

    var notes: [String] { source?.notes ?? [] }
    var warnings: [String] { source?.warnings ?? [] }
}

/// The fits that have been read, by path: a FIFO gives its bytes only once.
private final class ReadFits: Sendable {
    private let fits = Mutex<[String: FitReport]>([:])

    func fit(_ path: String) throws -> FitReport {
        try fits.withLock { fits in
            if let known = fits[path] { return known }
            let fit = try FitFile.read(path)
            fits[path] = fit
            return fit
        }
    }
}
