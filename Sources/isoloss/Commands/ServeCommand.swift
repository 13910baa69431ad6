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

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", valueName: "n"))
    var port = 8_080

    func run() throws {
        let signals = ShutdownSignals()
        OpenFileLimit.raise()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let service = try Service(
            configuration: ServiceConfiguration(
                databasePath: database, host: host, port: port,
                token: ProcessInfo.processInfo.environment[ServerClient.tokenVariable],
                version: Version.current),
            logger: Logger(label: "isoloss"))
        let address = try service.start()
        Output.print(["listening on http://\(address)"])
        signals.wait()
        if case .cutOff(let connections) = service.stop() {
            Output.warning("\(connections) connections were cut off while in flight")
        }
    }
}
