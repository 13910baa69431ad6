import Contract
import Imports
import JSONText
import Records
import Store

/// The runs of one upload, read from whatever format they came in.
struct RunBatch {
    /// The runs; losses of finished ones beside the main one are points of theirs.
    private(set) var runs: [Run] = []
    /// True when the body was one run and not a list.
    private(set) var isSingle = false

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: One object, an array, an object per line, or a table.
    ///   - study: The study of runs that name none.
    ///   - faults: Receives the bad values.
    /// - Throws: `JSONSyntaxError`, `HTTPError` and `RunFileError` for what cannot be read.
    init(_ body: RequestBody, study: String?, faults: inout ValidationErrors) throws {
        switch body.format {
        case .json:
            let value = try body.json()
            guard case .array(let values) = value else {
                isSingle = true
                runs = [RunReader(study: study).run(from: value, faults: &faults)]
                return
            }
            try body.budget.check(.uploadRuns, of: values.count)
            read(values.map { ($0, nil) }, study, &faults)
        case .ndjson:
            let lines = try body.jsonLines()
            try body.budget.check(.uploadRuns, of: lines.count)
            read(lines.map { ($0.value, $0.line) }, study, &faults)
        case .csv, .tsv: try readTable(body, study)
        }
        if runs.isEmpty, faults.count == 0 {
            faults.add("", "there is no run in the body; send at least one.")
        }
    }

    private mutating func read(
        _ values: [(value: JSONValue, line: Int?)], _ study: String?,
        _ faults: inout ValidationErrors
    ) {
        for (index, item) in values.enumerated() {
            let reader = RunReader(at: "/\(index)", line: item.line, study: study)
            runs.append(reader.run(from: item.value, faults: &faults))
        }
    }

    private mutating func readTable(_ body: RequestBody, _ study: String?) throws {
        try body.checkColumns()
        let table = try RunFileReader.readTable(
            bytes: body.bytes, name: study ?? "run", format: body.format == .csv ? .csv : .tsv,
            limit: body.limit)
        try body.budget.check(.uploadRuns, of: table.runs.count)
        for var run in table.runs {
            run.study = run.study ?? study
            runs.append(run)
        }
    }
}
