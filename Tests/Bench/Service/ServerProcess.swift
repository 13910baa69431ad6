import Foundation

/// `isoloss serve` on a database of its own, until this value is gone.
final class ServerProcess {
    /// The program did not start, or did not say where it listens.
    struct Failure: Error, CustomStringConvertible {
        var binary: String

        var description: String { "\(binary) serve did not say where it listens" }
    }

    let port: Int
    private let process = Process()
    private let folder: URL

    init(binary: String) throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "isoloss-bench-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process.executableURL = URL(filePath: binary)
        process.arguments = [
            "serve", "--port", "0", "--database", folder.appending(path: "bench.db").path,
        ]
        process.environment = ProcessInfo.processInfo.environment
            .filter { $0.key != "ISOLOSS_TOKEN" }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        while !text.contains("\n") {
            let chunk = output.fileHandleForReading.availableData
            guard !chunk.isEmpty else { throw Failure(binary: binary) }
            text += String(decoding: chunk, as: UTF8.self)
        }
        let digits = text.split(separator: ":").last?.prefix { $0.isNumber } ?? ""
        guard let port = Int(digits) else { throw Failure(binary: binary) }
        self.port = port
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    /// CPU seconds of the server so far, user and system together, to a hundredth.
    var cpuSeconds: Double {
        let path = "/proc/\(process.processIdentifier)/stat"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return .nan }
        // Fields 14 and 15 of proc(5), the name in parentheses being the second.
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13])
        else { return .nan }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
