import Records

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
    /// - Parameters:
    ///   - source: The rows.
    ///   - skipsBadRows: Whether a row that breaks a rule is left out and named in the answer.
    /// - Returns: The points in the file's order; rows without any loss are left out.
    /// - Throws: `RunFileError` with every bad field, up to a limit.
    mutating func read<Source: RowSource>(
        _ source: inout Source, skipsBadRows: Bool = false
    ) throws(RunFileError) -> CurveFile {
        var points: [Point] = []
        var rowCount = 0
        while skipsBadRows || !faults.isFull {
            guard let hasRow = try advance(&source, skipsBadRows) else { break }
            guard hasRow else { continue }
            let faultsBefore = faults.count
            let point = point(source)
            if skipsBadRows, faults.count > faultsBefore { rowCount += 1 }
            guard let point, faults.count == faultsBefore || !skipsBadRows else { continue }
            rowCount += 1
            if point.loss != nil || !point.series.isEmpty { points.append(point) }
        }
        if !skipsBadRows { try faults.check() }
        guard rowCount > 0 else { throw RunFileError(file: file, kind: .noRows) }
        return CurveFile(points: points, notes: columns.notes, refused: faults.errors)
    }

    /// The current row's point; nil if everything in it is blank or its step is bad.
    private mutating func point<Source: RowSource>(_ source: Source) -> Point? {
        var point = Point(step: 0)
        for column in columns.fields {
            if let value = number(source, column) { point.set(column.field, to: value) }
        }
        let isBlank = point.isBlank
        let step = faults.keep(
            Result { () throws(RunFileError) in
                try self.step(source, allowsBlank: isBlank)
            })
        guard let step else { return nil }
        point.step = step
        return point
    }

    /// Moves on; false for a row that is none, nil after the last.
    private mutating func advance<Source: RowSource>(
        _ source: inout Source, _ skipsBadRows: Bool
    ) throws(RunFileError) -> Bool? {
        do {
            return try source.advance() ? true : nil
        } catch {
            // A row with a cell too few ends at its line; an open quote takes the rest with it.
            guard skipsBadRows else {
                faults.add(error)
                return nil
            }
            guard case .fieldCount = error.kind else { throw error }
            faults.add(error)
            return false
        }
    }

    private mutating func number<Source: RowSource>(
        _ source: Source, _ column: CurveColumns.Column
    ) -> Double? {
        faults.keep(
            Result { () throws(RunFileError) in
                try source.checkedNumber(
                    column.place, column.field.name, column.field.rule, file: file)
            })
    }

    /// A whole number from 0 to 10^8, `2176.0` and `1e3` included; nil if blank.
    private func step<Source: RowSource>(
        _ source: Source, allowsBlank: Bool
    ) throws(RunFileError) -> Int? {
        let step = try source.checkedNumber(columns.step, "step", .step, file: file)
        guard step == nil, !allowsBlank else { return step.map { Int($0) } }
        throw source.refusal(columns.step, "step", "blank", NumberRule.step.sentence, file: file)
    }
}
