import ArgumentParser
import Fitting

/// What to fit and how.
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
            "How standard errors and intervals are found: delta, bootstrap[:n] or profile.",
            valueName: "method"))
    var uncertainty = UncertaintyMethod.delta.text

    @OptionGroup var points: ObjectiveOptions

    /// The request that these options make.
    ///
    /// - Returns: The request; the law and its names are checked by the fit.
    /// - Throws: `UsageError` for what is given twice or is no number, `FittingError.badObjective`,
    ///   `FittingError.badUncertainty`.
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
