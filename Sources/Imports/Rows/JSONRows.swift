import JSONText

/// Rows from JSON objects, their keys the columns.
///
/// Rows may have keys in any order and of their own, so columns are in the alphabet's.
struct JSONRows: RowSource {
    let columns: [String]
    private let rows: [[JSONValue.Member]]
    /// Line of each row, where rows are lines.
    private let lines: [Int]?
    private var record = -1
    /// The place of each column's member in its row; rows mostly have the same keys, so these of one
    /// row serve those after it.
    private var places: [Int?] = []
    /// The row that `places` were made for.
    private var placedRecord: Int?

    /// Reads a document: a list of objects, or an object with such a list under one of the keys.
    ///
    /// - Parameters:
    ///   - document: UTF-8 JSON.
    ///   - keys: For example `points`.
    ///   - file: Name for errors.
    /// - Throws: `RunFileError` for other JSON or none.
    init(document: [UInt8], keys: [String], file: String) throws(RunFileError) {
        try self.init(Self.decode(document, file: file), keys: keys, file: file)
    }

    /// Takes the same from a decoded document.
    init(_ document: JSONValue, keys: [String], file: String) throws(RunFileError) {
        let expected =
            "a list of objects, or an object with one under "
            + keys.map { "`\($0)`" }.joined(separator: " or ")
        func wrongShape(_ expected: String, record: Int? = nil) -> RunFileError {
            RunFileError(
                file: file, place: .init(record: record), kind: .wrongShape(expected: expected))
        }
        var list = document
        if case .object = document {
            guard let inner = keys.lazy.compactMap({ document[$0] }).first else {
                throw wrongShape(expected)
            }
            list = inner
        }
        guard case .array(let items) = list else { throw wrongShape(expected) }
        var rows: [[JSONValue.Member]] = []
        rows.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            guard case .object(let row) = item else {
                throw wrongShape("an object", record: index)
            }
            rows.append(row)
        }
        try self.init(rows: rows, lines: nil, file: file)
    }

    /// Reads newline-delimited JSON, one object per line.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 text; blank lines are skipped.
    ///   - file: Name for errors.
    ///   - maximumValues: Most values of all lines together.
    /// - Throws: `RunFileError` with the line that is not an object.
    init(
        newlineDelimited bytes: [UInt8], file: String, maximumValues: Int = .max
    ) throws(RunFileError) {
        var rows: [[JSONValue.Member]] = []
        var lines: [Int] = []
        let values = try Self.reading(file) { () throws(JSONSyntaxError) in
            try JSONLines.parse(bytes, maximumValues: maximumValues)
        }
        for (line, value) in values {
            guard case .object(let row) = value else {
                throw RunFileError(
                    file: file, place: .init(line: line, record: rows.count),
                    kind: .wrongShape(expected: "an object on every line"))
            }
            rows.append(row)
            lines.append(line)
        }
        try self.init(rows: rows, lines: lines, file: file)
    }

    private init(
        rows: [[JSONValue.Member]], lines: [Int]?, file: String
    ) throws(RunFileError) {
        self.rows = rows
        self.lines = lines
        var names = Set<String>()
        for (index, row) in rows.enumerated()
        where index == 0 || !Self.haveSameKeys(row, rows[index - 1]) {
            names.formUnion(row.map(\.name))
        }
        guard names.count <= DelimitedFormat.mostColumns else {
            throw RunFileError(
                file: file,
                kind: .wrongShape(
                    expected: "rows of at most \(DelimitedFormat.mostColumns) different names"))
        }
        columns = names.sorted()
    }

    /// Goes back before the first row.
    mutating func rewind() {
        record = -1
    }

    mutating func advance() -> Bool {
        record += 1
        guard record < rows.count else { return false }
        let row = rows[record]
        if let placedRecord, Self.haveSameKeys(row, rows[placedRecord]) { return true }
        let indices = Dictionary(uniqueKeysWithValues: zip(row.map(\.name), row.indices))
        places = columns.map { indices[$0] }
        placedRecord = record
        return true
    }

    var place: RunFileError.Place { .init(line: lines?[record], record: record) }

    func number(_ column: Int) -> NumberField {
        value(column)?.numberField ?? .blank
    }

    func text(_ column: Int) -> String? {
        value(column)?.text.flatMap { $0.isEmpty ? nil : $0 }
    }

    func object(_ column: Int) -> [JSONValue.Member]? {
        guard case .object(let members) = value(column) else { return nil }
        return members
    }

    private func value(_ column: Int) -> JSONValue? {
        places[column].map { rows[record][$0].value }
    }

    private static func haveSameKeys(_ a: [JSONValue.Member], _ b: [JSONValue.Member]) -> Bool {
        a.elementsEqual(b) { $0.name == $1.name }
    }

    /// Decodes one JSON value.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 JSON.
    ///   - file: Name for errors.
    ///   - maximumValues: Most values of its tree.
    /// - Returns: The value.
    /// - Throws: `RunFileError` for text that is not JSON, with its line.
    static func decode(
        _ bytes: [UInt8], file: String, maximumValues: Int = .max
    ) throws(RunFileError) -> JSONValue {
        try reading(file) { () throws(JSONSyntaxError) in
            try JSONParser.parse(bytes, maximumValues: maximumValues)
        }
    }

    private static func reading<Value>(
        _ file: String, _ read: () throws(JSONSyntaxError) -> Value
    ) throws(RunFileError) -> Value {
        do {
            return try read()
        } catch {
            throw RunFileError(file: file, place: .init(line: error.line), kind: .notJSON(error))
        }
    }
}

/// A JSON value as the cell of a table.
extension JSONValue {
    /// The value as text: strings as they are, the rest as JSON; nil for null.
    var text: String? {
        switch self {
        case .null: nil
        case .string(let text), .notFinite(let text): text
        default: JSONWriter.text(of: self)
        }
    }

    var numberField: NumberField {
        switch self {
        case .null: return .blank
        case .integer(let number): return .number(Double(number))
        case .number(let number): return .number(number)
        case .string(let text), .notFinite(let text):
            let bytes = Array(text.trimmingSpaces.utf8)
            guard !bytes.isEmpty else { return .blank }
            guard let number = DecimalText.number(bytes, bytes.indices) else { return .text(text) }
            return .number(number)
        case .bool, .array, .object: return .text(text ?? "")
        }
    }
}
