import Foundation

/// Rows from JSON objects, their keys the columns.
///
/// JSON objects have no order, so columns are in the alphabet's.
struct JSONRows: RowSource {
    let columns: [String]
    private let rows: [[String: JSONValue]]
    /// Line of each row, where rows are lines.
    private let lines: [Int]?
    private var record = -1

    /// Reads a document: a list of objects, or an object with such a list under one of the keys.
    ///
    /// - Parameters:
    ///   - document: UTF-8 JSON.
    ///   - keys: For example `points`.
    ///   - file: Name for errors.
    /// - Throws: `RunFileError` for other JSON or none.
    init(document: [UInt8], keys: [String], file: String) throws(RunFileError) {
        try self.init(Self.decode(document, file: file, line: nil), keys: keys, file: file)
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
        if case .object(let object) = document {
            guard let inner = keys.lazy.compactMap({ object[$0] }).first else {
                throw wrongShape(expected)
            }
            list = inner
        }
        guard case .array(let items) = list else { throw wrongShape(expected) }
        var rows: [[String: JSONValue]] = []
        for (index, item) in items.enumerated() {
            guard case .object(let row) = item else {
                throw wrongShape("an object", record: index)
            }
            rows.append(row)
        }
        self.init(rows: rows, lines: nil)
    }

    /// Reads newline-delimited JSON, one object per line.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 text; blank lines are skipped.
    ///   - file: Name for errors.
    /// - Throws: `RunFileError` with the line that is not an object.
    init(newlineDelimited bytes: [UInt8], file: String) throws(RunFileError) {
        var rows: [[String: JSONValue]] = []
        var lines: [Int] = []
        let split = bytes.split(separator: .lineFeed, omittingEmptySubsequences: false)
        for (index, line) in split.enumerated() {
            if line.allSatisfy({ $0.isBlank || $0.isLineEnd }) { continue }
            let value = try Self.decode(line, file: file, line: index + 1)
            guard case .object(let row) = value else {
                throw RunFileError(
                    file: file, place: .init(line: index + 1, record: rows.count),
                    kind: .wrongShape(expected: "an object on every line"))
            }
            rows.append(row)
            lines.append(index + 1)
        }
        self.init(rows: rows, lines: lines)
    }

    init(rows: [[String: JSONValue]], lines: [Int]?) {
        self.rows = rows
        self.lines = lines
        columns = rows.reduce(into: Set<String>()) { $0.formUnion($1.keys) }.sorted()
    }

    /// Goes back before the first row.
    mutating func rewind() {
        record = -1
    }

    mutating func advance() -> Bool {
        record += 1
        return record < rows.count
    }

    var place: RunFileError.Place { .init(line: lines?[record], record: record) }

    func number(_ column: Int) -> NumberField {
        rows[record][columns[column]]?.numberField ?? .blank
    }

    func text(_ column: Int) -> String? {
        rows[record][columns[column]]?.text.flatMap { $0.isEmpty ? nil : $0 }
    }

    func object(_ column: Int) -> [String: JSONValue]? {
        guard case .object(let object) = rows[record][columns[column]] else { return nil }
        return object
    }

    /// Decodes one JSON value.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 JSON.
    ///   - file: Name for errors.
    ///   - line: Its line where every line is a value; else the error finds its own.
    /// - Returns: The value.
    /// - Throws: `RunFileError` for text that is not JSON.
    static func decode(
        _ bytes: some Collection<UInt8>, file: String, line: Int?
    ) throws(RunFileError) -> JSONValue {
        let data = Data(bytes)
        if let value = try? JSONDecoder().decode(JSONValue.self, from: data) { return value }
        let fault = JSONFault(data)
        throw RunFileError(
            file: file, place: .init(line: line ?? fault.line),
            kind: .notJSON(reason: fault.reason))
    }
}
