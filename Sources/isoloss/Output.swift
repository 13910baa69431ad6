import ArgumentParser
import Foundation
import JSONText
import Plots

/// The result of a command, ready to be written in any format.
protocol CommandOutput {
    /// The object that the HTTP API returns; null stands for a number that is not finite.
    func json() throws -> JSONValue

    /// The answer for people, warnings and all.
    func text(style: TerminalStyle) -> [String]

    /// The answer as a plain table.
    var table: Table { get }

    /// Doubts about the answer, for formats that have no room for them.
    var warnings: [String] { get }
}

extension CommandOutput {
    var warnings: [String] { [] }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people; it may change between versions.
    case text
    case json
    case csv
}

/// `--format`, on every command that answers something.
struct OutputOptions: ParsableArguments {
    @Option(
        help: "text for people, json (the object that the HTTP API returns), or csv.")
    var format = OutputFormat.text

    /// Writes an answer to standard output in the chosen format.
    ///
    /// - Parameter output: The answer; warnings go to standard error where the format has no place
    ///   for them.
    /// - Throws: What the encoding throws.
    func print(_ output: some CommandOutput) throws {
        switch format {
        case .text: Output.print(output.text(style: .current))
        case .json: Output.print(bytes: JSONWriter.bytes(of: try output.json()) + Array("\n".utf8))
        case .csv:
            Output.print(bytes: output.table.csv)
            for warning in output.warnings { Output.warning(warning) }
        }
    }

    /// Tells people on standard error how files were read; scripts want the answer alone.
    func note(_ notes: [String]) {
        guard format == .text else { return }
        for note in notes { Output.note(note) }
    }
}

/// Warnings as the last lines of a text.
func warningLines(_ warnings: [String]) -> [String] {
    warnings.isEmpty ? [] : [""] + warnings.map { "warning: \($0)" }
}

/// Standard output for answers, standard error for everything said about them.
///
/// Nothing that comes from files or servers reaches a terminal as a control sequence.
enum Output {
    /// Prints lines of an answer for people.
    static func print(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        let text = lines.joined(separator: "\n") + "\n"
        write(Data(VisibleText.escaped(text, keepsLines: true).utf8))
    }

    /// Prints an answer for programs; a file or a pipe gets the bytes as they are.
    static func print(bytes: [UInt8]) {
        guard isatty(STDOUT_FILENO) == 1 else { return write(Data(bytes)) }
        let text = String(decoding: bytes, as: UTF8.self)
        write(Data(VisibleText.escaped(text, keepsLines: true).utf8))
    }

    static func note(_ text: String) {
        tell("note: \(text)")
    }

    static func warning(_ text: String) {
        tell("warning: \(text)")
    }

    static func error(_ text: String) {
        tell("error: \(text)")
    }

    /// The parser writes `Error: `; here all errors begin alike.
    static func usageError(_ message: String) {
        let standard = "Error: "
        guard message.hasPrefix(standard) else { return error(message) }
        error(String(message.dropFirst(standard.count)))
    }

    /// A full disk or a closed pipe ends the program with the code for no answer.
    private static func write(_ data: Data) {
        do {
            try FileHandle.standardOutput.write(contentsOf: data)
        } catch {
            Self.error("cannot write the answer: \(String(cString: strerror(errno))).")
            exit(ExitCode.noAnswer.rawValue)
        }
    }

    private static func tell(_ text: String) {
        let shown = VisibleText.escaped(text, keepsLines: true) + "\n"
        try? FileHandle.standardError.write(contentsOf: Data(shown.utf8))
    }
}
