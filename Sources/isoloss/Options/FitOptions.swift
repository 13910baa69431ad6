import ArgumentParser
import Fitting

/// What to fit and how.
struct FitOptions: ParsableArguments {
    @Option(help: "The law to fit; `isoloss laws` lists them.")
    var law: String

    @Option(help: "Fit this further logged loss in place of the main one.")
    var series: String?

    @Option(
        name: .customLong("fix"),
        help: ArgumentHelp("Hold a parameter at a value (repeatable).", valueName: "name=value"),
        transform: NameValue.init(parsing:))
    var fixed: [NameValue] = []

    @Option(
        name: .customLong("option"),
        help: ArgumentHelp("Choose an option of the law (repeatable).", valueName: "name=value"),
        transform: NameValue.init(parsing:))
    var options: [NameValue] = []

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

    /// The request that these options make.
    ///
    /// - Returns: The request; the law and its names are checked by the fit.
    /// - Throws: `UsageError` for what is given twice or is no number, `FittingError.badObjective`.
    func request() throws -> FitRequest {
        var values: [String: Double] = [:]
        for (name, text) in try NameValue.dictionary(fixed, option: "fix") {
            guard let value = Double(text), value.isFinite else {
                throw UsageError.notANumber(option: "fix", name: name, value: text)
            }
            values[name] = value
        }
        return FitRequest(
            law: law, options: try NameValue.dictionary(options, option: "option"),
            objective: try Objective(parsing: objective), fixed: values, series: series,
            excludeHighest: excludeHighest, fromStep: fromStep, seed: seed)
    }
}
