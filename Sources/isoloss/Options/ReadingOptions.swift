import ArgumentParser
import Imports
import Laws
import Records

/// The choices about reading files, where their content does not say it.
struct ReadingOptions: ParsableArguments {
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "Read files as this format; `isoloss import --formats` lists them.",
            valueName: "format"))
    var format: String?

    @Option(
        help: ArgumentHelp(
            "Take steps from \"row\": count the rows, for a logger that never set them.",
            valueName: "row"))
    var stepFrom: String?

    @Option(
        name: .customLong("column"),
        help: ArgumentHelp(
            """
            Say what a column is (repeatable): step, loss, learning_rate, token_count, run or a \
            size such as parameter_count. Known without it, in any case and with - for _: \
            \(ReadingOptions.knownNames).
            """, valueName: "meaning=name"),
        transform: NameValue.init(parsing:))
    var columns: [NameValue] = []

    /// Accepted names, for help.
    private static let knownNames =
        "step, _step, global_step, iteration, iter; loss, train_loss, train/loss, lm loss, val_loss, "
        + "eval/loss; lr, learning_rate, lr-AdamW; tokens, consumed_tokens; N, params, n_params; "
        + "D, tokens; C, flops"

    func validate() throws {
        if let stepFrom, stepFrom != "row" {
            throw ValidationError("--step-from \(stepFrom): it can only be row.")
        }
        let meanings = ImportOptions.meanings + Feature.stored.map(\.rawValue)
        for column in columns where !meanings.contains(column.name) {
            throw ValidationError(
                "--column \(column.name)=\(column.value): \(column.name) is none of "
                    + "\(meanings.joined(separator: ", ")).")
        }
    }

    /// The first option given, for errors.
    var firstGiven: String? {
        if format != nil { return "as" }
        if stepFrom != nil { return "step-from" }
        return columns.isEmpty ? nil : "column"
    }

    /// The options for the importer.
    ///
    /// - Parameter series: The main loss by its own name.
    /// - Returns: The options.
    /// - Throws: `UsageError` for a meaning that is given twice.
    func options(series: String? = nil) throws -> ImportOptions {
        ImportOptions(
            format: format, series: series,
            columns: try NameValue.dictionary(columns, option: "column"),
            countsRows: stepFrom != nil)
    }
}
