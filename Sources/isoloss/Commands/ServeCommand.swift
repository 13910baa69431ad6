import API
import ArgumentParser
import Fitting
import Foundation
import HTTP
import Logging

/// `isoloss serve`: the HTTP service on an embedded database.
struct ServeCommand: ParsableCommand {
    /// The database where nobody names one.
    static let standardDatabase = "isoloss.db"

    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the HTTP API from an SQLite file.",
        discussion: """
            On this machine alone, and for others with a token:

              isoloss serve --database isoloss.db --port 8080
              ISOLOSS_TOKEN=secret isoloss serve --host 0.0.0.0

            One line with the URL is printed when the server is ready; logs go to standard error.
            SIGTERM or SIGINT stops it after what is in flight; a second one at once.
            """)

    @Option(help: ArgumentHelp("The database; made if it is not there.", valueName: "file"))
    var database = Self.standardDatabase

    @Option(help: ArgumentHelp("The address to listen on.", valueName: "address"))
    var host = "127.0.0.1"

    func validate() throws {
        guard (256...1 << 20).contains(memory) else {
            throw ValidationError("memory = \(memory), must be 256 to 1048576 (MiB).")
        }
    }

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", valueName: "n"))
    var port = 8_080

    @Option(
        help: ArgumentHelp(
            "The memory that the process may take; requests beyond it are answered 503.",
            valueName: "MiB"))
    var memory = 1_024

    @OptionGroup(title: "Limits of one request (beyond one: 422 over-budget)")
    var limits: BudgetOptions

    func run() throws {
        let signals = ShutdownSignals()
        OpenFileLimit.raise()
        MemoryTuning.apply()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let service = try Service(
            configuration: ServiceConfiguration(
                databasePath: database, host: host, port: port,
                token: ProcessInfo.processInfo.environment[ServerClient.tokenVariable],
                version: Version.current, budget: limits.budget, memoryBytes: memory << 20),
            logger: Logger(label: "isoloss"))
        let address = try service.start()
        Output.print(["listening on http://\(address)"])
        signals.wait()
        if case .cutOff(let connections) = service.stop() {
            Output.warning("\(connections) connections were cut off while in flight")
        }
    }
}

/// The flags that raise or lower the limits of one request.
struct BudgetOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Points of a predicted curve.", valueName: "n"))
    var maxCurvePoints = WorkBudget()[.curvePoints]

    @Option(
        name: .customLong("max-json-values"),
        help: ArgumentHelp("JSON values in a body.", valueName: "n"))
    var maxJSONValues = WorkBudget()[.jsonValues]

    @Option(help: ArgumentHelp("Bytes of a body, before and after unpacking.", valueName: "n"))
    var maxBodyBytes = WorkBudget()[.bodyBytes]

    @Option(help: ArgumentHelp("Points in one upload.", valueName: "n"))
    var maxUploadPoints = WorkBudget()[.uploadPoints]

    @Option(help: ArgumentHelp("Resamples of a bootstrap.", valueName: "n"))
    var maxResamples = WorkBudget()[.resamples]

    @Option(help: ArgumentHelp("Stored points in one answer.", valueName: "n"))
    var maxAnswerPoints = WorkBudget()[.answerPoints]

    /// The limits together.
    var budget: WorkBudget {
        var budget = WorkBudget()
        budget[.curvePoints] = maxCurvePoints
        budget[.jsonValues] = maxJSONValues
        budget[.bodyBytes] = maxBodyBytes
        budget[.uploadPoints] = maxUploadPoints
        budget[.resamples] = maxResamples
        budget[.answerPoints] = maxAnswerPoints
        return budget
    }

    func validate() throws {
        for quantity in WorkBudget.Quantity.allCases where budget[quantity] < 1 {
            throw ValidationError("\(quantity.rawValue) = \(budget[quantity]), must be at least 1.")
        }
    }
}
