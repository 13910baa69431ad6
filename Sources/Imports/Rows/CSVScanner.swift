/// Splits comma- or tab-separated bytes into rows of fields, per RFC 4180.
///
/// Quoted fields, doubled quotes, CRLF and a byte order mark are read; blank lines are skipped.
/// Written here and not taken from SwiftCSV, which resolves too: that makes a `String` of every
/// field, `Character` by `Character`, and its errors know no line. This only marks where fields
/// are, so that numbers become doubles without a string.
struct CSVScanner {
    /// The place of a field's text, without its quotes.
    struct Field {
        var range: Range<Int>
        var isQuoted: Bool
    }

    let bytes: [UInt8]
    private let separator: UInt8
    private let file: String
    private var position: Int
    /// Line at `position`, from 1.
    private var line = 1

    /// Fields of the current row.
    private(set) var fields: [Field] = []
    /// Line on which the current row starts.
    private(set) var rowLine = 1

    init(_ bytes: [UInt8], separator: UInt8, file: String) {
        self.bytes = bytes
        self.separator = separator
        self.file = file
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// Moves to the next row that is not a blank line; false at the end.
    mutating func advance() throws(RunFileError) -> Bool {
        skipBlankLines()
        guard position < bytes.count else { return false }
        rowLine = line
        fields.removeAll(keepingCapacity: true)
        while true {
            fields.append(bytes.at(position) == .quote ? try quotedField() : plainField())
            guard position < bytes.count, bytes[position] == separator else { break }
            position += 1
        }
        skipLineEnd()
        return true
    }

    /// The text of a field of the current row, quotes undoubled.
    func text(_ index: Int) -> String {
        let field = fields[index]
        let text = String(decoding: bytes[field.range], as: UTF8.self)
        guard field.isQuoted else { return text }
        return text.replacing("\"\"", with: "\"")
    }

    /// The place of the field without spaces around it.
    func trimmedRange(_ index: Int) -> Range<Int> {
        var range = fields[index].range
        while let first = bytes[range].first, first.isBlank { range = range.dropFirst() }
        while let last = bytes[range].last, last.isBlank { range = range.dropLast() }
        return range
    }

    private mutating func plainField() -> Field {
        let start = position
        while position < bytes.count, bytes[position] != separator, !bytes[position].isLineEnd {
            position += 1
        }
        return Field(range: start..<position, isQuoted: false)
    }

    private mutating func quotedField() throws(RunFileError) -> Field {
        let openingLine = line
        position += 1
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == .quote {
                guard bytes.at(position + 1) == .quote else { break }
                position += 1
            } else if byte == .lineFeed {
                line += 1
            }
            position += 1
        }
        guard position < bytes.count else {
            throw RunFileError(
                file: file, place: .init(line: openingLine), kind: .unclosedQuote)
        }
        let end = position
        position += 1
        while let byte = bytes.at(position), byte.isBlank, byte != separator { position += 1 }
        if let byte = bytes.at(position), byte != separator, !byte.isLineEnd {
            throw RunFileError(file: file, place: .init(line: line), kind: .textAfterQuote)
        }
        return Field(range: start..<end, isQuoted: true)
    }

    private mutating func skipBlankLines() {
        while let byte = bytes.at(position), byte.isLineEnd { skipLineEnd() }
    }

    private mutating func skipLineEnd() {
        guard let byte = bytes.at(position) else { return }
        position += byte == .carriageReturn && bytes.at(position + 1) == .lineFeed ? 2 : 1
        line += 1
    }
}

extension [UInt8] {
    /// The byte there, nil beyond the end.
    func at(_ index: Int) -> UInt8? { index < count ? self[index] : nil }
}
