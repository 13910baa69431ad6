package import Plans

/// The plans of the catalogue, for `isoloss plan --help`.
package enum PlanHelp {
    /// The argument parser breaks longer lines itself, anywhere.
    private static let width = 76

    /// Each plan with its options and an example.
    package static func text(_ catalog: PlanCatalog = .standard) -> String {
        let plans = catalog.kinds.map { kind -> String in
            let about = kind.about
            let options = about.options + (about.needsRun ? [PlanArguments.runOption] : [])
            let shown = options.filter { about.selector != .option($0.name) }
            let pairs = shown.map { option in
                [
                    "  --\(option.flag) <\(option.usage)>",
                    option.meaning + (option.isRequired ? "; required" : ""),
                ]
            }
            let lines = ["\(selector(about))  \(about.title)"]
            return (lines + TextTable(pairs: pairs).lines(width: width))
                .joined(separator: "\n")
        }
        let examples = catalog.kinds.map {
            "  isoloss plan --fit fit.json \\\n    \($0.about.example)"
        }
        return """
            Exactly one of these plans, each with its options:

            \(plans.joined(separator: "\n\n"))

            Examples, after `isoloss fit --law lr-annealing sample-runs --output fit.json`:

            \(examples.joined(separator: "\n"))

            Schedules of the answers are written in the schedule language; --format csv exports.
            """
    }

    private static func selector(_ about: PlanDescription) -> String {
        switch about.selector {
        case .flag: return "--\(about.id)"
        case .runFiles: return "--\(about.id) <path>"
        case .option(let name):
            let usage = about.options.first { $0.name == name }?.usage ?? "value"
            return "--\(about.id) <\(usage)>"
        }
    }
}
