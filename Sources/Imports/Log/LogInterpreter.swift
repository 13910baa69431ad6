import Records
import Schedules

/// Decides what the named values of a log mean, for every format alike.
///
/// - The main loss is `loss`, else the first training loss, else the first of `val*` and `eval*`;
///   other losses are series; everything else is left out and accounted for.
/// - Learning rates and token counts find their place by their names, sizes become features.
/// - Values of one step are merged; of two under one name the later stays.
struct LogInterpreter {
    let options: ImportOptions
    let file: String
    let naming: RunNaming

    /// The most losses that are named one by one in the notes.
    private static let mostNotes = 100

    /// The meaning of each name in a log.
    private struct Roles {
        var main: String?
        var quantities: [Point.Quantity: String] = [:]
        var time: String?
        var losses: [String] = []
    }

    /// The runs of a log.
    ///
    /// - Parameters:
    ///   - log: What a format found.
    ///   - format: Its name.
    /// - Returns: The runs with their points, and the account.
    /// - Throws: `RunFileError` when there is no loss in it, or mostly faults.
    func file(from log: LogCollector, format: String) throws(RunFileError) -> ImportedFile {
        var log = log
        try refuseMostlyFaulty(log)
        let names = Self.names(of: log.runs)
        let roles = try roles(of: names)
        guard roles.main != nil || !roles.losses.isEmpty else {
            if names.isEmpty, let first = log.skipped.first {
                let line = first.firstLine.map { " (first in line \($0))" } ?? ""
                throw RunFileError(
                    file: file,
                    kind: .notALog("has no value to import: \(first.reason)\(line)"))
            }
            throw RunFileError(file: file, kind: .missingColumn(wanted: "loss", seen: seen(names)))
        }
        var warnings: [String] = []
        var runs: [ImportedRun] = []
        var ids: Set<String> = []
        let further = Dictionary(
            uniqueKeysWithValues: roles.losses.enumerated().map { ($1, $0) })
        let isTable =
            log.runs.count > 1
            && log.runs.allSatisfy { run in
                run.series.allSatisfy { $0.steps.count <= 1 } && run.key != nil
            }
        for index in log.runs.indices where !log.runs[index].series.isEmpty {
            var builder = RunBuilder(
                run: log.runs[index], id: naming.id(of: log.runs[index].key, apartFrom: &ids),
                isRow: isTable)
            try builder.takeLosses(roles.main, further, file: file, log: &log)
            builder.take(roles.quantities, log: &log)
            builder.takeTimes(roles.time)
            builder.takeFeatures(chosen: options.columns, log: &log)
            try refuseStandstill(builder, name: roles.main)
            warnings += builder.warnings
            if let run = builder.finish() { runs.append(run) }
        }
        if isTable { log.note("took each run's only point for its final loss") }
        note(roles, of: names, in: &log)
        guard !runs.isEmpty else { throw RunFileError(file: file, kind: .noRows) }
        return ImportedFile(
            path: file, format: format, runs: runs, skipped: log.skipped, notes: log.notes,
            warnings: warnings)
    }

    private static func names(of runs: [LogRun]) -> [String] {
        var seen: Set<String> = []
        return runs.flatMap(\.series).map(\.name).filter { seen.insert($0).inserted }
    }

    /// One bad row in ten means that the file is not what it was taken for.
    private func refuseMostlyFaulty(_ log: LogCollector) throws(RunFileError) {
        guard let fault = log.firstFault else { return }
        guard log.runs.allSatisfy(\.series.isEmpty) || log.faultCount * 10 > log.rowCount else {
            return
        }
        throw fault
    }

    private func roles(of names: [String]) throws(RunFileError) -> Roles {
        var roles = Roles()
        func find(_ wanted: String) throws(RunFileError) -> String {
            let normal = ColumnName(wanted).normal
            let found =
                names.first { $0 == wanted || $0 == "loss/\(wanted)" }
                ?? names.first { ColumnName($0).normal == normal }
            guard let found else {
                throw RunFileError(
                    file: file, kind: .missingColumn(wanted: wanted, seen: seen(names)))
            }
            return found
        }
        for quantity in Point.Quantity.allCases {
            if let name = options.columns[quantity.rawValue] {
                roles.quantities[quantity] = try find(name)
            } else {
                let aliases = ColumnAliases.names(of: quantity)
                roles.quantities[quantity] =
                    names.first { aliases.contains(ColumnName($0).normal) }
                    ?? names.first { ColumnAliases.quantity(ColumnName($0)) == quantity }
            }
        }
        roles.time = names.first { ColumnAliases.time.contains(ColumnName($0).normal) }
        let taken = Set(roles.quantities.values).union([roles.time].compactMap(\.self))
        let free = names.filter { !taken.contains($0) }
        roles.losses = free.filter { LossName($0).saysLoss || LossName($0).unit != nil }
        if roles.losses.isEmpty { roles.losses = free.filter { LossName($0).maybeLoss } }
        // TensorBoard's own export calls the only column that.
        if roles.losses.isEmpty { roles.losses = free.filter { ColumnName($0).normal == "value" } }
        let ranked = roles.losses.enumerated()
            .map { place, name in
                (rank: LossName(name).rank, place: place, name: name)
            }
            .sorted { ($0.rank ?? 12, $0.place) < ($1.rank ?? 12, $1.place) }
        roles.losses = ranked.map(\.name)
        if let name = options.series ?? options.columns["loss"] {
            roles.main = try find(name)
        } else {
            let isOnly = ranked.count == 1 && LossName(ranked[0].name).maybeMain
            roles.main = ranked.first { $0.rank != nil || isOnly }?.name
        }
        roles.losses.removeAll { $0 == roles.main }
        return roles
    }

    /// Names with what they were taken for, for an error that lists them.
    private func seen(_ names: [String]) -> [String] {
        names.map { name in
            ColumnAliases.quantity(ColumnName(name)).map { "\(name) (taken for \($0.rawValue))" }
                ?? name
        }
    }

    /// Steps that never move were never set.
    private func refuseStandstill(_ builder: RunBuilder, name: String?) throws(RunFileError) {
        guard let count = builder.standstill, count > 2, !options.countsRows else { return }
        throw RunFileError(
            file: file,
            kind: .notALog(
                "has \(count) values of \"\(name ?? "loss")\" at one step, so its logger never set "
                    + "the steps; --step-from row counts the rows instead"))
    }

    private func note(_ roles: Roles, of names: [String], in log: inout LogCollector) {
        func taken(_ name: String?, for meaning: String) {
            if let name, name != meaning { log.note("took \"\(name)\" for \(meaning)") }
        }
        taken(roles.main, for: "loss")
        for quantity in Point.Quantity.allCases {
            taken(roles.quantities[quantity], for: quantity.rawValue)
        }
        let renamed = roles.losses.filter { "loss/\(LossColumns.seriesName($0))" != $0 }
        for name in renamed.prefix(Self.mostNotes) {
            taken(name, for: "loss/\(LossColumns.seriesName(name))")
        }
        let more = renamed.count - Self.mostNotes
        if more > 0 { log.note("took \(more) more losses for loss/ and their names") }
    }
}

/// Puts one run together out of its series.
private struct RunBuilder {
    private var log: LogRun
    private var run: Run
    /// True when it is a row of a table of finished runs.
    private let isRow: Bool
    private var main: LogSeries?
    private var further: [(name: String, series: LogSeries)] = []
    private var quantities: [Point.Quantity: LogSeries] = [:]
    /// In seconds.
    private var times: LogSeries?
    private(set) var warnings: [String] = []
    /// Values of the main loss, if all stand at one step.
    private(set) var standstill: Int?

    init(run: LogRun, id: String, isRow: Bool) {
        log = run
        self.run = Run(id: id, name: run.name ?? run.key)
        self.isRow = isRow
    }

    /// Takes a series out, sorted, each step once.
    private mutating func take(_ name: String, mayRepeat: Bool = false) -> LogSeries? {
        guard let place = log.series.firstIndex(where: { $0.name == name }) else { return nil }
        var series = log.series[place]
        let replaced = series.sort()
        if replaced > 0, !mayRepeat {
            warnings.append(
                "\(run.id), \(name): \(replaced) values at a step seen before: "
                    + "the later replaced the earlier")
        }
        return series
    }

    /// Takes the main loss and the others that the run has.
    ///
    /// - Parameters:
    ///   - main: The main loss's name in the file.
    ///   - others: Places of all other losses of the file by name; a run may have few of them.
    ///   - file: Name for errors.
    ///   - log: Takes the account.
    /// - Throws: `RunFileError` where many of the main losses are none.
    mutating func takeLosses(
        _ main: String?, _ others: [String: Int], file: String, log: inout LogCollector
    ) throws(RunFileError) {
        if let main {
            if let series = self.log.series.first(where: { $0.name == main }),
                let step = series.steps.first, series.steps.allSatisfy({ $0 == step })
            {
                standstill = series.steps.count
            }
            self.main = take(main)
            let count = self.main?.steps.count ?? 0
            let bad = self.main?.values.first { !NumberRule.loss.isMet(by: $0) }
            let line = self.main?.firstBadLine
            let dropped = self.main?.keep { NumberRule.loss.isMet(by: $1) } ?? 0
            if let bad, dropped > 0 {
                guard dropped * 10 <= count else {
                    throw RunFileError(
                        file: file, place: .init(line: line, column: main),
                        kind: .invalid(
                            field: "loss", value: "\(bad)",
                            rule: NumberRule.loss.sentence(for: bad)
                                + (dropped == 1 ? "" : " (\(dropped) of \(count) are not)")))
                }
                log.skip(
                    "losses \(bad > 0 ? "beyond all bounds" : "of zero or below")", count: dropped,
                    at: line)
            }
        }
        let own = self.log.series.compactMap { series in
            others[series.name].map { (place: $0, name: series.name) }
        }
        for (_, name) in own.sorted(by: { $0.place < $1.place }) {
            guard var series = take(name) else { continue }
            let line = series.firstBadLine
            let dropped = series.keep { NumberRule.loss.isMet(by: $1) }
            if dropped > 0 { log.skip("\(name) of zero or below", count: dropped, at: line) }
            guard !series.steps.isEmpty else { continue }
            series.unit = series.unit ?? LossName(name).unit
            further.append((LossColumns.seriesName(name), series))
        }
        if let main = self.main {
            warnAboutConstant(main)
            if let first = main.values.firstIndex(where: { !$0.isFinite }) {
                let count = main.values.count { !$0.isFinite }
                warnings.append(
                    "\(run.id): \(count) of \(main.values.count) losses are not finite, the first "
                        + "at step \(main.steps[first]); no fit uses them")
            }
        }
    }

    /// The same loss over and over is a logger's or a trainer's fault.
    private mutating func warnAboutConstant(_ series: LogSeries) {
        var length = 1
        for index in series.values.indices.dropFirst() {
            length = series.values[index] == series.values[index - 1] ? length + 1 : 1
            guard length >= 200 else { continue }
            warnings.append(
                "\(run.id): the loss is \(series.values[index]) at \(length) and more points in a "
                    + "row, up to step \(series.steps[index])")
            return
        }
    }

    mutating func take(_ names: [Point.Quantity: String], log: inout LogCollector) {
        for quantity in Point.Quantity.allCases {
            guard let name = names[quantity], var series = take(name) else { continue }
            let line = series.firstLine
            let dropped = series.keep { quantity.rule.isMet(by: $1) }
            if dropped > 0 {
                let words = quantity.rawValue.replacing("_", with: " ") + "s"
                log.skip("\(words) that are not finite or below 0", count: dropped, at: line)
            }
            // Tokens seen never fall: what falls counts something else.
            let falls = zip(series.values, series.values.dropFirst()).contains { $0 > $1 }
            if quantity != .tokenCount || !falls { quantities[quantity] = series }
        }
    }

    /// Takes times of day, told by their size from seconds of a step or since the start.
    mutating func takeTimes(_ name: String?) {
        guard let name, var series = take(name, mayRepeat: true),
            let first = series.values.first
        else { return }
        let scale = first > 1e11 ? 1e-3 : 1
        guard series.values.allSatisfy({ (1e9..<4e9).contains($0 * scale) }) else { return }
        series.scale(by: scale)
        times = series
    }

    mutating func takeFeatures(chosen: [String: String], log: inout LogCollector) {
        let used = Set(
            further.map(\.series.name) + quantities.values.map(\.name)
                + [main, times].compactMap { $0?.name })
        var left: [(name: String, count: Int, line: Int?)] = []
        for series in self.log.series where !used.contains(series.name) {
            let isConstant = series.values.allSatisfy { $0 == series.values.first }
            let isKnown =
                ColumnName(series.name).saysSetting || chosen.values.contains(series.name)
            if isConstant, isKnown, let value = series.values.first {
                self.log.note(series.name, Self.text(value))
            } else {
                left.append((series.name, series.count, series.firstLine))
            }
        }
        if !left.isEmpty {
            let shown = left.prefix(12).map(\.name).joined(separator: ", ")
            let more = left.count > 12 ? " and \(left.count - 12) more" : ""
            log.skip(
                "values that a point has no place for: \(shown)\(more)",
                count: left.map(\.count).reduce(0, +), at: left.compactMap(\.line).min())
        }
        takeMetadata(chosen, log: &log)
        if let last = quantities[.tokenCount]?.values.last, last > 0,
            run.features[.tokenCount] == nil
        {
            run.features[.tokenCount] = last
            if run.features[.batchTokens] == nil { run.features[.batchTokens] = tokensPerStep }
        }
        if let note = TableCompletion.complete(&run) { log.note(note) }
    }

    private static func text(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }

    /// Features out of settings by their usual names; the rest becomes tags.
    private mutating func takeMetadata(_ chosen: [String: String], log: inout LogCollector) {
        var settings = RunSettings(
            chosen: chosen, isRow: isRow, totalSteps: self.log.totalSteps)
        for (name, value) in self.log.metadata { settings.take(name, value, into: &run) }
        settings.finish(&run)
        self.log.totalSteps = settings.totalSteps
        for note in settings.notes { log.note(note) }
        if isRow, let step = main?.steps.last, run.features[.stepCount] == nil, step > 0 {
            run.features[.stepCount] = Double(step)
        }
    }

    /// Tokens of a step, where all counts are a whole multiple of their step.
    private var tokensPerStep: Double? {
        guard let tokens = quantities[.tokenCount], let step = tokens.steps.last, step > 0,
            let last = tokens.values.last
        else { return nil }
        let batch = last / Double(step)
        guard batch == batch.rounded(), batch >= 1 else { return nil }
        let fits = zip(tokens.steps, tokens.values).allSatisfy {
            abs($1 - Double($0) * batch) <= batch
        }
        return fits ? batch : nil
    }

    /// The run; nil where nothing of it is left.
    func finish() -> ImportedRun? {
        guard main?.steps.isEmpty == false || !further.isEmpty else { return nil }
        var run = run
        run.units["loss"] = main?.unit
        for (name, series) in further { run.units["loss/\(name)"] = series.unit }
        guard !isRow else {
            run.loss = main?.values.last
            var last = Point(step: Int(further.first?.series.steps.last ?? 0))
            for (name, series) in further { last.series[name] = series.values.last }
            run.points = last.isBlank ? [] : [last]
            var row = ImportedRun(run)
            row.totalSteps = log.totalSteps
            return row
        }
        var summaries: [ImportedRun.Series] = []
        if let main, !main.steps.isEmpty { summaries.append(Self.summary("loss", main)) }
        summaries += further.map { Self.summary("loss/\($0.name)", $0.series) }
        var columns: [(Point.Field, LogSeries)] = []
        if let main { columns.append((.loss(nil), main)) }
        columns += further.map { (.loss($0.name), $0.series) }
        for quantity in Point.Quantity.allCases {
            if let series = quantities[quantity] { columns.append((.quantity(quantity), series)) }
        }
        if let times { columns.append((.time, times)) }
        return ImportedRun(
            metadata: run, points: LogPoints(columns), series: summaries,
            learningRates: Self.shared(main, quantities[.learningRate]), totalSteps: log.totalSteps)
    }

    /// The number of steps that two series have both.
    private static func shared(_ a: LogSeries?, _ b: LogSeries?) -> Int {
        guard let a, let b else { return 0 }
        var next = 0
        return a.steps.count { step in
            while next < b.steps.count, b.steps[next] < step { next += 1 }
            return next < b.steps.count && b.steps[next] == step
        }
    }

    private static func summary(_ name: String, _ series: LogSeries) -> ImportedRun.Series {
        let count = series.values.count(where: \.isFinite)
        func end(_ index: Int?) -> (step: Int, loss: Double)? {
            index.map { (Int(series.steps[$0]), series.values[$0]) }
        }
        return ImportedRun.Series(
            name: name, unit: series.unit, points: count,
            first: end(series.values.firstIndex(where: \.isFinite)),
            last: end(series.values.lastIndex(where: \.isFinite)),
            notFinite: series.values.count - count)
    }
}
