import JSONText
import Records

/// A study folder's `runs.json`: the study's name, and for each run its curve file and metadata.
struct StudyFile {
    static let name = "runs.json"

    struct Entry {
        let run: Run
        /// Curve file, beside `runs.json`; nil for a run that is only a row of a table.
        let file: String?
        /// RFC 6901 pointer of the entry.
        let pointer: String
    }

    let entries: [Entry]

    /// Reads the file's content.
    ///
    /// - Parameters:
    ///   - bytes: `{"study":…,"runs":[{"id","file","parameter_count","schedule","role",…},…]}`, or
    ///     the list of runs alone.
    ///   - name: The file's name for errors.
    /// - Throws: `RunFileError` with every bad field, each with its pointer.
    init(bytes: [UInt8], name: String) throws(RunFileError) {
        let text = try RunFileText.text(
            of: bytes, name: name, limit: RunFileReader.defaultLimit)
        let document = try JSONRows.decode(text, file: name)
        var rows = try JSONRows(document, keys: ["runs"], file: name)
        var study: String?
        var root = ""
        if case .object = document {
            study = document["study"]?.text
            root = "/runs"
        }
        let columns = TableColumns(rows.columns, ignoring: ["file"])
        var reader = TableReader(
            columns: columns, losses: .optional, file: name, stem: study ?? "run")
        let table: TableFile
        do {
            table = try reader.read(&rows)
        } catch {
            throw Self.pointed(error, root: root)
        }
        var files = rows
        let fileColumn = rows.columns.firstIndex(of: "file")
        files.rewind()
        var entries: [Entry] = []
        for (index, run) in table.runs.enumerated() {
            guard files.advance() else { break }
            var run = run
            run.study = run.study ?? study
            entries.append(
                Entry(
                    run: run, file: fileColumn.flatMap(files.text), pointer: "\(root)/\(index)"))
        }
        self.entries = entries
    }

    /// The error with RFC 6901 pointers instead of records and columns.
    private static func pointed(_ error: RunFileError, root: String) -> RunFileError {
        var error = error
        if let record = error.place.record {
            var pointer = "\(root)/\(record)"
            if let column = error.place.column {
                pointer += "/\(pointerComponent(column))"
            }
            error.place = .init(pointer: pointer)
        }
        error.further = error.further.map { pointed($0, root: root) }
        return error
    }
}
