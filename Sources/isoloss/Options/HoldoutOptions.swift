import ArgumentParser

/// Which runs a fit is judged on, none of them fitted.
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

    /// The runs held out, in the order named; none without the option.
    ///
    /// - Parameter runs: The runs at hand, fitted or not.
    /// - Returns: Those that the option names.
    /// - Throws: `UsageError.unknownRun`.
    func runs<Candidate: SelectableRun>(
        from runs: [Candidate]
    ) throws(UsageError) -> [Candidate] {
        guard let identifiers else { return [] }
        return try RunSelection.named(identifiers, in: runs)
    }

    /// The runs left to fit.
    ///
    /// - Parameters:
    ///   - selected: The runs that the command's selection takes.
    ///   - named: Whether the selection named them one by one.
    /// - Returns: The selection without the runs held out.
    /// - Throws: `UsageError.fittedAndHeldOut` for a run named twice, `.nothingLeftToFit`.
    func excluding<Candidate: SelectableRun>(
        from selected: SelectedRuns<Candidate>, named: Bool
    ) throws(UsageError) -> SelectedRuns<Candidate> {
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
