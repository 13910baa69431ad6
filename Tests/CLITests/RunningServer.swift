import Foundation

/// A server that runs until its last user is gone.
final class RunningServer {
    struct StartError: Error {
        var log: String
    }

    let process: Process
    let url: String

    /// Starts a server and waits until it says where it listens.
    init(
        in folder: TemporaryFolder, database: String = "runs.db",
        environment: [String: String] = [:], softFileLimit: Int? = nil
    ) throws {
        let (out, err) = (folder.url(".serve.out"), folder.url(".serve.err"))
        process = try Program.start(
            ["serve", "--port", "0", "--database", database], in: folder, out: out, err: err,
            environment: environment, softFileLimit: softFileLimit)
        let deadline = Date(timeIntervalSinceNow: 30)
        var ready = ""
        while !ready.hasSuffix("\n") {
            guard process.isRunning, Date() < deadline else {
                process.terminate()
                throw StartError(log: try String(contentsOf: err, encoding: .utf8))
            }
            Thread.sleep(forTimeInterval: 0.02)
            ready = try String(contentsOf: out, encoding: .utf8)
        }
        url = ready.replacing("listening on ", with: "").trimmingCharacters(in: .newlines)
    }

    deinit {
        if process.isRunning { process.terminate() }
    }

    /// Asks the server to stop by a signal, and waits for it.
    ///
    /// - Parameter number: The signal.
    /// - Returns: The exit code.
    func stop(by number: Int32 = SIGTERM) -> Int32 {
        kill(process.processIdentifier, number)
        process.waitUntilExit()
        return process.terminationStatus
    }
}
