/// The confidence of a format that a file is its own.
package enum Confidence: Int, Comparable, Sendable {
    case none
    /// It could be read, as almost any text could.
    case possible
    /// The structure fits.
    case likely
    /// Words that only this program writes are there.
    case certain

    package static func < (a: Confidence, b: Confidence) -> Bool { a.rawValue < b.rawValue }
}

/// One kind of log: what it looks like, and how its values are found.
///
/// A format turns content into a stream of named values by step; which of them is the loss, the
/// learning rate or a count of tokens is not its business but `LogInterpreter`'s. A new format is
/// one file with such a type and one line in `LogFormatCatalog`:
///
/// ```swift
/// struct AcmeFormat: ConsoleFormat {
///     let name = "acme"
///     let title = "the console of Acme's trainer"
///     let sample = "acme> 10 of 500: loss 3.21"
///     func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool { … }
/// }
/// ```
package protocol LogFormat: Sendable {
    /// The word for `--as` and for answers.
    var name: String { get }
    /// The programs that write it.
    var title: String { get }
    /// A line or an excerpt of a file.
    var sample: String { get }
    /// True when the content is no text.
    var isBinary: Bool { get }

    /// The format's confidence, by the beginning of the content alone.
    func recognises(_ head: LogHead) -> Confidence

    /// Reads all of the content.
    ///
    /// - Parameters:
    ///   - source: The content; `head` has only been looked at.
    ///   - log: Takes the values, the metadata, and the account of what was left out.
    /// - Throws: `RunFileError` for content that breaks the format.
    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError)
}

extension LogFormat {
    package var isBinary: Bool { false }
}
