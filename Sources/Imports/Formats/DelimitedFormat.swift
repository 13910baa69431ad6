import Records

/// Comma-, tab- or semicolon-separated values under a header.
///
/// With a column of steps it is a log, and with a column of runs beside it a log of several; with
/// epochs and a loss alone it is Keras's `CSVLogger`; else it is a table of finished runs, a row
/// each. Two columns of numbers without a header are steps and losses.
struct DelimitedFormat: LogFormat {
    let name: String
    let title: String
    let sample: String
    private let separator: UInt8

    static let csv = DelimitedFormat(
        name: "csv", title: "comma-separated values, Lightning's metrics.csv, Keras's CSVLogger",
        sample: "step,loss,learning_rate", separator: .comma)
    static let tsv = DelimitedFormat(
        name: "tsv", title: "tab-separated values", sample: "step\tloss\tval_loss",
        separator: .tab)
    static let semicolons = DelimitedFormat(
        name: "csv-semicolon", title: "values separated by semicolons",
        sample: "step;loss;learning_rate", separator: UInt8(ascii: ";"))
    static let bars = DelimitedFormat(
        name: "table", title: "a table with bars, as in Markdown",
        sample: "| step | loss | val_loss |", separator: UInt8(ascii: "|"))
    static let blanks = DelimitedFormat(
        name: "columns", title: "columns apart by blanks, under a header",
        sample: "step    loss      learning_rate", separator: UInt8(ascii: " "))

    /// The most columns of a table: each takes a look at what its name may mean.
    static let mostColumns = 20_000

    func recognises(_ head: LogHead) -> Confidence {
        if header(below: head) != nil { return .likely }
        let header = columns(of: head)
        guard Self.isNames(header), head.first != UInt8(ascii: "{"), head.first != UInt8(ascii: "[")
        else {
            return .none
        }
        if separator == UInt8(ascii: "|") || separator == UInt8(ascii: " ") {
            // Any sentence has blanks, so that both a step and a loss are wanted.
            return Self.isLog(header) ? .likely : .none
        }
        let known = header.prefix(Self.mostColumns).lazy.map(ColumnName.init).contains {
            ColumnAliases.step.contains($0.normal) || $0.saysSetting || $0.normal == "epoch"
                || LossName($0.normal).mainRank == 0 || $0.normal == "id"
        }
        if header.count > 1 { return known || Self.isBare(header) ? .likely : .possible }
        return known && separator == .comma ? .possible : .none
    }

    /// True for cells that may be names: a sentence with commas is no header.
    private static func isNames(_ cells: [String]) -> Bool {
        cells.allSatisfy {
            $0.utf8.count < 480 && $0.count < 120 && !$0.contains(": ") && !$0.contains(" = ")
        }
    }

    /// True for a header with a step and a loss.
    private static func isLog(_ header: [String]) -> Bool {
        header.contains { LossName($0).saysLoss }
            && header.lazy.map(ColumnName.init).contains {
                ColumnAliases.step.contains($0.normal) || $0.normal == "epoch"
            }
    }

    /// The header of a table that stands below something else: comments, Excel's `sep=;`, the text
    /// of a report, what a program says before it begins; nil where there is none.
    private func header(below head: LogHead) -> [String]? {
        var isFirst = true
        var isDone = false
        var header: [String]?
        var found: [String]?
        head.lines(limit: 1_000) { line in
            defer { isFirst = false }
            guard !isDone, line.count < 4_096, !DelimitedReader.isRule(line, separator) else {
                return
            }
            let saysLoss = line.contains("oss") || line.contains("LOSS") || line.contains("nll")
            // Of most lines the cells are not looked at.
            guard header != nil || saysLoss else { return }
            let cells = DelimitedReader.cells(line, separator)
            let numbers = cells.count(where: isNumber)
            if let above = header, numbers > 1, (0...1).contains(cells.count - above.count) {
                (found, isDone) = (above, true)
                return
            }
            let isHeader =
                numbers == 0 && cells.count > 1 && Self.isNames(cells) && Self.isLog(cells)
            header = isHeader ? cells : nil
            isDone = isHeader && isFirst
        }
        return found
    }

    /// True for a number, with a comma before its decimals where no comma parts the cells.
    private func isNumber(_ cell: String) -> Bool {
        let text = separator == .comma ? cell : cell.replacing(",", with: ".")
        return [cell, text].contains { text in
            Array(text.utf8).withUnsafeBufferPointer { DecimalText.lenientNumber($0) != nil }
        }
    }

    /// True where commas stand before the decimals, as `3,1416` in what a German Excel saves.
    private func hasDecimalCommas(_ head: LogHead) -> Bool {
        guard separator == UInt8(ascii: ";") || separator == .tab else { return false }
        var hasCommas = false
        head.lines(limit: 200) { line in
            for cell in DelimitedReader.cells(line, separator) where !hasCommas {
                let parts = cell.split(separator: ",")
                guard parts.count == 2, Int(parts[0]) != nil, parts[1].first?.isNumber == true
                else { continue }
                let digits = parts[1].prefix(while: \.isNumber)
                // Three digits may be thousands.
                hasCommas = digits.count != 3 && Double("0.\(parts[1])") != nil
            }
        }
        return hasCommas
    }

    private static let bareColumns = ["step", "loss"]

    /// True for a first line of nothing but numbers, which is no header.
    private static func isBare(_ header: [String]) -> Bool {
        header.count > 1 && header.allSatisfy { Double($0.trimmingSpaces) != nil }
    }

    private func columns(of head: LogHead) -> [String] {
        Array(head.firstLine.utf8).withUnsafeBufferPointer { DelimitedReader.cells($0, separator) }
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        let head = LogHead(try source.head(LogHead.length))
        let lower = header(below: head)
        let header = lower ?? columns(of: head)
        guard header.count <= Self.mostColumns else {
            throw RunFileError(
                file: source.name,
                kind: .wrongShape(
                    expected: "at most \(Self.mostColumns) columns, not \(header.count)"))
        }
        let isBare = Self.isBare(header)
        guard !isBare || header.count == 2 else {
            throw RunFileError(
                file: source.name,
                kind: .notALog(
                    "has \(header.count) columns and no header; put one in front, such as "
                        + "step,loss,learning_rate"))
        }
        let roles = Roles(isBare ? Self.bareColumns : header, options: log.options)
        if roles.step == nil, !log.options.countsRows {
            return try readTable(source, header, into: &log)
        }
        let lines = LineReader(source)
        var reader: DelimitedReader
        if isBare {
            reader = DelimitedReader(
                columns: Self.bareColumns, separator: separator, file: source.name)
            log.note("there is no header: took the two columns for step and loss")
        } else {
            var above = 0
            repeat {
                guard try lines.next() else { throw RunFileError(file: source.name, kind: .empty) }
                if !lines.line.trimmed.isEmpty { above += 1 }
            } while lines.line.trimmed.isEmpty
                || lower.map { $0 != DelimitedReader.cells(lines.line, separator) } == true
            if above > 1 { log.skip("lines above the table", count: above - 1, at: 1) }
            let columns = DelimitedReader.cells(lines.line, separator)
            reader = DelimitedReader(columns: columns, separator: separator, file: source.name)
            reader.isAmongText = above > 1
        }
        reader.hasDecimalCommas = hasDecimalCommas(head)
        try reader.read(lines, into: &log) { columns, log throws(RunFileError) in
            try Self.uses(of: columns, file: source.name, &log)
        }
        if log.rowCount == 0 { throw RunFileError(file: source.name, kind: .noRows) }
    }

    /// The meaning of a log's columns.
    private static func uses(
        of columns: [String], file: String, _ log: inout LogCollector
    ) throws(RunFileError) -> [DelimitedReader.Use] {
        let roles = Roles(columns, options: log.options)
        guard roles.step != nil || log.options.countsRows else {
            throw RunFileError(file: file, kind: .missingColumn(wanted: "step", seen: columns))
        }
        if let step = roles.step, columns[step] != "step" {
            log.note(
                roles.isEpoch
                    ? "there are no steps: the points stand at their epochs"
                    : "took \"\(columns[step])\" for step")
        }
        if let run = roles.run { log.note("took \"\(columns[run])\" for the run") }
        var uses: [DelimitedReader.Use] = []
        for (index, column) in columns.enumerated() {
            if index == roles.step {
                uses.append(.step)
            } else if index == roles.run {
                uses.append(.run)
            } else if index == roles.metric {
                uses.append(.metric)
            } else if index == roles.value {
                uses.append(.value)
            } else if index == roles.context {
                uses.append(.context)
            } else if ColumnAliases.split.contains(ColumnName(column).normal) {
                uses.append(.split(id: log.id(of: column)))
            } else {
                uses.append(.scalar(id: log.id(of: column), run: nil))
            }
        }
        return uses
    }

    private func readTable(
        _ source: ByteSource, _ header: [String], into log: inout LogCollector
    ) throws(RunFileError) {
        let bytes = try source.readAll(limit: RunFileReader.defaultLimit)
        let rows = try CSVRows(bytes, separator: separator, file: source.name)
        log.table = try RunFileReader.table(
            .csv(rows), source.name, .required, options: log.options)
    }

    /// The columns that are no values.
    private struct Roles {
        var step: Int?
        var run: Int?
        var metric: Int?
        var value: Int?
        var context: Int?
        /// True when the steps are epochs.
        var isEpoch = false

        init(_ columns: [String], options: ImportOptions) {
            let names = columns.map { ColumnName($0).normal }
            func chosen(_ meaning: String) -> Int? {
                options.columns[meaning].flatMap { wanted in
                    columns.firstIndex(of: wanted)
                        ?? names.firstIndex(of: ColumnName(wanted).normal)
                }
            }
            step =
                chosen("step") ?? columns.firstIndex(of: "step")
                ?? names.firstIndex { ColumnAliases.step.contains($0) }
            let isSized = columns.contains {
                let feature = ColumnAliases.feature(ColumnName($0))
                return feature != nil && feature != .stepCount && feature != .tokenCount
            }
            if step == nil, !isSized {
                step = names.firstIndex { ColumnAliases.weakStep.contains($0) }
            }
            if step == nil, !isSized, let epoch = names.firstIndex(of: "epoch"),
                columns.contains(where: { LossName($0).saysLoss })
            {
                step = epoch
                isEpoch = true
            }
            guard step != nil else { return }
            run =
                chosen("run")
                ?? ColumnAliases.run.lazy.compactMap { names.firstIndex(of: $0) }.first
            func place(_ candidates: [String]) -> Int? {
                candidates.lazy.compactMap { names.firstIndex(of: $0) }.first
            }
            if let value = place(ColumnAliases.metricValue),
                let metric = place(ColumnAliases.metric)
            {
                (self.metric, self.value) = (metric, value)
                context = place(ColumnAliases.metricContext)
            }
        }
    }
}
