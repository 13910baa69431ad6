import ArgumentParser
import Foundation

/// Where answers and messages go.
enum Output {
    /// Writes lines to standard output at once, so that a failure before leaves it empty.
    static func print(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// Writes a JSON document and a newline to standard output.
    static func print(json: [UInt8]) {
        write(Data(json) + Data("\n".utf8))
    }

    /// Writes a CSV table, which ends in a newline, to standard output.
    static func print(csv: [UInt8]) {
        write(Data(csv))
    }

    /// Tells people something beside the answer, on standard error.
    static func note(_ text: String) {
        tell("note: \(text)")
    }

    /// Tells people of a doubt about the answer, on standard error.
    static func warning(_ text: String) {
        tell("warning: \(text)")
    }

    /// Says why there is no answer, on standard error.
    static func error(_ text: String) {
        tell("error: \(text)")
    }

    /// Says what is wrong with a command line, in the argument parser's words with usage and all.
    static func usageError(_ message: String) {
        let standard = "Error: "
        guard message.hasPrefix(standard) else { return error(message) }
        error(String(message.dropFirst(standard.count)))
    }

    /// Writes to standard output, or ends the program: an answer cut short must not look whole.
    private static func write(_ data: Data) {
        do {
            try FileHandle.standardOutput.write(contentsOf: data)
        } catch {
            Self.error("cannot write the answer: \(String(cString: strerror(errno))).")
            exit(ExitCode.noAnswer.rawValue)
        }
    }

    /// Writes to standard error; when that is closed there is nobody to tell.
    private static func tell(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }
}
