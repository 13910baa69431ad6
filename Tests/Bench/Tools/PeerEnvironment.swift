import Foundation

/// A Python with NumPy and SciPy, in a virtual environment that is made when it is not there.
struct PeerEnvironment {
    /// Why the peers cannot run.
    struct Failure: Error, CustomStringConvertible {
        var command: String
        var status: Int32

        var description: String {
            "\(command) ended with status \(status): the peers need python3 with venv, and PyPI"
        }
    }

    let python: String

    /// Makes the environment under `.build`, or takes the one already there.
    init() throws {
        let folder = SourceTree.path(".build/bench-peers")
        python = folder + "/bin/python"
        let isReady = folder + "/ready"
        guard !FileManager.default.fileExists(atPath: isReady) else { return }
        FileHandle.standardError.write(Data("making \(folder) with numpy and scipy\n".utf8))
        try Self.run("/usr/bin/env", ["python3", "-m", "venv", "--clear", folder])
        try Self.run(python, ["-m", "pip", "install", "--quiet", "numpy", "scipy"])
        try Data().write(to: URL(filePath: isReady))
    }

    /// A process, not yet started, that runs one of the scripts on one thread.
    func process(_ script: String) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = [SourceTree.path("Tests/Bench/peers/" + script)]
        var environment = ProcessInfo.processInfo.environment
        environment["OPENBLAS_NUM_THREADS"] = "1"
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        process.environment = environment
        return process
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardOutput = FileHandle.standardError
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(
                command: ([program] + arguments).joined(separator: " "),
                status: process.terminationStatus)
        }
    }
}
