import JSONText
import Records
import Schedules

/// Turns rows into runs.
struct TableReader {
    /// True when a row must have a loss.
    enum Losses {
        /// Rows of finished runs: rows without a loss are left out, and counted in a warning.
        case required
        /// Metadata: a curve's last point may serve.
        case optional
    }

    private let columns: TableColumns
    private let losses: Losses
    private let file: String
    private let stem: String
    private var faults = RunFileFaults()
    private var places: [String: RunFileError.Place] = [:]

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - columns: Which column is what.
    ///   - losses: Whether a row must have a loss.
    ///   - file: Name for errors.
    ///   - stem: Ids of rows without one are this, a hyphen, and the row's number from 1.
    init(columns: TableColumns, losses: Losses, file: String, stem: String) {
        self.columns = columns
        self.losses = losses
        self.file = file
        self.stem = stem
    }

    /// Reads all rows.
    ///
    /// - Parameter source: The rows.
    /// - Returns: The runs.
    /// - Throws: `RunFileError` with every bad field, up to a limit.
    mutating func read<Source: RowSource>(
        _ source: inout Source
    ) throws(RunFileError) -> TableFile {
        if case .required = losses, columns.loss == nil, columns.series.isEmpty {
            throw RunFileError(
                file: file, kind: .missingColumn(wanted: "loss", seen: source.columns))
        }
        // A log whose step column has another name would turn into a run per point.
        if columns.features.isEmpty,
            source.columns.contains(where: Self.belongsToCurve)
                || columns.isOnlyLosses(source.columns)
        {
            throw RunFileError(
                file: file, kind: .missingColumn(wanted: "step", seen: source.columns))
        }
        var runs: [Run] = []
        var rowCount = 0
        var firstLine: Int?
        while !faults.isFull, advance(&source) {
            rowCount += 1
            let run = run(source, number: rowCount)
            if case .required = losses, run.loss == nil, run.points.isEmpty {
                firstLine = firstLine ?? source.place.line ?? rowCount
                continue
            }
            runs.append(run)
        }
        try faults.check()
        guard !runs.isEmpty else { throw RunFileError(file: file, kind: .noRows) }
        let left = rowCount - runs.count
        let warnings = Self.unitWarnings(runs)
        guard left > 0 else {
            return TableFile(runs: runs, notes: columns.notes, warnings: warnings)
        }
        return TableFile(
            runs: runs, notes: columns.notes,
            warnings: ["\(left) of \(rowCount) rows have no loss and were left out"] + warnings,
            skipped: [
                SkippedPart(count: left, reason: "rows without a loss", firstLine: firstLine)
            ])
    }

    /// Fewer than any language model has; smaller numbers are millions or billions more likely.
    private static let fewest: [(Feature, Double)] = [(.parameterCount, 1e4), (.tokenCount, 1e5)]

    private static func unitWarnings(_ runs: [Run]) -> [String] {
        fewest.compactMap { feature, fewest in
            guard let most = runs.compactMap({ $0.features[feature] }).max(), most < fewest else {
                return nil
            }
            return
                "every \(feature.rawValue) is below \(Int(fewest)), less than of any language model: are "
                + "they in millions or billions? Give the counts themselves, as in 7e7"
        }
    }

    private static func belongsToCurve(_ column: String) -> Bool {
        let name = ColumnName(column).normal
        return name == "epoch" || ColumnAliases.learningRate.contains(name)
    }

    private mutating func run<Source: RowSource>(_ source: Source, number: Int) -> Run {
        var run = Run(id: id(source, number: number))
        run.study = columns.study.flatMap(source.text)
        run.name = columns.name.flatMap(source.text)
        run.role = faults.keep(Result { () throws(RunFileError) in try role(source) })
        run.schedule = faults.keep(Result { () throws(RunFileError) in try schedule(source) })
        run.statedWarmupSteps = faults.keep(
            Result { () throws(RunFileError) in try warmup(source) })
        for (feature, column) in columns.features {
            run.features[feature] = self.number(source, column, feature.rawValue, .feature)
        }
        run.loss = columns.loss.flatMap { self.number(source, $0, "loss", .finalLoss) }
        // A finished run's other losses are curves of one point, at its last step if that is known.
        var last = Point(step: run.features[.stepCount].flatMap(Int.init(exactly:)) ?? 0)
        for series in columns.series {
            guard let loss = self.number(source, series.column, "loss/\(series.name)", .finalLoss)
            else {
                continue
            }
            last.series[series.name] = loss
        }
        if !last.isBlank { run.points = [last] }
        for column in columns.tags { run.tags[source.columns[column]] = source.text(column) }
        for member in columns.tagObject.flatMap(source.object) ?? [] {
            run.tags[member.name] = member.value.text
        }
        if let column = columns.unitObject {
            if let members = source.object(column) {
                for member in members { run.units[member.name] = member.value.text }
            } else {
                // A flat table has one unit to tell, that of its loss.
                run.units["loss"] = source.text(column)
            }
        }
        return run
    }

    private mutating func number<Source: RowSource>(
        _ source: Source, _ column: Int, _ field: String, _ rule: NumberRule
    ) -> Double? {
        faults.keep(
            Result { () throws(RunFileError) in
                try source.checkedNumber(column, field, rule, file: file)
            })
    }

    /// The row's id, checked; a repeated one is a fault.
    private mutating func id<Source: RowSource>(_ source: Source, number: Int) -> String {
        let id = columns.id.flatMap(source.text) ?? "\(stem)-\(number)"
        let place = source.place
        guard TextRule.id.isMet(by: id) else {
            faults.add(
                source.refusal(columns.id ?? 0, "id", "\"\(id)\"", TextRule.id.sentence, file: file)
            )
            return id
        }
        if let earlier = places.updateValue(place, forKey: id) {
            let other = earlier.line.map { "line \($0)" } ?? "record \(earlier.record ?? 0)"
            faults.add(
                RunFileError(
                    file: file, place: place, kind: .repeatedRun(id: id, other: other)))
        }
        return id
    }

    private mutating func advance<Source: RowSource>(_ source: inout Source) -> Bool {
        faults.keep(Result { () throws(RunFileError) in try source.advance() }) ?? false
    }

    private func role<Source: RowSource>(_ source: Source) throws(RunFileError) -> Run.Role? {
        guard let column = columns.role, let text = source.text(column) else { return nil }
        guard let role = Run.Role(rawValue: text) else {
            throw source.refusal(
                column, "role", "\"\(text)\"", RunFileError.Rule.role, file: file)
        }
        return role
    }

    private func warmup<Source: RowSource>(_ source: Source) throws(RunFileError) -> Int? {
        guard let column = columns.warmupSteps else { return nil }
        return try source.checkedNumber(column, "warmup_steps", .warmupSteps, file: file)
            .map { Int($0) }
    }

    private func schedule<Source: RowSource>(
        _ source: Source
    ) throws(RunFileError) -> LearningRateSchedule? {
        guard let column = columns.schedule, let text = source.text(column) else { return nil }
        do {
            return try LearningRateSchedule(parsing: text)
        } catch {
            var place = source.place
            place.column = source.columns[column]
            throw RunFileError(file: file, place: place, kind: .badSchedule(detail: error.message))
        }
    }
}
