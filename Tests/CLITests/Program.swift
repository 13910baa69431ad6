import Foundation

/// The built program, found beside the test bundle.
struct Program {
    /// What a run of the program left behind.
    struct Outcome {
        var code: Int32
        var output: String
        var error: String

        /// The lines of standard output.
        var lines: [String] {
            output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// The folder in which it runs.
    let folder: TemporaryFolder

    static let executable: URL = {
        let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("isoloss")
    }()

    /// The environment of the tests: UTF-8, no token unless given, nothing else of the machine's.
    static func environment(_ further: [String: String] = [:]) -> [String: String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return ["LANG": "C.UTF-8", "PATH": path].merging(further) { $1 }
    }

    /// Runs the program to its end.
    func callAsFunction(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Outcome {
        let name = UUID().uuidString
        let (out, err) = (folder.url(".\(name).out"), folder.url(".\(name).err"))
        let process = try Self.start(
            arguments, in: folder, out: out, err: err, environment: environment)
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus,
            output: try String(contentsOf: out, encoding: .utf8),
            error: try String(contentsOf: err, encoding: .utf8))
    }

    /// Runs the program on a line of arguments without quotes.
    func callAsFunction(_ line: String) throws -> Outcome {
        try self(line.split(separator: " ").map(String.init))
    }

    /// Starts the program; output goes to files, which no full pipe can block.
    static func start(
        _ arguments: [String], in folder: TemporaryFolder, out: URL, err: URL,
        environment: [String: String] = [:], softFileLimit: Int? = nil
    ) throws -> Process {
        for file in [out, err] where !file.path.hasPrefix("/dev/") { try Data().write(to: file) }
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        if let softFileLimit {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments =
                ["-c", "ulimit -S -n \(softFileLimit); exec \"$0\" \"$@\"", executable.path]
                + arguments
        }
        process.currentDirectoryURL = folder.root
        process.environment = Self.environment(environment)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: err)
        try process.run()
        return process
    }
}
