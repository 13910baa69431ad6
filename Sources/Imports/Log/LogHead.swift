/// The beginning of a file, by which formats recognise it.
package struct LogHead: Sendable {
    /// The bytes of a file that are looked at: some programs print their own source before the first loss.
    package static let length = 1 << 19

    /// The first bytes, without a byte order mark.
    package let bytes: [UInt8]
    /// True when that is all there is.
    package let isWhole: Bool
    /// The first byte that is neither blank nor a line end.
    package let first: UInt8?

    package init(_ bytes: [UInt8]) {
        let marks = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        self.bytes = Array(bytes[marks...])
        isWhole = bytes.count < Self.length
        first = self.bytes.first { !$0.isBlank && !$0.isLineEnd }
    }

    /// True when a word is in it.
    package func contains(_ word: StaticString) -> Bool {
        bytes.withUnsafeBufferPointer { $0.contains(word) }
    }

    package func hasPrefix(_ word: StaticString) -> Bool {
        bytes.withUnsafeBufferPointer { $0.hasPrefix(word) }
    }

    /// The first line that is not blank.
    package var firstLine: String {
        let text = bytes.drop { $0.isBlank || $0.isLineEnd }
        return String(decoding: text.prefix { !$0.isLineEnd }, as: UTF8.self)
    }

    /// Reads the lines of the head; a last one that the head cuts is left out.
    ///
    /// - Parameters:
    ///   - limit: Most lines.
    ///   - body: Called with each line, its colours removed.
    package func lines(limit: Int = .max, _ body: (ByteText) -> Void) {
        bytes.withUnsafeBufferPointer { text in
            var start = 0
            var count = 0
            while start < text.count, count < limit {
                var end = start
                while end < text.count, !text[end].isLineEnd { end += 1 }
                guard end < text.count || isWhole else { return }
                if end > start {
                    TerminalText.plain(text.part(start..<end), body)
                    count += 1
                }
                start = end + 1
            }
        }
    }
}

/// Text as a program meant it before it coloured it for a terminal.
enum TerminalText {
    private static let escape: UInt8 = 0x1B
    /// Moves the cursor back over a bar that is to be drawn again.
    static let backspace: UInt8 = 0x08

    /// Gives a line without its escape sequences (ECMA-48, section 5.4) and backspaces.
    static func plain<Result>(_ line: ByteText, _ body: (ByteText) -> Result) -> Result {
        guard line.contains(escape) || line.contains(backspace) else { return body(line) }
        var plain: [UInt8] = []
        plain.reserveCapacity(line.count)
        var index = 0
        while index < line.count {
            guard line[index] == escape else {
                if line[index] != backspace { plain.append(line[index]) }
                index += 1
                continue
            }
            index += 1
            guard line.at(index) == UInt8(ascii: "[") else { continue }
            index += 1
            // Parameters, then one final byte from @ to ~.
            while let byte = line.at(index), !(0x40...0x7E).contains(byte) { index += 1 }
            index += 1
        }
        return plain.withUnsafeBufferPointer(body)
    }
}
