import API
import ArgumentParser
import Dispatch
import Fitting
import Foundation
import HTTP
import Logging
import Store
import Synchronization

extension RunStore.Durability: ExpressibleByArgument {}

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
        guard (0...10_000).contains(metricsRuns) else {
            throw ValidationError("metrics-runs = \(metricsRuns), must be 0 to 10000.")
        }
    }

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", valueName: "n"))
    var port = 8_080

    @Option(
        help: ArgumentHelp(
            "The memory that the process may take; requests beyond it are answered 503.",
            valueName: "MiB"))
    var memory = 1_024

    @Option(
        help: ArgumentHelp(
            "What an acknowledged point survives: full, a power cut; normal, the end of the process "
                + "by any signal.",
            valueName: "full|normal"))
    var durability = RunStore.Durability.full

    @Option(
        help: ArgumentHelp(
            "The most runs that /metrics shows, those that changed last.", valueName: "n"))
    var metricsRuns = 200

    @OptionGroup(title: "Limits of one request (beyond one: 422 over-budget)")
    var limits: BudgetOptions

    func run() throws {
        let signals = ShutdownSignals()
        OpenFileLimit.raise()
        MemoryTuning.apply()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var configuration = ServiceConfiguration(
            databasePath: database, host: host, port: port,
            token: ProcessInfo.processInfo.environment[ServerClient.tokenVariable],
            version: Version.current, budget: limits.budget, memoryBytes: memory << 20)
        configuration.durability = durability
        configuration.metricsRuns = metricsRuns
        let service = try Service(
            configuration: configuration, logger: Logger(label: "isoloss"))
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

    @Option(help: ArgumentHelp("Points or lines in one upload.", valueName: "n"))
    var maxUploadPoints = WorkBudget()[.uploadPoints]

    @Option(help: ArgumentHelp("Runs in one upload.", valueName: "n"))
    var maxUploadRuns = WorkBudget()[.uploadRuns]

    @Option(
        help: ArgumentHelp(
            "Different names of columns, losses and tags in one upload.", valueName: "n"))
    var maxNames = WorkBudget()[.names]

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
        budget[.uploadRuns] = maxUploadRuns
        budget[.names] = maxNames
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

/// The count of files and sockets that this process may have open at once.
enum OpenFileLimit {
    /// Raises the limit to the highest allowed: each connection of a server takes one, and the
    /// usual 1024 is a limit for programs that use `select`, which the server does not.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // Where the kernel refuses, the server accepts fewer connections at a time.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

/// The signals that ask a server to stop: SIGTERM and SIGINT.
///
/// Make it before the server starts, so that no signal is lost in between.
final class ShutdownSignals {
    /// The code that a shell reports for a program ended by SIGINT.
    private static let interruptedCode: Int32 = 130

    private let arrived: DispatchSemaphore
    private let sources: [any DispatchSourceSignal]

    /// Begins to listen for signals, and lets a closed pipe be an error in place of the end.
    init() {
        signal(SIGPIPE, SIG_IGN)
        let arrived = DispatchSemaphore(value: 0)
        self.arrived = arrived
        let queue = DispatchQueue(label: "shutdown-signals")
        let stop = StopOnce(arrived: arrived)
        sources = [SIGTERM, SIGINT].map { number in
            // Dispatch sees a signal only where its own action is not taken.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { stop.receive() }
            source.activate()
            return source
        }
    }

    /// Returns after the first signal; a second one ends the program at once.
    func wait() {
        arrived.wait()
    }

    /// Waits for a signal for a while.
    ///
    /// - Parameter seconds: At most so long.
    /// - Returns: Whether one has come.
    func wait(seconds: Double) -> Bool {
        arrived.wait(timeout: .now() + seconds) == .success
    }

    private final class StopOnce: Sendable {
        private let arrived: DispatchSemaphore
        private let isStopping = Atomic(false)

        init(arrived: DispatchSemaphore) {
            self.arrived = arrived
        }

        func receive() {
            let wasStopping = isStopping.exchange(true, ordering: .relaxed)
            // Whoever asks twice gives up what is in flight.
            guard !wasStopping else { _exit(ShutdownSignals.interruptedCode) }
            arrived.signal()
        }
    }
}
