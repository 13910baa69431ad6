import JSONText

/// A JSON document: rows, columns side by side, or several runs.
///
/// - A list of objects, alone or under a name such as `points`, `history`, `log_history`: rows.
/// - Lists of numbers side by side under names, also in groups such as `train` and `val`: columns,
///   their steps the list among them that is called so, else counted.
/// - `{"loss": [[step, value], …]}` and TensorBoard's `[[time, step, value], …]`: points.
/// - `{"loss": {"0": 4.3, "10": 3.9}}`: points under their steps.
/// - `{"name": "run-a", "x": [1, 2], "y": [4.3, 3.9]}`, alone or in a list: the lines of a chart, as
///   ClearML, Comet and Plotly write them.
/// - What pandas writes: `{"step": {"0": 0, "1": 10}, "loss": {"0": 4.3, "1": 3.9}}`, `columns` and
///   `data` apart, names in a first list, or rows under their steps.
/// - Objects under `config`, `args`, `summary` and the like: metadata.
struct JSONDocumentFormat: LogFormat {
    let name = "json"
    let title = "a JSON document of rows, or of columns side by side"
    let sample =
        #"{"train": {"iter": [0, 50], "train_loss": [10.9, 7.3], "train_lr": [1e-4, 1e-3]}}"#

    /// Most bytes of a document, which is read as a whole.
    static let limit = 1 << 28

    func recognises(_ head: LogHead) -> Confidence {
        var text = head.bytes.lazy.filter { !$0.isBlank && !$0.isLineEnd }.makeIterator()
        switch (text.next(), text.next()) {
        case (UInt8(ascii: "{"), UInt8.quote), (UInt8(ascii: "["), UInt8(ascii: "{")),
            (UInt8(ascii: "["), UInt8(ascii: "[")):
            return .likely
        case (UInt8(ascii: "{"), UInt8(ascii: "}")), (UInt8(ascii: "["), UInt8(ascii: "]")):
            return .possible
        case (UInt8(ascii: "["), let byte?) where byte.isDigit || byte == .minus:
            // `[2024-06-01 10:00:00]` begins a line of a console.
            let number = head.bytes.drop { !$0.isDigit }.prefix { !$0.isLineEnd && $0 != .comma }
            return Array(number).withUnsafeBufferPointer { DecimalText.number($0.trimmed) } == nil
                ? .none : .possible
        default: return .none
        }
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        let document = try Self.document(source)
        if let sentence = Self.foreign(document) {
            throw RunFileError(file: source.name, kind: .notALog(sentence))
        }
        if let rows = Self.tableRows(document, options: log.options) {
            let rows = try JSONRows(rows, keys: ["points", "runs"], file: source.name)
            log.table = try RunFileReader.table(
                .json(rows), source.name, .required, options: log.options)
            return
        }
        var walker = JSONWalker(file: source.name, options: log.options)
        walker.walk(document, path: [], run: nil, into: &log)
        walker.finish(&log)
        if log.runs.allSatisfy(\.series.isEmpty), log.skipped.isEmpty {
            throw RunFileError(
                file: source.name,
                kind: .wrongShape(
                    expected: "a list of objects, or an object with one under `points` or `runs`"))
        }
    }

    static func document(_ source: ByteSource) throws(RunFileError) -> JSONValue {
        let bytes = try source.readAll(limit: limit)
        guard bytes.contains(where: { !$0.isBlank && !$0.isLineEnd }) else {
            throw RunFileError(file: source.name, kind: .empty)
        }
        return try JSONRows.decode(
            bytes, file: source.name, maximumValues: source.maximumValues)
    }

    /// A sentence about a document that is known and no log.
    private static func foreign(_ document: JSONValue) -> String? {
        guard case .object(let members) = document else { return nil }
        let names = Set(members.map(\.name))
        if names.contains("train_runtime"), names.contains("train_loss"),
            members.allSatisfy({ $0.value.double != nil })
        {
            return "is the summary of a finished training (as train_results.json), not its log; "
                + "import the trainer_state.json beside it"
        }
        if names.isSuperset(of: ["model_type", "architectures"]) {
            return "is a model's configuration, not a log"
        }
        if names.isSuperset(of: ["parameters", "termination", "law"]) {
            return "is a fit, not a log; give it with --fit"
        }
        return nil
    }

    /// The document, where its rows are finished runs.
    private static func tableRows(_ document: JSONValue, options: ImportOptions) -> JSONValue? {
        guard !options.countsRows, options.columns["step"] == nil else { return nil }
        let list = document["runs"] ?? document
        guard case .array(let items) = list, !items.isEmpty else { return nil }
        for case .object(let members) in items.prefix(20) {
            let isLog =
                RecordReader.hasStep(members)
                || members.contains { member in
                    if case .array = member.value { return true }
                    return member.name == "history" || member.name == "epoch"
                }
            if isLog { return nil }
        }
        let isTable = items.contains { item in
            guard case .object(let members) = item else { return false }
            return members.contains { member in
                ColumnName(member.name).saysSetting || LossName(member.name).saysLoss
            }
        }
        return isTable ? document : nil
    }
}

/// Walks through a document, taking whatever has the shape of values by step.
private struct JSONWalker {
    private let options: ImportOptions
    private var rows: RecordReader
    private var rowNumber = 0

    init(file: String, options: ImportOptions) {
        self.options = options
        rows = RecordReader(file: file, options: options)
    }

    mutating func finish(_ log: inout LogCollector) { rows.finish(&log) }

    mutating func walk(
        _ value: JSONValue, path: [String], run: String?, into log: inout LogCollector
    ) {
        guard path.count < 8 else { return }
        switch value {
        case .array(let items): walkList(items, path: path, run: run, into: &log)
        case .object(let members): walkObject(members, path: path, run: run, into: &log)
        default: break
        }
    }

    private mutating func walkList(
        _ items: [JSONValue], path: [String], run: String?, into log: inout LogCollector
    ) {
        if path.isEmpty, let points = Self.pairs(items) {
            return take(points, named: "value", path: path, run: run, into: &log)
        }
        if case .array(let names)? = items.first,
            let table = Self.columns(names: names, rows: items.dropFirst())
        {
            return take(table, path: path, run: run, into: &log)
        }
        let objects = items.compactMap { item -> [JSONValue.Member]? in
            guard case .object(let members) = item else { return nil }
            return members
        }
        guard objects.count * 2 > items.count else { return }
        let hasRuns = objects.allSatisfy { members in
            !RecordReader.hasStep(members)
                && members.contains { member in
                    switch member.value {
                    case .array, .object: true
                    default: false
                    }
                }
        }
        if hasRuns {
            for (index, members) in objects.enumerated() {
                let names = ["id", "run_id", "name", "run_name", "run"]
                let key = names.lazy
                    .compactMap { name in members.first { $0.name == name }?.value.text }.first
                walkObject(members, path: path, run: key ?? "\(index + 1)", into: &log)
            }
            return
        }
        if log.runs.isEmpty {
            rows.takesEpochs = !objects.contains(where: RecordReader.hasStep)
        }
        for item in items {
            rowNumber += 1
            guard case .object(let members) = item else {
                log.skip("items of a list that are no objects", at: nil)
                continue
            }
            rows.take(members, run: run, line: rowNumber, into: &log)
        }
    }

    private mutating func walkObject(
        _ members: [JSONValue.Member], path: [String], run: String?, into log: inout LogCollector
    ) {
        let isRow = members.contains {
            LossName($0.name).saysLoss && RecordReader.number($0.value) != nil
        }
        if isRow, RecordReader.hasStep(members) {
            rowNumber += 1
            return rows.take(members, run: run, line: rowNumber, into: &log)
        }
        if let rows = Self.keyedRows(members) {
            for row in rows {
                rowNumber += 1
                self.rows.take(row, run: run, line: rowNumber, into: &log)
            }
            return
        }
        let columns = Self.pandasColumns(members) ?? Self.columns(members)
        if let steps = columns["x"], let values = columns["y"] {
            let names = path.filter { !Self.silentGroups.contains($0.lowercased()) || $0 == "loss" }
            let name = names.isEmpty ? "value" : names.joined(separator: "/")
            return take(["step": steps, name: values], path: [], run: run, into: &log)
        }
        if !columns.isEmpty { take(columns, path: path, run: run, into: &log) }
        for member in members where columns[member.name] == nil {
            switch member.value {
            case .object(let inner):
                if Self.settings.contains(member.name.lowercased()) {
                    note(inner, prefix: "", run: run, into: &log)
                } else if let points = Self.keyedPoints(inner) {
                    take(points, named: member.name, path: path, run: run, into: &log)
                } else {
                    walkObject(inner, path: path + [member.name], run: run, into: &log)
                }
            case .array(let items):
                if let points = Self.pairs(items) {
                    take(points, named: member.name, path: path, run: run, into: &log)
                } else {
                    walkList(items, path: path + [member.name], run: run, into: &log)
                }
            case .null:
                break
            default:
                guard path.count < 2, let text = member.value.text else { continue }
                if member.name == "name" || member.name == "run_name" {
                    log.update(log.run(run)) { $0.name = $0.name ?? text }
                } else {
                    log.update(log.run(run)) { $0.note(member.name, text) }
                }
            }
        }
    }

    private static let settings: Set<String> = [
        "config", "args", "arguments", "hparams", "hyperparameters", "params", "summary",
        "settings", "metadata", "meta", "training_args", "configuration",
    ]

    private mutating func note(
        _ members: [JSONValue.Member], prefix: String, run: String?, into log: inout LogCollector
    ) {
        for member in members {
            let name = prefix.isEmpty ? member.name : "\(prefix)/\(member.name)"
            if case .object(let inner) = member.value {
                if inner.count == 1, let value = inner[0].value.text, inner[0].name == "value" {
                    log.update(log.run(run)) { $0.note(name, value) }
                } else if prefix.split(separator: "/").count < 3 {
                    note(inner, prefix: name, run: run, into: &log)
                }
            } else if let text = member.value.text {
                log.update(log.run(run)) { $0.note(name, text) }
            }
        }
    }

    // MARK: Columns

    /// The lists of numbers among members.
    private static func columns(_ members: [JSONValue.Member]) -> [String: [JSONValue]] {
        var columns: [String: [JSONValue]] = [:]
        for member in members {
            guard case .array(let items) = member.value, let first = items.first else { continue }
            let isNumber = RecordReader.number(first) != nil || first == .null
            if isNumber, items.contains(where: { RecordReader.number($0) != nil }) {
                columns[member.name] = items
            }
        }
        return columns
    }

    /// The columns of a table with its names apart: `[["step", "loss"], [0, 4.3], …]`.
    private static func columns(
        names: [JSONValue], rows: some Collection<JSONValue>
    ) -> [String: [JSONValue]]? {
        let texts = names.compactMap { name -> String? in
            if case .string(let text) = name { text } else { nil }
        }
        guard texts.count == names.count, Set(texts).count > 1, Set(texts).count == texts.count,
            !rows.isEmpty
        else { return nil }
        var columns = Array(repeating: [JSONValue](), count: texts.count)
        for row in rows {
            guard case .array(let cells) = row, cells.count == texts.count else { return nil }
            for (index, cell) in cells.enumerated() { columns[index].append(cell) }
        }
        return Dictionary(uniqueKeysWithValues: zip(texts, columns))
    }

    /// The columns of what pandas writes: `{"columns": ["step", "loss"], "data": [[0, 4.3], …]}`, or
    /// `{"step": {"0": 0, "1": 10}, "loss": {"0": 4.3, "1": 3.9}}` with rows for keys.
    private static func pandasColumns(_ members: [JSONValue.Member]) -> [String: [JSONValue]]? {
        func list(_ name: String) -> [JSONValue]? {
            guard case .array(let items) = members.first(where: { $0.name == name })?.value else {
                return nil
            }
            return items
        }
        if let names = list("columns"), let rows = list("data") {
            return columns(names: names, rows: rows)
        }
        var columns: [String: [JSONValue]] = [:]
        var keys: [String]?
        for member in members {
            guard case .object(let cells) = member.value, !cells.isEmpty,
                keys == nil || cells.map(\.name) == keys,
                cells.allSatisfy({ Int($0.name) != nil })
            else { return nil }
            keys = cells.map(\.name)
            columns[member.name] = cells.map(\.value)
        }
        let hasStep = columns.keys.contains { ColumnAliases.step.contains(ColumnName($0).normal) }
        return hasStep ? columns : nil
    }

    /// Rows under their steps: `{"0": {"loss": 4.3}, "10": {"loss": 3.9}}`.
    private static func keyedRows(_ members: [JSONValue.Member]) -> [[JSONValue.Member]]? {
        guard members.count > 1 else { return nil }
        var rows: [[JSONValue.Member]] = []
        for member in members {
            guard let step = Int(member.name), case .object(let row) = member.value,
                row.contains(where: { LossName($0.name).saysLoss && $0.value.double != nil })
            else { return nil }
            let named = RecordReader.hasStep(row) ? [] : [JSONValue.Member("step", .integer(step))]
            rows.append(named + row)
        }
        return rows
    }

    private mutating func take(
        _ columns: [String: [JSONValue]], path: [String], run: String?,
        into log: inout LogCollector
    ) {
        let names = columns.keys.sorted()
        let chosen = options.columns["step"]
        let stepName =
            names.first { $0 == chosen } ?? names.first { $0 == "step" }
            ?? names.first { ColumnAliases.step.contains(ColumnName($0).normal) }
            ?? names.first { ColumnAliases.weakStep.contains(ColumnName($0).normal) }
        let epochs = names.first { $0 == "epoch" || $0 == "epochs" }
        let steps = (stepName ?? epochs).flatMap { columns[$0] }
        let target = log.run(run)
        if let stepName, stepName != "step" { log.note("took \"\(stepName)\" for step") }
        if steps == nil { log.note("there are no steps: the places in the lists are taken") }
        for name in names where name != stepName && name != epochs {
            guard let values = columns[name] else { continue }
            let full = Self.name(name, in: path)
            if let steps, steps.count != values.count {
                log.skip(
                    "values of \(full): \(values.count) beside \(steps.count) steps",
                    count: values.count, at: nil)
                continue
            }
            let id = log.id(of: full)
            for (index, value) in values.enumerated() {
                guard let number = RecordReader.number(value) else { continue }
                let step = steps.map { RecordReader.step($0[index]) ?? -1 } ?? index
                log.add(
                    number, id, step: log.options.countsRows ? index : step, run: target, line: nil)
            }
        }
    }

    /// A name with its group before it, unless the group is in it or says nothing.
    private static func name(_ name: String, in path: [String]) -> String {
        guard let group = path.last, !silentGroups.contains(group.lowercased()) else { return name }
        let words = Set(ColumnName(name).words)
        if Set(ColumnName(group).words).isSubset(of: words) { return name }
        return "\(group)/\(name)"
    }

    private static let silentGroups: Set<String> = [
        "history", "metrics", "log", "logs", "data", "results", "curves", "scalars", "losses",
    ]

    // MARK: Points

    /// `[[step, value], …]`, or TensorBoard's `[[time, step, value], …]`.
    private static func pairs(_ items: [JSONValue]) -> [(step: Int, value: Double)]? {
        guard case .array(let first) = items.first, first.count == 2 || first.count == 3 else {
            return nil
        }
        var points: [(step: Int, value: Double)] = []
        for item in items {
            guard case .array(let parts) = item, parts.count == first.count,
                let step = RecordReader.step(parts[parts.count - 2]),
                let value = RecordReader.number(parts[parts.count - 1])
            else { return nil }
            points.append((step, value))
        }
        return points
    }

    /// `{"0": 4.3, "10": 3.9}`.
    private static func keyedPoints(
        _ members: [JSONValue.Member]
    ) -> [(step: Int, value: Double)]? {
        guard members.count > 1 else { return nil }
        var points: [(step: Int, value: Double)] = []
        for member in members {
            guard let step = Int(member.name), let value = RecordReader.number(member.value) else {
                return nil
            }
            points.append((step, value))
        }
        return points
    }

    private mutating func take(
        _ points: [(step: Int, value: Double)], named name: String, path: [String], run: String?,
        into log: inout LogCollector
    ) {
        let target = log.run(run)
        let id = log.id(of: Self.name(name, in: path))
        for point in points { log.add(point.value, id, step: point.step, run: target, line: nil) }
    }
}
