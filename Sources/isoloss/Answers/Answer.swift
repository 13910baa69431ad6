import API

/// What a command found out, ready to be written in any format.
protocol Answer {
    /// The object that the HTTP API returns, as it returns it.
    func json() throws -> [UInt8]

    /// The answer for people, warnings and all.
    func text(style: TerminalStyle) -> [String]

    /// The answer as a plain table.
    var table: TextTableRows { get }

    /// Doubts about the answer, where the table has no room for them.
    var warnings: [String] { get }
}

extension OutputOptions {
    /// Writes an answer to standard output in the chosen format.
    ///
    /// - Parameter answer: The answer; warnings go to standard error where the format has no
    ///   place for them.
    /// - Throws: What the encoding throws.
    func print(_ answer: some Answer) throws {
        switch format {
        case .text:
            Output.print(answer.text(style: .current))
        case .json:
            Output.print(json: try answer.json())
        case .csv:
            Output.print(csv: answer.table.csv)
            for warning in answer.warnings { Output.warning(warning) }
        }
    }
}

extension OutputOptions {
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
