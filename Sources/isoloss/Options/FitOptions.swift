import ArgumentParser
import Fitting

/// A pair `name=value` of a command line.
package struct NameValue: Equatable {
    package let name: String
    package let value: String

    /// Splits at the first `=`.
    ///
    /// - Parameter text: A pair such as `annealing_decay=0.999`.
    /// - Throws: `UsageError.notNameValue`.
    package init(parsing text: String) throws(UsageError) {
        let parts = text.split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw .notNameValue(text)
        }
        name = String(parts[0])
        value = String(parts[1])
    }

    /// Pairs as a dictionary.
    ///
    /// - Parameters:
    ///   - pairs: The pairs of one option.
    ///   - option: The option, for the error.
    /// - Returns: Values by name.
    /// - Throws: `UsageError.repeatedName`.
    package static func dictionary(
        _ pairs: [NameValue], option: String
    ) throws(UsageError) -> [String: String] {
        var values: [String: String] = [:]
        for pair in pairs {
            guard values.updateValue(pair.value, forKey: pair.name) == nil else {
                throw .repeatedName(pair.name, option: option)
            }
        }
        return values
    }
}

/// The points that are fitted, and the measure.
struct ObjectiveOptions: ParsableArguments {
    @Option(help: "Fit this further logged loss in place of the main one.")
    var series: String?

    @Option(
        help: ArgumentHelp(
            "What is minimised: log-huber[:δ], log-squares, huber[:δ], squares or "
                + "dominated-pairs[:δ].",
            valueName: "name"))
    var objective = Objective.standard.text

    @Option(help: ArgumentHelp("Leave out the n highest losses.", valueName: "n"))
    var excludeHighest = 0

    @Option(help: ArgumentHelp("Leave out points before this step.", valueName: "step"))
    var fromStep: Int?

    @Option(help: ArgumentHelp("Seed of the search for starting points.", valueName: "n"))
    var seed = 0

    func validate() throws {
        for (option, value) in [
            ("exclude-highest", excludeHighest), ("from-step", fromStep ?? 0), ("seed", seed),
        ] where value < 0 {
            throw UsageError.belowMinimum(option: option, value: value, minimum: 0).validation
        }
    }

    /// The request of a law with these options.
    ///
    /// - Parameter law: The law's name.
    /// - Returns: The request.
    /// - Throws: `FittingError.badObjective`.
    func request(law: String) throws -> FitRequest {
        FitRequest(
            law: law, objective: try Objective(parsing: objective), series: series,
            excludeHighest: excludeHighest, fromStep: fromStep, seed: UInt64(seed))
    }
}

/// The law to fit, and how.
struct FitOptions: ParsableArguments {
    @Option(help: "The law to fit; `isoloss laws` lists them.")
    var law: String

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
            "How standard errors and intervals are found: delta, profile or "
                + "bootstrap[:n[:runs|blocks]].",
            valueName: "method"))
    var uncertainty = UncertaintyMethod.delta.text

    @OptionGroup var points: ObjectiveOptions

    /// The request that the options make.
    ///
    /// - Returns: The request.
    /// - Throws: `UsageError`, `FittingError`.
    func request() throws -> FitRequest {
        var values: [String: Double] = [:]
        for (name, text) in try NameValue.dictionary(fixed, option: "fix") {
            guard let value = Double(text), value.isFinite else {
                throw UsageError.notANumber(option: "fix", name: name, value: text)
            }
            values[name] = value
        }
        var request = try points.request(law: law)
        request.options = try NameValue.dictionary(options, option: "option")
        request.fixed = values
        request.uncertainty = try UncertaintyMethod(parsing: uncertainty)
        return request
    }
}
