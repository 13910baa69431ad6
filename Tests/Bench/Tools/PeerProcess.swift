import Foundation

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
