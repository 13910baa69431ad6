import ArgumentParser
import Laws

extension Run.Role: ExpressibleByArgument {
    /// The roles, for help and errors.
    static let allValueStrings = ["train", "test"]
}

/// What a selection sees of a run, from a file or on a server.
protocol SelectableRun {
    var id: String { get }
    var role: Run.Role? { get }
}

extension Run: SelectableRun {}
extension ServerRun: SelectableRun {}

/// Which of the runs at hand a command takes.
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

    /// Selects runs by id, by role, or by the command's own role where the study has roles.
    ///
    /// - Parameters:
    ///   - runs: The runs at hand.
    ///   - standardRole: The role taken without a selection: train for fits, test for scores.
    /// - Returns: The runs in the order named, or as they came.
    /// - Throws: `UsageError` for an unknown id or a role that no run has.
    func select<Candidate: SelectableRun>(
        from runs: [Candidate], standardRole: Run.Role
    ) throws(UsageError) -> SelectedRuns<Candidate> {
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

    /// The runs of some ids, in their order, each once.
    static func named<Candidate: SelectableRun>(
        _ identifiers: [String], in runs: [Candidate]
    ) throws(UsageError) -> [Candidate] {
        var selected: [Candidate] = []
        for identifier in identifiers {
            guard let run = runs.first(where: { $0.id == identifier }) else {
                throw .unknownRun(identifier, known: runs.map(\.id))
            }
            if !selected.contains(where: { $0.id == identifier }) { selected.append(run) }
        }
        return selected
    }

    /// Selects runs of a server: those named, or those of a study by role.
    ///
    /// - Parameters:
    ///   - client: The server.
    ///   - study: The study, where runs are not named.
    ///   - standardRole: The role taken without a selection.
    /// - Returns: The runs; those named are not looked up, the server checks them.
    /// - Throws: `UsageError` or `ClientError`.
    func select(
        from client: ServerClient, study: String?, standardRole: Run.Role
    ) throws -> SelectedRuns<ServerRun> {
        guard let study else {
            guard let identifiers else { throw UsageError.serverNeedsRuns }
            return SelectedRuns(runs: identifiers.map { ServerRun(id: $0) }, role: nil)
        }
        let runs = try client.runs(ofStudy: study)
        guard !runs.isEmpty else { throw UsageError.emptyStudy(study) }
        return try select(from: runs, standardRole: standardRole)
    }
}

/// Runs taken, and the role by which they were.
struct SelectedRuns<Candidate: SelectableRun> {
    var runs: [Candidate]
    var role: Run.Role?

    /// What was taken, for people: `3 runs of role train: a, b, c`.
    var summary: String {
        let shown = runs.prefix(8).map(\.id).joined(separator: ", ")
        let more = runs.count > 8 ? " and \(runs.count - 8) more" : ""
        let count = runs.count == 1 ? "1 run" : "\(runs.count) runs"
        return "\(count)\(role.map { " of role \($0.rawValue)" } ?? ""): \(shown)\(more)"
    }
}
