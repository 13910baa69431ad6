import ArgumentParser
import Contract
import Laws
import Records
import Schedules

extension Run.Role: ExpressibleByArgument {
    static let allValueStrings = ["train", "test"]
}

/// The choice of runs among many.
struct RunSelection: ParsableArguments {
    @Option(
        name: .customLong("runs"), help: ArgumentHelp("Only these runs.", valueName: "id,id"),
        transform: { $0.split(separator: ",").map(String.init) })
    var identifiers: [String]?

    @Option(help: "Only runs with this role (train or test).")
    var role: Run.Role?

    mutating func validate() throws {
        if identifiers != nil, role != nil { throw UsageError.runsAndRole.validation }
        if identifiers?.isEmpty == true { throw UsageError.noRunsNamed.validation }
    }

    /// Takes runs by id or by role.
    ///
    /// - Parameters:
    ///   - runs: All there are.
    ///   - standardRole: The role taken when nothing is said and runs have roles.
    /// - Returns: The runs and the role by which they were taken.
    /// - Throws: `UsageError.unknownRun` or `.noRunOfRole`.
    func select(from runs: [Run], standardRole: Run.Role) throws(UsageError) -> SelectedRuns {
        if let identifiers {
            return SelectedRuns(runs: try Self.named(identifiers, in: runs), role: nil)
        }
        guard role != nil || runs.contains(where: { $0.role != nil }) else {
            return SelectedRuns(runs: runs, role: nil)
        }
        let wanted = role ?? standardRole
        let selected = runs.filter { $0.role == wanted }
        guard !selected.isEmpty else {
            throw .noRunOfRole(wanted.rawValue, known: runs.map(\.id))
        }
        return SelectedRuns(runs: selected, role: wanted)
    }

    /// Takes runs of a backend.
    ///
    /// - Parameters:
    ///   - backend: Files, or a server.
    ///   - study: The server's study; without one its runs must be named.
    ///   - standardRole: The role taken when nothing is said and runs have roles.
    /// - Returns: The runs and the role by which they were taken.
    /// - Throws: `UsageError`, or what the backend throws.
    func select(
        from backend: any Backend, study: String?, standardRole: Run.Role
    ) throws -> SelectedRuns {
        // A server may have more runs than one wants to list; it checks the ids itself.
        if let identifiers, study == nil, backend is RemoteBackend {
            return SelectedRuns(runs: identifiers.map { Run(id: $0) }, role: nil)
        }
        return try select(from: backend.runs(study: study), standardRole: standardRole)
    }

    /// Runs by id, each once, in the order of the ids.
    static func named(_ identifiers: [String], in runs: [Run]) throws(UsageError) -> [Run] {
        var selected: [Run] = []
        for identifier in identifiers {
            guard let run = runs.first(where: { $0.id == identifier }) else {
                throw .unknownRun(identifier, known: runs.map(\.id))
            }
            if !selected.contains(where: { $0.id == identifier }) { selected.append(run) }
        }
        return selected
    }
}

/// Runs that were taken, and how.
struct SelectedRuns {
    var runs: [Run]
    /// The role by which they were taken; nil where they were named, or have no roles.
    var role: Run.Role?

    /// The runs in words.
    var summary: String {
        let shown = runs.prefix(8).map(\.id).joined(separator: ", ")
        let more = runs.count > 8 ? " and \(runs.count - 8) more" : ""
        let count = runs.count == 1 ? "1 run" : "\(runs.count) runs"
        return "\(count)\(role.map { " of role \($0.rawValue)" } ?? ""): \(shown)\(more)"
    }
}

/// Runs that a fit leaves out and is judged on.
struct HoldoutOptions: ParsableArguments {
    @Option(
        name: .customLong("holdout"),
        help: ArgumentHelp(
            "Leave these runs out of the fit and score it on them.", valueName: "id,id"),
        transform: { $0.split(separator: ",").map(String.init) })
    var identifiers: [String]?

    mutating func validate() throws {
        if identifiers?.isEmpty == true { throw UsageError.noHoldoutNamed.validation }
    }

    /// The runs that are left to fit.
    ///
    /// - Parameters:
    ///   - selected: The runs that would be fitted.
    ///   - named: True where each was asked for by its id.
    /// - Returns: The runs that are left.
    /// - Throws: `UsageError` when a run is asked for on both sides, or nothing is left.
    func excluding(from selected: SelectedRuns, named: Bool) throws(UsageError) -> SelectedRuns {
        guard let identifiers else { return selected }
        var left = selected
        left.runs.removeAll { identifiers.contains($0.id) }
        if named, let both = selected.runs.first(where: { identifiers.contains($0.id) }) {
            throw .fittedAndHeldOut(both.id)
        }
        guard !left.runs.isEmpty else { throw .nothingLeftToFit }
        return left
    }
}

/// Metadata for curves that come without.
struct BareCurveOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The schedule of runs without one.", valueName: "spec"))
    var schedule: String?

    @Option(
        help: ArgumentHelp(
            "Steps of warm-up before the first logged learning rate.", valueName: "n"))
    var warmup: Int?

    @Option(help: ArgumentHelp("The parameter count of runs without one.", valueName: "n"))
    var parameterCount: Double?

    @OptionGroup var reading: ReadingOptions

    func validate() throws {
        if let warmup, warmup < 0 {
            throw UsageError.belowMinimum(option: "warmup", value: warmup, minimum: 0).validation
        }
    }

    /// The first option given, for errors.
    var firstGiven: String? {
        if schedule != nil { return "schedule" }
        if warmup != nil { return "warmup" }
        return parameterCount == nil ? reading.firstGiven : "parameter-count"
    }

    /// Fills in what runs lack.
    ///
    /// - Parameter runs: The runs.
    /// - Returns: The same runs, those without metadata with the given one.
    /// - Throws: `ScheduleError`, or `UsageError.nothingToFill` where every run has it already.
    func filling(_ runs: [Run]) throws -> [Run] {
        var runs = runs
        if let schedule {
            let parsed = try LearningRateSchedule(parsing: schedule)
            try fill(
                &runs, option: "schedule", where: { $0.schedule == nil },
                with: { $0.schedule = parsed })
        }
        if let warmup {
            try fill(
                &runs, option: "warmup",
                where: { $0.schedule == nil && $0.statedWarmupSteps == nil },
                with: { $0.statedWarmupSteps = warmup })
        }
        if let parameterCount {
            try fill(
                &runs, option: "parameter-count",
                where: { $0.features[.parameterCount] == nil },
                with: { $0.features[.parameterCount] = parameterCount })
        }
        return runs
    }

    private func fill(
        _ runs: inout [Run], option: String, where lacks: (Run) -> Bool,
        with change: (inout Run) -> Void
    ) throws(UsageError) {
        let lacking = runs.indices.filter { lacks(runs[$0]) }
        guard !lacking.isEmpty else { throw .nothingToFill(option: option) }
        for index in lacking { change(&runs[index]) }
    }
}

/// The runs of paths, or of a server: `PATH…`, `--server`, `--study`.
struct BackendOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Study folders, curves or tables.", valueName: "path"))
    var paths: [String] = []

    @OptionGroup var server: ServerOptions

    @Option(help: "On a server: the runs of this study.")
    var study: String?
}
