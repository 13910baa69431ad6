import Records
import Schedules

/// Rows of delimited text as values by step: what CSV, TSV and W&B's chart export have in common.
///
/// It works on bytes; a cell becomes a string only where it names something. Loggers' habits: a
/// blank cell is missing and not zero, the header may stand again in the middle, also a longer one
/// after a restart, rows may be cut.
struct DelimitedReader {
    /// The meaning of a column.
    enum Use {
        case step
        case run
        /// The names of a table with one value per row.
        case metric
        /// That table's values.
        case value
        /// The set that such a value is of, as `{"subset": "val"}`.
        case context
        /// The set that all values of the row are of, as `val`.
        case split(id: Int)
        /// A value of the row's run, or of a run that has the column for itself.
        case scalar(id: Int, run: Int?)
        /// Words, a tag where they are the same everywhere.
        case text(name: String)
        case unused
    }

    /// A column of values, as rows are read by.
    private struct Scalar {
        let column: Int
        let id: Int
        let run: Int?
        /// True when values are kept, and not only counted.
        let isKept: Bool
    }

    let separator: UInt8
    private(set) var columns: [String]
    /// The columns that are values, and all others with what they are.
    private var scalars: [Scalar] = []
    private var others: [(column: Int, use: Use)] = []
    private var texts: [String: (first: String, varies: Bool, count: Int, line: Int)] = [:]
    private var fields: [Range<Int>] = []
    /// The values of a plain row, before it is known to be one; nil for those that are only counted.
    private var row: [(id: Int, value: Double?)] = []
    /// True where rows may be plain: one step, and values of one run beside it.
    private var mayBePlain = false
    private var runs: [[UInt8]: Int] = [:]
    private let file: String
    private var headerCount = 0
    /// True where other text may follow the table.
    var isAmongText = false
    /// True where `3,14` is a number with decimals.
    var hasDecimalCommas = false
    /// True where rows begin with a name that the header has no column for, as R and pandas print.
    private var hasRowNames: Bool?

    /// Begins with the columns of a header.
    ///
    /// - Parameters:
    ///   - columns: The header's cells.
    ///   - separator: Comma, tab or semicolon.
    ///   - file: Name for errors.
    init(columns: [String], separator: UInt8, file: String) {
        self.separator = separator
        self.file = file
        self.columns = columns
    }

    /// The cells of a line as text.
    static func cells(_ line: ByteText, _ separator: UInt8) -> [String] {
        var fields: [Range<Int>] = []
        _ = split(line, separator, into: &fields)
        return fields.map { text(line.part($0)) }
    }

    /// Reads the rows under the header.
    ///
    /// - Parameters:
    ///   - lines: Stands on the header.
    ///   - log: Takes the values.
    ///   - plan: What the columns of a header are; a later header asks again.
    /// - Throws: `RunFileError` for content that cannot be read.
    mutating func read(
        _ lines: LineReader, into log: inout LogCollector,
        plan: ([String], inout LogCollector) throws(RunFileError) -> [Use]
    ) throws(RunFileError) {
        take(try plan(columns, &log), log)
        if let repeated = Self.repeated(columns) {
            throw RunFileError(
                file: file, place: .init(line: lines.number, column: repeated),
                kind: .repeatedColumn)
        }
        let hasRuns = others.contains { if case .run = $0.use { true } else { false } }
        let plainRun = hasRuns ? nil : log.run()
        while try lines.next() {
            if mayBePlain, let plainRun, takePlain(lines, run: plainRun, into: &log) { continue }
            guard !lines.line.trimmed.isEmpty, !Self.isRule(lines.line, separator) else { continue }
            var isClosed = Self.split(lines.line, separator, into: &fields)
            while !isClosed, try lines.joinNext() {
                isClosed = Self.split(lines.line, separator, into: &fields)
            }
            if !isClosed {
                log.fault(
                    fault(.unclosedQuote, lines), reason: "a quoted field that is not closed")
                continue
            }
            if isHeader(lines.line) {
                let names = Self.cells(lines.line, separator)
                if names != columns {
                    columns = names
                    take(try plan(columns, &log), log)
                    log.note("line \(lines.number) has another header, which holds from there on")
                }
                headerCount += 1
                continue
            }
            if hasRowNames == nil, separator == UInt8(ascii: " ") || separator == .tab {
                hasRowNames =
                    fields.count == columns.count + 1 && !columns.contains("")
                    && !Self.trimmed(lines.line, fields[fields.count - 1]).isEmpty
            }
            if hasRowNames == true, fields.count > columns.count { fields.removeFirst() }
            if fields.count != columns.count, !mends(lines.line) {
                if isAmongText {
                    log.skip("lines below the table", at: lines.number)
                } else if !lines.isComplete {
                    log.skip("the last line, which is cut off", at: lines.number)
                } else {
                    _ = log.countRow(of: log.run(log.runs.first?.key))
                    log.fault(
                        fault(
                            .fieldCount(found: fields.count, expected: columns.count), lines),
                        reason: "rows that have another number of fields than the header")
                }
                continue
            }
            take(lines, run: plainRun, into: &log)
        }
        if headerCount > 0 {
            log.skip("headers repeated among the rows", count: headerCount, at: nil)
        }
        finish(&log)
    }

    private mutating func take(_ uses: [Use], _ log: LogCollector) {
        (scalars, others) = ([], [])
        for (column, use) in uses.enumerated() {
            if case .scalar(let id, let run) = use {
                scalars.append(
                    Scalar(column: column, id: id, run: run, isKept: log.keeps(id)))
            } else {
                others.append((column, use))
            }
        }
        if others.count == 1, case .step = others[0].use {
            mayBePlain =
                separator != UInt8(ascii: " ") && separator != UInt8(ascii: "|")
                && !log.options.countsRows && scalars.allSatisfy { $0.run == nil }
        } else {
            mayBePlain = false
        }
    }

    private static func repeated(_ columns: [String]) -> String? {
        var seen: Set<String> = []
        return columns.first { !$0.isEmpty && !seen.insert($0).inserted }
    }

    private func fault(_ kind: RunFileError.Kind, _ lines: LineReader, column: Int? = nil)
        -> RunFileError
    {
        RunFileError(
            file: file,
            place: .init(line: lines.number, column: column.map { columns[$0] }), kind: kind)
    }

    /// True when the row names columns: its step is no number but a column's name.
    private func isHeader(_ line: ByteText) -> Bool {
        guard let first = columns.indices.first(where: { !columns[$0].isEmpty }),
            first < fields.count
        else { return false }
        let cell = Self.trimmed(line, fields[first])
        guard let byte = cell.first, byte.isLetter || byte == UInt8(ascii: "_") || byte == .quote
        else { return false }
        let names = Self.cells(line, separator)
        return names.count { columns.contains($0) && !$0.isEmpty } * 2
            > min(names.count, columns.count)
    }

    /// Blank fields at the end are no fields too many, and blank columns at the end none too few.
    private mutating func mends(_ line: ByteText) -> Bool {
        if fields.count > columns.count {
            guard fields[columns.count...].allSatisfy({ Self.trimmed(line, $0).isEmpty }) else {
                return false
            }
            fields.removeLast(fields.count - columns.count)
            return true
        }
        guard columns[fields.count...].allSatisfy(\.isEmpty) else { return false }
        while fields.count < columns.count { fields.append(0..<0) }
        return true
    }

    private mutating func take(
        _ lines: LineReader, run plainRun: Int?, into log: inout LogCollector
    ) {
        let line = lines.line
        var run = plainRun ?? 0
        var step: Int?
        var stepFault: RunFileError?
        var metric: String?
        var context = ""
        var split: String?
        var value: Int?
        for (index, use) in others {
            let cell = Self.trimmed(line, fields[index])
            switch use {
            case .run:
                let key = Array(cell)
                if let known = runs[key] {
                    run = known
                } else {
                    run = log.run(Self.text(cell))
                    runs[key] = run
                }
            case .step: (step, stepFault) = self.step(cell, index, lines)
            case .metric: metric = Self.text(cell)
            case .context: context = Self.lastWord(Self.text(cell))
            case .value: value = index
            case .split(let id):
                guard !cell.isEmpty else { break }
                if LossName(Self.text(cell)).isHeldOut { split = Self.text(cell) }
                _ = take(cell, index, id, step, run, lines, &log)
            case .text(let name): if !cell.isEmpty { note(cell, name, lines.number) }
            case .scalar, .unused: break
            }
        }
        let row = log.countRow(of: run)
        if log.options.countsRows { (step, stepFault) = (row, nil) }
        var isBlank = true
        for scalar in scalars {
            let cell = Self.trimmed(line, fields[scalar.column])
            guard !cell.isEmpty else { continue }
            if !scalar.isKept, let step, cell.allSatisfy(Self.isNumeral) {
                isBlank = false
                log.count(scalar.id, step: step, run: scalar.run ?? run, line: lines.number)
            } else if take(
                cell, scalar.column, id(scalar, split, &log), step, scalar.run ?? run, lines, &log)
            {
                isBlank = false
            }
        }
        if let value, let metric {
            let cell = Self.trimmed(line, fields[value])
            let id = log.id(of: context.isEmpty ? metric : "\(context)/\(metric)")
            if !cell.isEmpty, take(cell, value, id, step, run, lines, &log) { isBlank = false }
        }
        if !isBlank, let stepFault {
            log.fault(
                stepFault, reason: "rows without a step that is a whole number from 0 to 10^8")
        }
    }

    /// The number of a scalar's name in a row of some set.
    private func id(_ scalar: Scalar, _ split: String?, _ log: inout LogCollector) -> Int {
        guard let split else { return scalar.id }
        return log.id(of: LossName.name(columns[scalar.column], of: split))
    }

    /// Takes a row of nothing but numbers under one step, as nearly all are.
    ///
    /// It finds what the careful way finds, several times as fast. Nothing is taken before the whole
    /// row has been read, so that any doubt (a quote, a word, a cell too few) is left to that way.
    ///
    /// - Returns: Whether the row was taken.
    private mutating func takePlain(
        _ lines: LineReader, run: Int, into log: inout LogCollector
    ) -> Bool {
        let line = lines.line
        row.removeAll(keepingCapacity: true)
        var step: Int?
        var start = 0
        var next = 0
        for column in columns.indices {
            var end = start
            while end < line.count, line[end] != separator { end += 1 }
            // Every column but the last ends at a separator, and the last at none.
            guard (end < line.count) == (column + 1 < columns.count) else { return false }
            let cell = line.part(start..<end)
            start = end + 1
            if column == others[0].column {
                step = DecimalText.simple(cell).flatMap(Int.init(exactly:))
                continue
            }
            let scalar = scalars[next]
            next += 1
            guard !cell.isEmpty else { continue }
            if scalar.isKept {
                guard let value = DecimalText.simple(cell) else { return false }
                row.append((scalar.id, value))
            } else {
                guard cell.allSatisfy(Self.isNumeral) else { return false }
                row.append((scalar.id, nil))
            }
        }
        guard let step, (0...ScheduleLimits.steps).contains(step) else { return false }
        _ = log.countRow(of: run)
        for (id, value) in row {
            if let value {
                log.add(value, id, step: step, run: run, line: lines.number)
            } else {
                log.count(id, step: step, run: run, line: lines.number)
            }
        }
        return true
    }

    private static func isNumeral(_ byte: UInt8) -> Bool {
        byte.isDigit || byte == UInt8(ascii: ".") || byte == .minus
            || byte | 0x20 == UInt8(ascii: "e")
    }

    /// Takes a cell that is not blank.
    ///
    /// - Returns: True for a number, or text in its place.
    private mutating func take(
        _ cell: ByteText, _ column: Int, _ id: Int, _ step: Int?, _ run: Int, _ lines: LineReader,
        _ log: inout LogCollector
    ) -> Bool {
        if let value = number(cell) {
            if let step { log.add(value, id, step: step, run: run, line: lines.number) }
            return true
        }
        if Self.isMissing(cell) { return false }
        let name = columns[column]
        if let time = RecordReader.time(cell.string, name) {
            if let step { log.add(time, id, step: step, run: run, line: lines.number) }
            return false
        }
        guard LossName(name).saysLoss || ColumnAliases.isLearningRate(ColumnName(name)) else {
            note(cell, name, lines.number)
            return false
        }
        log.fault(
            fault(
                .invalid(
                    field: name, value: "\"\(cell.string)\"", rule: NumberRule.loss.sentence),
                lines, column: column),
            reason: "text where a number should be")
        return false
    }

    private func number(_ cell: ByteText) -> Double? {
        guard hasDecimalCommas else {
            return DecimalText.number(cell) ?? DecimalText.lenientNumber(cell)
        }
        let text = cell.filter { $0 != UInt8(ascii: ".") }
            .map { $0 == .comma ? UInt8(ascii: ".") : $0 }
        return text.withUnsafeBufferPointer(DecimalText.lenientNumber)
    }

    private func step(_ cell: ByteText, _ index: Int, _ lines: LineReader) -> (Int?, RunFileError?)
    {
        let number = number(cell)
        if let step = number.flatMap(Int.init(exactly:)), (0...100_000_000).contains(step) {
            return (step, nil)
        }
        let shown =
            number.map { Int(exactly: $0).map(String.init) ?? "\($0)" }
            ?? (cell.isEmpty ? "blank" : "\"\(cell.string)\"")
        return (
            nil,
            fault(
                .invalid(field: "step", value: shown, rule: NumberRule.step.sentence), lines,
                column: index)
        )
    }

    private mutating func note(_ cell: ByteText, _ name: String, _ line: Int) {
        guard var known = texts[name] else {
            texts[name] = (Self.text(cell), false, 1, line)
            return
        }
        known.count += 1
        if !known.varies { known.varies = known.first != Self.text(cell) }
        texts[name] = known
    }

    private func finish(_ log: inout LogCollector) {
        for (name, text) in texts.sorted(by: { $0.value.line < $1.value.line }) {
            if text.varies {
                log.skip("text in column \"\(name)\"", count: text.count, at: text.line)
            } else if !name.isEmpty {
                for run in log.runs.indices { log.update(run) { $0.note(name, text.first) } }
            }
        }
    }

    private static func isMissing(_ cell: ByteText) -> Bool {
        let words: [StaticString] = [
            "null", "NULL", "None", "none", "N/A", "n/a", "NA", "-", "--", "No log",
        ]
        return words.contains { cell.count == $0.utf8CodeUnitCount && cell.hasPrefix($0) }
    }

    /// The line between a Markdown table's header and its rows.
    static func isRule(_ line: ByteText, _ separator: UInt8) -> Bool {
        separator == UInt8(ascii: "|") && line.contains(UInt8.minus)
            && line.allSatisfy { "|-+=: \t".utf8.contains($0) }
    }

    /// The last word of a text.
    private static func lastWord(_ text: String) -> String {
        text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.last.map(String.init) ?? ""
    }

    // MARK: Fields

    /// Marks the fields of a line; false where a quoted one is not closed.
    private static func split(
        _ line: ByteText, _ separator: UInt8, into fields: inout [Range<Int>]
    ) -> Bool {
        fields.removeAll(keepingCapacity: true)
        guard separator != UInt8(ascii: " ") else {
            var index = 0
            while index < line.count {
                let start = index
                while let byte = line.at(index), !byte.isBlank { index += 1 }
                if index > start { fields.append(start..<index) }
                while line.at(index)?.isBlank == true { index += 1 }
            }
            return true
        }
        var start = 0
        var index = 0
        while index < line.count {
            let byte = line[index]
            if byte == separator {
                fields.append(start..<index)
                start = index + 1
            } else if byte == .quote, isFieldStart(line, start, index) {
                index += 1
                while index < line.count {
                    if line[index] == .quote {
                        guard line.at(index + 1) == .quote else { break }
                        index += 1
                    }
                    index += 1
                }
                guard index < line.count else { return false }
            }
            index += 1
        }
        fields.append(start..<line.count)
        return true
    }

    private static func isFieldStart(_ line: ByteText, _ start: Int, _ index: Int) -> Bool {
        var place = start
        while place < index {
            guard line[place].isBlank else { return false }
            place += 1
        }
        return true
    }

    /// A field without blanks and quotes around it.
    private static func trimmed(_ line: ByteText, _ range: Range<Int>) -> ByteText {
        let field = line.part(range).trimmed
        guard field.count >= 2, field[0] == .quote, field[field.count - 1] == .quote else {
            return field
        }
        return field.part(1..<field.count - 1).trimmed
    }

    /// A field as text, doubled quotes undoubled.
    private static func text(_ field: ByteText) -> String {
        let trimmed = trimmed(field, 0..<field.count)
        let text = trimmed.string
        return text.contains("\"\"") ? text.replacing("\"\"", with: "\"") : text
    }
}
