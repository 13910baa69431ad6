import Schedules

/// Turns rows into points.
struct CurveReader {
    let columns: CurveColumns
    let file: String
    private var faults = RunFileFaults()

    init(columns: CurveColumns, file: String) {
        self.columns = columns
        self.file = file
    }

    /// Reads all rows.
    ///
    /// - Parameter source: The rows.
    /// - Returns: The points in the file's order; rows without any loss are left out.
    /// - Throws: `RunFileError` with every bad field, up to a limit.
    mutating func read<Source: RowSource>(
        _ source: inout Source
    ) throws(RunFileError) -> CurveFile {
        var points: [CurvePoint] = []
        var rowCount = 0
        while !faults.isFull, advance(&source) {
            guard let point = point(source) else { continue }
            rowCount += 1
            if point.loss != nil || !point.series.isEmpty { points.append(point) }
        }
        try faults.check()
        guard rowCount > 0 else { throw RunFileError(file: file, kind: .noRows) }
        return CurveFile(points: points, notes: columns.notes)
    }

    /// The current row's point; nil if everything in it is blank or its step is bad.
    private mutating func point<Source: RowSource>(_ source: Source) -> CurvePoint? {
        var point = CurvePoint(step: 0)
        point.loss = number(source, columns.loss, "loss", allowsZero: false)
        point.learningRate = number(
            source, columns.learningRate, "learning_rate", allowsZero: true)
        point.tokenCount = number(source, columns.tokenCount, "token_count", allowsZero: true)
        for series in columns.series {
            point.series[series.name] = number(
                source, series.column, "loss/\(series.name)", allowsZero: false)
        }
        let isBlank = point == CurvePoint(step: 0)
        let step = faults.keep(
            Result { () throws(RunFileError) in
                try self.step(source, allowsBlank: isBlank)
            })
        guard let step else { return nil }
        point.step = step
        return point
    }

    private mutating func advance<Source: RowSource>(_ source: inout Source) -> Bool {
        faults.keep(Result { () throws(RunFileError) in try source.advance() }) ?? false
    }

    private mutating func number<Source: RowSource>(
        _ source: Source, _ column: Int?, _ field: String, allowsZero: Bool
    ) -> Double? {
        guard let column else { return nil }
        return faults.keep(
            Result { () throws(RunFileError) in
                try source.checkedNumber(column, field, allowsZero: allowsZero, file: file)
            })
    }

    /// A whole number from 0 to 10^8, `2176.0` and `1e3` included; nil if blank.
    private func step<Source: RowSource>(
        _ source: Source, allowsBlank: Bool
    ) throws(RunFileError) -> Int? {
        switch source.number(columns.step) {
        case .blank where allowsBlank:
            return nil
        case .blank:
            throw source.refusal(
                columns.step, "step", "blank", RunFileError.Rule.step, file: file)
        case .text(let text):
            throw source.refusal(
                columns.step, "step", "\"\(text)\"", RunFileError.Rule.step, file: file)
        case .number(let value):
            guard let step = Int(exactly: value), (0...ScheduleLimits.steps).contains(step) else {
                let shown = Int(exactly: value).map(String.init) ?? "\(value)"
                throw source.refusal(
                    columns.step, "step", shown, RunFileError.Rule.step, file: file)
            }
            return step
        }
    }
}
