import JSONText

/// Rows of comma- or tab-separated text under its header line.
struct CSVRows: RowSource {
    let columns: [String]
    private var scanner: CSVScanner
    private var record = -1
    private let file: String

    /// Reads the header.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 text.
    ///   - separator: Comma or tab.
    ///   - file: Name for errors.
    /// - Throws: `RunFileError` where the header is missing or has a column twice.
    init(_ bytes: [UInt8], separator: UInt8, file: String) throws(RunFileError) {
        var scanner = CSVScanner(bytes, separator: separator, file: file)
        guard try scanner.advance() else { throw RunFileError(file: file, kind: .empty) }
        let columns = scanner.fields.indices.map { index in
            scanner.text(index).trimmingSpaces
        }
        var seen: Set<String> = []
        for column in columns where !seen.insert(column).inserted {
            throw RunFileError(
                file: file, place: .init(line: scanner.rowLine, column: column),
                kind: .repeatedColumn)
        }
        self.columns = columns
        self.scanner = scanner
        self.file = file
    }

    mutating func advance() throws(RunFileError) -> Bool {
        guard try scanner.advance() else { return false }
        record += 1
        guard scanner.fields.count == columns.count else {
            throw RunFileError(
                file: file, place: place,
                kind: .fieldCount(found: scanner.fields.count, expected: columns.count))
        }
        return true
    }

    var place: RunFileError.Place { .init(line: scanner.rowLine, record: record) }

    func number(_ column: Int) -> NumberField {
        let range = scanner.trimmedRange(column)
        guard !range.isEmpty else { return .blank }
        guard let number = DecimalText.number(scanner.bytes, range) else {
            return .text(scanner.text(column))
        }
        return .number(number)
    }

    func text(_ column: Int) -> String? {
        scanner.trimmedRange(column).isEmpty ? nil : scanner.text(column).trimmingSpaces
    }

    func object(_ column: Int) -> [JSONValue.Member]? { nil }
}

extension String {
    /// The text without spaces and tabs around it.
    var trimmingSpaces: String {
        let start = drop { $0 == " " || $0 == "\t" }
        guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return String(start[...end])
    }
}
