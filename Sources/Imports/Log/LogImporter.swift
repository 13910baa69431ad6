import Records

/// Reads one file of any format into runs.
package enum LogImporter {
    /// Reads a file, a FIFO or a device.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - options: What the one who imports knows better than the file.
    /// - Returns: The runs, and the account of the reading.
    /// - Throws: `RunFileError` that says what is wrong, or what the file is instead.
    package static func file(
        at path: String, options: ImportOptions = ImportOptions()
    ) throws(RunFileError) -> ImportedFile {
        try file(ByteSource(path: path), naming: RunNaming(path: path), options: options)
    }

    /// Reads content at hand, such as a request's body.
    ///
    /// - Parameters:
    ///   - bytes: The content, gzip allowed.
    ///   - name: A name for errors, and for the ids of runs.
    ///   - options: What the one who imports knows better.
    ///   - limit: Most bytes that gzip may unpack to.
    ///   - maximumValues: Most values of a JSON tree.
    ///   - maximumLines: Most lines of a text.
    /// - Returns: The runs, and the account of the reading.
    /// - Throws: `RunFileError`.
    package static func file(
        bytes: [UInt8], name: String, options: ImportOptions = ImportOptions(), limit: Int = .max,
        maximumValues: Int = .max, maximumLines: Int = .max
    ) throws(RunFileError) -> ImportedFile {
        let source = try ByteSource(bytes: bytes, name: name, limit: limit)
        source.maximumValues = maximumValues
        source.maximumLines = maximumLines
        return try file(source, naming: RunNaming(path: name), options: options)
    }

    private static func file(
        _ source: ByteSource, naming: RunNaming, options: ImportOptions
    ) throws(RunFileError) -> ImportedFile {
        let head = LogHead(try source.head(LogHead.length))
        guard head.first != nil else { throw RunFileError(file: source.name, kind: .empty) }
        let format: any LogFormat
        if let name = options.format {
            format = try LogFormatCatalog.format(named: name, file: source.name)
        } else if let found = LogFormatCatalog.format(of: head, isBinary: true) {
            format = found
        } else if let sentence = ForeignContent.sentence(for: head) {
            throw RunFileError(file: source.name, kind: .notALog(sentence))
        } else if let found = LogFormatCatalog.format(of: head, isBinary: false) {
            format = found
        } else {
            throw RunFileError(file: source.name, kind: .unknownFormat)
        }
        var log = LogCollector(options: options)
        try format.read(source, into: &log)
        if let table = log.table {
            return TableCompletion.file(table, path: source.name, format: "\(format.name)-table")
        }
        let interpreter = LogInterpreter(options: options, file: source.name, naming: naming)
        return try interpreter.file(from: log, format: format.name)
    }
}

/// Finishes a table of runs: the third of N, D and C, and the account.
enum TableCompletion {
    static func file(_ table: TableFile, path: String, format: String) -> ImportedFile {
        var notes = table.notes.map(\.message)
        var runs: [ImportedRun] = []
        for var run in table.runs {
            if let note = complete(&run), !notes.contains(note) { notes.append(note) }
            runs.append(ImportedRun(run))
        }
        return ImportedFile(
            path: path, format: format, runs: runs, skipped: table.skipped, notes: notes,
            warnings: table.warnings)
    }

    /// The third of model size, tokens and compute where two are known: C = 6ND.
    ///
    /// - Returns: A sentence on what was done.
    static func complete(_ run: inout Run) -> String? {
        let sizes = (
            run.features[.parameterCount], run.features[.tokenCount], run.features[.trainingFLOPs]
        )
        switch sizes {
        case (let count?, nil, let flops?):
            run.features[.tokenCount] = flops / (6 * count)
            return "token_count from training_flops and parameter_count by C = 6ND"
        case (nil, let tokens?, let flops?):
            run.features[.parameterCount] = flops / (6 * tokens)
            return "parameter_count from training_flops and token_count by C = 6ND"
        default:
            return nil
        }
    }
}
