import ArgumentParser

/// Measurements that are no tests: figures and ratios, each printed by one command.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isoloss-bench",
        abstract: "Measures Isoloss: known optima on real data, accuracy and speed.",
        discussion: """
            Real public data is not part of the repository: name its folder in ISOLOSS_DATA. What \
            needs it is skipped, or measured on synthetic stand-ins, and says so.
            """,
        subcommands: [
            ReferenceCommand.self, NISTCommand.self, SpeedCommand.self, DerivativesCommand.self,
            SchedulesCommand.self, HTTPCommand.self, JSONCommand.self,
            CoverageCommand.self, IntervalsCommand.self, BootstrapCommand.self,
            PlansCommand.self, AnswersCommand.self, ForecastCommand.self, CasesCommand.self,
            LiveCommand.self,
        ])
}
