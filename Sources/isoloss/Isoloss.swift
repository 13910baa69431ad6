import ArgumentParser
import Fitting
import Glibc

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
            ServeCommand.self, ClientCommand.self, HealthCommand.self, CheckCommand.self,
            BackupCommand.self, ExportCommand.self, VacuumCommand.self,
        ])

    static func main() {
        // A file that may grow no further is an error of its write, not the end of the program.
        signal(SIGXFSZ, SIG_IGN)
        do {
            var command = try parseAsRoot(
                Self.joiningNegativeNumbers(Array(CommandLine.arguments.dropFirst())))
            try command.run()
        } catch {
            CommandFailure.end(with: error)
        }
    }

    /// `--name -1` as `--name=-1`: the parser takes a word with a dash for another option, and says that
    /// the first has no value.
    static func joiningNegativeNumbers(_ words: [String]) -> [String] {
        words.reduce(into: []) { joined, word in
            let isNumber = word.hasPrefix("-") && Double(word) != nil
            guard isNumber, let option = joined.last, option.hasPrefix("--"), option.count > 2,
                !option.contains("=")
            else { return joined.append(word) }
            joined[joined.count - 1] = "\(option)=\(word)"
        }
    }
}

extension ExitCode {
    /// There is no answer: nothing was found, or something broke.
    static let noAnswer = ExitCode(1)
    /// The command line or the input is wrong.
    static let badInput = ExitCode(2)
}
