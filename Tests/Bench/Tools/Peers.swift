import Foundation
import Laws
import Records

/// A peer that stays alive between questions, so that its imports are not part of any time.
///
/// One JSON object per line goes in, one comes out.
final class PeerProcess {
    /// The peer ended, or answered something else than asked for.
    struct Failure: Error, CustomStringConvertible {
        var question: String

        var description: String { "the peer did not answer \(question.prefix(200))" }
    }

    private let process: Process
    private let questions = Pipe()
    private let answers = Pipe()
    private var received = Data()

    init(_ script: String, in environment: PeerEnvironment) throws {
        process = environment.process(script)
        process.standardInput = questions
        process.standardOutput = answers
        try process.run()
    }

    deinit {
        try? questions.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Asks and waits for the answer.
    func ask<Answer: Decodable>(_ question: some Encodable, as: Answer.Type) throws -> Answer {
        var line = try JSONEncoder().encode(question)
        line.append(UInt8(ascii: "\n"))
        try questions.fileHandleForWriting.write(contentsOf: line)
        guard let answer = nextLine(),
            let decoded = try? JSONDecoder().decode(Answer.self, from: answer)
        else { throw Failure(question: String(decoding: line, as: UTF8.self)) }
        return decoded
    }

    private func nextLine() -> Data? {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                defer { received = Data(received[(end + 1)...]) }
                return Data(received[..<end])
            }
            let chunk = answers.fileHandleForReading.availableData
            guard !chunk.isEmpty else { return nil }
            received.append(chunk)
        }
    }
}

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

extension PeerProcess {
    /// Gives the peer the rows that it fits from then on.
    func load(table runs: [Run]) throws {
        _ = try ask(
            PeerQuestion("load_table")
                .with(\.sizes, runs.map { $0.features[.parameterCount] ?? 0 })
                .with(\.tokens, runs.map { $0.features[.tokenCount] ?? 0 })
                .with(\.losses, runs.map { $0.loss ?? 0 }))
    }
}

extension PeerQuestion {
    /// The question with a start, from the law's own E, A, B, α, β.
    func starting(at values: [Double]) -> PeerQuestion {
        with(\.start, [log(values[1]), log(values[2]), log(values[0]), values[3], values[4]])
    }
}

/// Which row each place of each resample holds, in a file that the peer reads.
struct DrawsFile {
    private let url: URL

    var path: String { url.path }

    init(_ draws: [Int32]) throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "isoloss-bench-\(ProcessInfo.processInfo.processIdentifier).draws")
        try draws.withUnsafeBytes { Data($0) }.write(to: url)
    }

    func remove() {
        try? FileManager.default.removeItem(at: url)
    }
}

/// Where the repository lies that this program was built from.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A file or folder of the repository.
    static func path(_ relative: String) -> String {
        root.appending(path: relative).path
    }
}
