import ArgumentParser

/// How an answer is written to standard output.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case csv
}

/// The option that every command has.
struct OutputOptions: ParsableArguments {
    @Option(
        help: "text for people, json (the object that the HTTP API returns), or csv.")
    var format = OutputFormat.text
}
