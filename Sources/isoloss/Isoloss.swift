import ArgumentParser
import Fitting

/// The command line: fits scaling laws to training runs and predicts losses.
@main
struct Isoloss: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isoloss",
        abstract: "Fit neural scaling laws to training runs, and predict losses and loss curves.",
        discussion: """
            Fit three logged runs, then predict a schedule that nobody trained:

              isoloss fit --law lr-annealing sample-runs --output fit.json
              isoloss predict --fit fit.json --schedule warmup:300@3e-3,cosine:3700@3e-4

            Exit codes: 0 done, 1 no answer, 2 bad usage or bad input.
            """,
        version: Version.current,
        subcommands: [
            FitCommand.self, PredictCommand.self, PlanCommand.self, ScoreCommand.self,
            CompareCommand.self, LawsCommand.self, SchedulesCommand.self, ImportCommand.self,
            ServeCommand.self,
            HealthCommand.self,
        ])

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            CommandFailure.end(with: error)
        }
    }
}
