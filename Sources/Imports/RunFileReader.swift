/// Reads the bytes of a request's body, in which every value must be right; files go through
/// `LogImporter`, which leaves bad rows out and says so.
///
/// Every reading throws one `RunFileError` with all bad fields, up to a limit, and gives nothing
/// then.
package enum RunFileReader {
    /// Most bytes that gzip may unpack to.
    package static let defaultLimit = 1 << 30

    /// Points of a curve, such as the body of an append.
    ///
    /// - Parameters:
    ///   - bytes: The body, gzip allowed.
    ///   - name: What errors call it.
    ///   - format: How it is written; nil to go by the name, then by the content.
    ///   - limit: Most bytes that gzip may unpack to.
    ///   - skipsBadRows: Whether rows that break a rule are left out and named in the answer.
    /// - Returns: The points in the body's order.
    /// - Throws: `RunFileError`.
    package static func readCurve(
        bytes: [UInt8], name: String, format: RunFileFormat? = nil, limit: Int = defaultLimit,
        skipsBadRows: Bool = false
    ) throws(RunFileError) -> CurveFile {
        try curve(rows(bytes, name, format, limit), name, skipsBadRows: skipsBadRows)
    }

    /// Metadata of runs, finished or not: a loss is not needed.
    ///
    /// - Parameters:
    ///   - bytes: The body, gzip allowed.
    ///   - name: What errors call it; also the stem of the ids of rows without one.
    ///   - format: How it is written; nil to go by the name, then by the content.
    ///   - limit: Most bytes that gzip may unpack to.
    /// - Returns: The runs in the body's order.
    /// - Throws: `RunFileError`.
    package static func readTable(
        bytes: [UInt8], name: String, format: RunFileFormat? = nil, limit: Int = defaultLimit
    ) throws(RunFileError) -> TableFile {
        try table(rows(bytes, name, format, limit), name, .optional)
    }

    private static func rows(
        _ bytes: [UInt8], _ name: String, _ format: RunFileFormat?, _ limit: Int
    ) throws(RunFileError) -> Rows {
        let text = try RunFileText.text(of: bytes, name: name, limit: limit)
        switch format ?? RunFileFormat(fileName: name) ?? RunFileFormat(sniffing: text) {
        case .csv: return .csv(try CSVRows(text, separator: .comma, file: name))
        case .tsv: return .csv(try CSVRows(text, separator: .tab, file: name))
        case .ndjson: return .json(try JSONRows(newlineDelimited: text, file: name))
        case .json:
            return .json(try JSONRows(document: text, keys: ["points", "runs"], file: name))
        }
    }

    private static func curve(
        _ rows: Rows, _ name: String, skipsBadRows: Bool = false
    ) throws(RunFileError) -> CurveFile {
        let columns = try CurveColumns(rows.columns, file: name)
        var reader = CurveReader(columns: columns, file: name)
        switch rows {
        case .csv(var rows): return try reader.read(&rows, skipsBadRows: skipsBadRows)
        case .json(var rows): return try reader.read(&rows, skipsBadRows: skipsBadRows)
        }
    }

    static func table(
        _ rows: Rows, _ name: String, _ losses: TableReader.Losses,
        options: ImportOptions = ImportOptions()
    ) throws(RunFileError) -> TableFile {
        let columns = TableColumns(rows.columns, chosen: options.columns)
        if let wanted = columns.missing {
            throw RunFileError(
                file: name, kind: .missingColumn(wanted: wanted, seen: rows.columns))
        }
        var reader = TableReader(
            columns: columns, losses: losses, file: name, stem: RunNaming(path: name).stem)
        switch rows {
        case .csv(var rows): return try reader.read(&rows)
        case .json(var rows): return try reader.read(&rows)
        }
    }

    /// The rows of a format.
    ///
    /// Not `any RowSource`, so that the readers' loops are specialised for each.
    enum Rows {
        case csv(CSVRows)
        case json(JSONRows)

        var columns: [String] {
            switch self {
            case .csv(let rows): rows.columns
            case .json(let rows): rows.columns
            }
        }
    }
}
