/// Takes what a console format finds line by line.
package struct ConsoleLog {
    var log: LogCollector
    /// The current line's number.
    fileprivate(set) var line = 0
    let run: Int
    /// The last step that was logged.
    private(set) var lastStep: Int?
    /// Lines that held a point.
    private(set) var pointCount = 0
    /// Numbers of the names of a line, which the next line has in the same order.
    private var recent: [(name: String, id: Int)] = []
    private var place = 0

    init(_ log: LogCollector) {
        self.log = log
        run = self.log.run()
    }

    var options: ImportOptions { log.options }

    /// Adds a value at a step that a line gives as a number.
    ///
    /// - Returns: Whether the step is one.
    @discardableResult
    mutating func add(_ value: Double, _ name: String, at step: Double) -> Bool {
        guard let step = Int(exactly: step), step >= 0 else { return false }
        log.add(value, id(of: name), step: step, run: run, line: line)
        lastStep = step
        return true
    }

    private mutating func id(of name: String) -> Int {
        for offset in recent.indices {
            let index = (place + offset) % recent.count
            guard recent[index].name == name else { continue }
            place = index + 1
            return recent[index].id
        }
        let id = log.id(of: name)
        if recent.count < 16 { recent.append((name, id)) }
        return id
    }

    /// Adds all pairs of a line but some, under their own names.
    mutating func addAll(_ pairs: LogPairs, at step: Double, but names: [StaticString] = []) {
        for pair in pairs.pairs where !pair.name.isEmpty {
            if names.contains(where: { LogPairs.equal(pair.name, $0) }) { continue }
            add(pair.value, pair.name.string, at: step)
        }
    }

    /// Keeps the step at which training ends.
    mutating func end(at total: Double?) {
        guard let total, let steps = Int(exactly: total), steps > 0 else { return }
        log.update(run) { $0.totalSteps = steps }
    }

    mutating func note(_ name: String, _ value: Double) {
        let text = Int(exactly: value).map(String.init) ?? "\(value)"
        log.update(run) { $0.note(name, text) }
    }

    fileprivate mutating func countPoint() {
        pointCount += 1
        _ = log.countRow(of: run)
    }
}

/// Reads the lines of one program's console.
protocol ConsoleReader {
    init()

    /// Reads a line.
    ///
    /// - Parameters:
    ///   - line: The line without colours.
    ///   - pairs: Its named numbers.
    ///   - log: Takes the values.
    /// - Returns: Whether the line is this program's and was used; others are searched for settings.
    mutating func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool
}

/// A format that is read line by line from what a program prints.
protocol ConsoleFormat: LogFormat {
    associatedtype Reader: ConsoleReader

    /// Words of which each must be in the beginning of the file.
    var markers: [StaticString] { get }
}

extension ConsoleFormat {
    func recognises(_ head: LogHead) -> Confidence {
        guard head.first != nil, markers.allSatisfy(head.contains) else { return .none }
        return holdsPoints(head) ? .certain : .none
    }

    /// True when the reader finds values in the beginning of a file.
    func holdsPoints(_ head: LogHead) -> Bool {
        var reader = Reader()
        var log = ConsoleLog(LogCollector())
        var pairs = LogPairs()
        var lines = ConsoleLines()
        head.lines { line in
            guard log.log.runs.allSatisfy(\.series.isEmpty) else { return }
            lines.take(line) { line in
                pairs.scan(line)
                _ = reader.read(line, pairs, into: &log)
            }
        }
        return !log.log.runs.allSatisfy(\.series.isEmpty)
    }

    /// The process whose lines are read, of several that log into one console.
    private func rank(_ head: LogHead) -> LineRank? {
        var reader = Reader()
        var log = ConsoleLog(LogCollector())
        var pairs = LogPairs()
        return LineRank.chosen(head) { line in
            pairs.scan(line)
            return reader.read(line, pairs, into: &log) ? log.lastStep : nil
        }
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        var plain = ConsoleLines(rank: rank(LogHead(try source.head(LogHead.length))))
        let lines = LineReader(source)
        var console = ConsoleLog(log)
        var reader = Reader()
        var pairs = LogPairs()
        var unusedLines = 0
        while try lines.next() {
            console.line = lines.number
            plain.take(lines.line) { line in
                pairs.scan(line)
                if reader.read(line, pairs, into: &console) {
                    console.countPoint()
                } else if unusedLines < 20_000 {
                    unusedLines += 1
                    ConsoleSettings.take(line, pairs, into: &console)
                }
            }
        }
        log = console.log
        if plain.others > 0 {
            log.skip(
                "lines of other processes of a distributed training", count: plain.others, at: nil)
        }
    }
}

/// Settings that programs print before they begin: sizes, lengths, batches.
enum ConsoleSettings {
    /// Takes what a line says of the run by the usual names.
    static func take(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) {
        if takeTableRow(line, into: &log) { return }
        for pair in pairs.pairs where pair.name.count > 4 && pair.value >= 1 {
            let name = pair.name.string
            let (rest, scale) = unit(line.part(from: pair.start))
            guard let meaning = meaning(ColumnName(name)) else {
                if rest.hasPrefix(" total parameters") { log.note("num_parameters", pair.value) }
                continue
            }
            log.note(meaning, pair.value * scale)
        }
    }

    /// The text behind a number, and the factor that it says: `1.4 B`, `1.4 billion`.
    private static func unit(_ text: ByteText) -> (rest: ByteText, scale: Double) {
        let rest = ByteText(
            rebasing: text.drop { $0.isDigit || $0 == .comma || $0 == UInt8(ascii: ".") })
        let words: [(StaticString, Double)] = [
            (" B", 1e9), (" billion", 1e9), (" M", 1e6), (" million", 1e6),
        ]
        let scale = words.first { word, _ in
            rest.hasPrefix(word) && rest.at(word.utf8CodeUnitCount)?.isLetter != true
        }
        return (rest, scale?.1 ?? 1)
    }

    /// A row `| name | value |` of a printed table.
    private static func takeTableRow(_ line: ByteText, into log: inout ConsoleLog) -> Bool {
        guard line.hasPrefix("| "), line.last == UInt8(ascii: "|") else { return false }
        let cells = line.split(separator: UInt8(ascii: "|")).map {
            ByteText(rebasing: $0).trimmed.string
        }
        guard cells.count == 2, cells[0].utf8.count < 64 else { return false }
        if let meaning = meaning(ColumnName(cells[0])) {
            log.log.update(log.run) { $0.note(meaning, cells[1]) }
        } else {
            log.log.update(log.run) { $0.note(cells[0], cells[1]) }
        }
        return true
    }

    private static func meaning(_ column: ColumnName) -> String? {
        let name = column.normal
        if name.hasSuffix("number_of_non_embedding_parameters") { return "parameter_count" }
        if name.hasSuffix("total_number_of_parameters") { return "total_parameters" }
        let counts = [
            "number_of_parameters", "trainable_parameters", "number_of_model_parameters",
            "number_of_model_params_loaded",
        ]
        if name == "model_parameters" || counts.contains(where: name.hasSuffix) {
            return "num_parameters"
        }
        if name == "iters" { return "max_iters" }
        if name == "tokens_per_iteration_will_be" || name == "tokens_per_step" {
            return "batch_tokens"
        }
        if name.count > 4, name != "tokens", column.saysSetting,
            !ColumnAliases.tokenCount.contains(name)
        {
            return name
        }
        return nil
    }
}
