import Foundation

/// Where answers and messages go.
enum Output {
    /// Writes lines to standard output at once, so that a failure before leaves it empty.
    static func print(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        write(lines.joined(separator: "\n") + "\n", to: .standardOutput)
    }

    /// Writes a JSON document and a newline to standard output.
    static func print(json: [UInt8]) {
        FileHandle.standardOutput.write(Data(json) + Data("\n".utf8))
    }

    /// Writes a CSV table, which ends in a newline, to standard output.
    static func print(csv: [UInt8]) {
        FileHandle.standardOutput.write(Data(csv))
    }

    /// Tells people something beside the answer, on standard error.
    static func note(_ text: String) {
        write("note: \(text)\n", to: .standardError)
    }

    /// Tells people of a doubt about the answer, on standard error.
    static func warning(_ text: String) {
        write("warning: \(text)\n", to: .standardError)
    }

    /// Says why there is no answer, on standard error.
    static func error(_ text: String) {
        write("error: \(text)\n", to: .standardError)
    }

    /// Says what is wrong with a command line, in the argument parser's words with usage and all.
    static func usageError(_ message: String) {
        let standard = "Error: "
        guard message.hasPrefix(standard) else { return error(message) }
        error(String(message.dropFirst(standard.count)))
    }

    private static func write(_ text: String, to handle: FileHandle) {
        handle.write(Data(text.utf8))
    }
}
