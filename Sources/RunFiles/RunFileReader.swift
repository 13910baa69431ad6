/// What a run file held.
package enum RunFileContent: Equatable, Sendable {
    case curve(CurveFile)
    case table(TableFile)
}

/// Reads the bytes of a run file or of a request's body; knows no files.
///
/// Every reading throws one `RunFileError` with all bad fields, up to a limit, and gives nothing
/// then.
package enum RunFileReader {
    /// Most bytes that gzip may unpack to.
    package static let defaultLimit = 1 << 30

    /// A curve if there is a step column, else a table of finished runs.
    ///
    /// - Parameters:
    ///   - bytes: The file's content, gzip allowed.
    ///   - name: The file's name: for errors, and for the ids of rows without one.
    ///   - format: How it is written; nil to go by the name, then by the content.
    ///   - limit: Most bytes that gzip may unpack to.
    /// - Returns: The curve or the runs.
    /// - Throws: `RunFileError`.
    package static func read(
        bytes: [UInt8], name: String, format: RunFileFormat? = nil, limit: Int = defaultLimit
    ) throws(RunFileError) -> RunFileContent {
        let rows = try rows(bytes, name, format, limit)
        guard CurveColumns.fits(rows.columns) else {
            return .table(try table(rows, name, .required))
        }
        return .curve(try curve(rows, name))
    }

    /// Points of a curve, such as the body of an append.
    ///
    /// - Parameters:
    ///   - bytes: The body, gzip allowed.
    ///   - name: What errors call it.
    ///   - format: How it is written; nil to go by the name, then by the content.
    ///   - limit: Most bytes that gzip may unpack to.
    /// - Returns: The points in the body's order.
    /// - Throws: `RunFileError`.
    package static func readCurve(
        bytes: [UInt8], name: String, format: RunFileFormat? = nil, limit: Int = defaultLimit
    ) throws(RunFileError) -> CurveFile {
        try curve(rows(bytes, name, format, limit), name)
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

    /// A file's name without folder, format and `.gz`, as a run's id.
    package static func stem(_ name: String) -> String {
        var stem = name.split(separator: "/").last.map(String.init) ?? name
        if stem.lowercased().hasSuffix(".gz") { stem.removeLast(3) }
        if RunFileFormat(fileName: stem) != nil, let dot = stem.lastIndex(of: ".") {
            stem = String(stem[..<dot])
        }
        return RunID.make(from: stem)
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

    private static func curve(_ rows: Rows, _ name: String) throws(RunFileError) -> CurveFile {
        let columns = try CurveColumns(rows.columns, file: name)
        var reader = CurveReader(columns: columns, file: name)
        switch rows {
        case .csv(var rows): return try reader.read(&rows)
        case .json(var rows): return try reader.read(&rows)
        }
    }

    private static func table(
        _ rows: Rows, _ name: String, _ losses: TableReader.Losses
    ) throws(RunFileError) -> TableFile {
        var reader = TableReader(
            columns: TableColumns(rows.columns), losses: losses, file: name, stem: stem(name))
        switch rows {
        case .csv(var rows): return try reader.read(&rows)
        case .json(var rows): return try reader.read(&rows)
        }
    }

    /// The rows of a format.
    ///
    /// Not `any RowSource`, so that the readers' loops are specialised for each.
    private enum Rows {
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
