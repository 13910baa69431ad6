import ArgumentParser
import Fitting

/// Which points of the runs a fit takes, and what it minimises over them.
struct ObjectiveOptions: ParsableArguments {
    @Option(help: "Fit this further logged loss in place of the main one.")
    var series: String?

    @Option(
        help: ArgumentHelp(
            "What is minimised: log-huber[:δ], log-squares, huber[:δ] or squares.",
            valueName: "name"))
    var objective = Objective.standard.text

    @Option(help: ArgumentHelp("Leave out the n highest losses.", valueName: "n"))
    var excludeHighest = 0

    @Option(help: ArgumentHelp("Leave out points before this step.", valueName: "step"))
    var fromStep: Int?

    @Option(help: ArgumentHelp("Seed of the search for starting points.", valueName: "n"))
    var seed: UInt64 = 0

    func validate() throws {
        if excludeHighest < 0 {
            throw UsageError.belowMinimum(
                option: "exclude-highest", value: excludeHighest, minimum: 0
            ).validation
        }
        if let fromStep, fromStep < 0 {
            throw UsageError.belowMinimum(option: "from-step", value: fromStep, minimum: 0)
                .validation
        }
    }

    /// A request for a law with these points and objective.
    ///
    /// - Parameter law: The law's name.
    /// - Returns: The request, with nothing fixed and default options.
    /// - Throws: `FittingError.badObjective`.
    func request(law: String) throws -> FitRequest {
        FitRequest(
            law: law, objective: try Objective(parsing: objective), series: series,
            excludeHighest: excludeHighest, fromStep: fromStep, seed: seed)
    }
}
