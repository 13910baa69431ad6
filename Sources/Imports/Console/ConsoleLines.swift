/// Lines of a console as readers want them: one for each thing said, of one process.
///
/// A dictionary that Python prints over several lines (`pprint`) becomes one line. Of the processes of
/// a distributed training the lowest that logs losses is read, the others say the same again.
struct ConsoleLines {
    /// The process that is read; nil where lines do not say theirs.
    private let rank: LineRank?
    private var block: [UInt8] = []
    /// Lines of other processes so far.
    private(set) var others = 0

    init(rank: LineRank? = nil) {
        self.rank = rank
    }

    /// Takes a line.
    ///
    /// - Parameters:
    ///   - line: The line as it stands.
    ///   - body: Called with a line without colours and without the process's name.
    mutating func take(_ line: ByteText, _ body: (ByteText) -> Void) {
        TerminalText.plain(line) { line in
            guard line.count < 1 << 16 else { return }
            guard block.isEmpty else { return join(line, body) }
            var line = line
            if let rank, let found = LineRank(of: line, counts: rank.isCounted) {
                guard found.number == rank.number else {
                    others += 1
                    return
                }
                line = line.part(from: found.end)
            }
            line = Self.withoutLogger(line)
            let text = line.trimmed
            if text.hasPrefix("{'"), !text.contains(UInt8(ascii: "}")) {
                block = Array(text)
            } else {
                body(line)
            }
        }
    }

    /// The line behind `INFO:root:`, which Python's logging prints before it where nobody says how.
    private static func withoutLogger(_ line: ByteText) -> ByteText {
        for level: StaticString in ["INFO:", "DEBUG:", "WARNING:"] {
            guard let rest = line.dropping(level), let end = rest.firstIndex(of: ":"), end < 80,
                !rest.part(0..<end).contains(where: \.isBlank)
            else { continue }
            return rest.part(from: end + 1)
        }
        return line
    }

    /// Adds a line to the dictionary that began above it; one that is no member ends it.
    private mutating func join(_ line: ByteText, _ body: (ByteText) -> Void) {
        let isMember = line.trimmed.first == UInt8(ascii: "'") && block.count < 1 << 14
        if isMember { block += line }
        guard !isMember || line.trimmed.last == UInt8(ascii: "}") else { return }
        block.withUnsafeBufferPointer(body)
        block = []
        if !isMember { take(line, body) }
    }
}

/// The process of a distributed training that a line names: `[rank3]:`, `[1,mpirank:0,algo-1]`, `0: `.
struct LineRank: Equatable {
    let number: Int
    /// The place behind the name; 0 where it stands within the line.
    fileprivate let end: Int
    /// True for a bare number in front of a line, as `srun --label` writes it.
    fileprivate let isCounted: Bool

    /// Finds the process of a line.
    ///
    /// - Parameters:
    ///   - line: The line without colours.
    ///   - counts: True where a bare number is one.
    fileprivate init?(of line: ByteText, counts: Bool) {
        if counts {
            guard let end = line.firstIndex(of: UInt8(ascii: ":")), (1...5).contains(end),
                let number = Self.number(line.part(0..<end).trimmed)
            else { return nil }
            (self.number, self.end, isCounted) = (number, end + 1, true)
            return
        }
        isCounted = false
        if line.first == UInt8(ascii: "["), let close = line.firstIndex(of: UInt8(ascii: "]")),
            close < 60, let number = Self.bracketed(line.part(1..<close))
        {
            var end = close + 1
            for stream: StaticString in ["<stdout>", "<stderr>", ":"]
            where line.part(from: end).hasPrefix(stream) {
                end += stream.utf8CodeUnitCount
            }
            (self.number, self.end) = (number, end)
            return
        }
        for word: StaticString in ["rank", "Rank", "RANK"] {
            guard let place = line.part(0..<min(line.count, 120)).firstIndex(of: word) else {
                continue
            }
            let rest = line.part(from: place + word.utf8CodeUnitCount)
            guard let mark = rest.first, !mark.isLetter, mark != UInt8(ascii: "_") else { continue }
            let digits = rest.drop { " :=[".utf8.contains($0) }.prefix { $0.isDigit }
            guard let number = Self.number(ByteText(rebasing: digits)) else { continue }
            (self.number, end) = (number, 0)
            return
        }
        return nil
    }

    /// The number in `rank3`, `default3`, `1,mpirank:3,algo-1`, `1,3`.
    private static func bracketed(_ text: ByteText) -> Int? {
        if let rest = text.after("mpirank:") {
            return number(ByteText(rebasing: rest.prefix { $0.isDigit }))
        }
        if let rest = text.dropping("1,") { return number(rest) }
        // `kubectl logs --prefix`: [pod/train-worker-3/container].
        if let pod = text.dropping("pod/")?.prefix(while: { $0 != UInt8(ascii: "/") }) {
            return pod.lastIndex(of: .minus)
                .flatMap { number(ByteText(rebasing: pod[($0 + 1)...])) }
        }
        for word: StaticString in ["rank", "default", "trainer", "worker", "Rank ", "RANK:"] {
            if let rest = text.dropping(word) { return number(rest) }
        }
        return nil
    }

    private static func number(_ digits: ByteText) -> Int? {
        guard !digits.isEmpty, digits.count < 6, digits.allSatisfy(\.isDigit) else { return nil }
        return Int(digits.string)
    }

    /// The process to read, by the beginning of a log; nil where its lines name none.
    ///
    /// - Parameters:
    ///   - head: The beginning.
    ///   - step: The step of a line that logs a loss; nil for other lines.
    /// - Returns: The process.
    static func chosen(_ head: LogHead, _ step: (ByteText) -> Int?) -> LineRank? {
        var lowest: LineRank?
        var counted: LineRank?
        var previous: (number: Int, step: Int)?
        var isShared = false
        func isLower(_ rank: LineRank, than other: LineRank?) -> Bool {
            rank.number < other?.number ?? .max
        }
        head.lines { line in
            if let rank = LineRank(of: line, counts: false) {
                guard step(line.part(from: rank.end)) != nil else { return }
                if isLower(rank, than: lowest) { lowest = rank }
            } else if let rank = LineRank(of: line, counts: true),
                let step = step(line.part(from: rank.end))
            {
                // Numbers in front of lines may be anything, unless several log the same step.
                if let previous, previous.step == step, previous.number != rank.number {
                    isShared = true
                }
                previous = (rank.number, step)
                if isLower(rank, than: counted) { counted = rank }
            }
        }
        return lowest ?? (isShared ? counted : nil)
    }
}
