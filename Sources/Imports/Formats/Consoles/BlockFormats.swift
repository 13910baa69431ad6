/// Programs that print a step in one line and its values in the lines below it.
///
/// The step stands in brackets, `[step=10/10000,epoch=0]` or `[batch=1/100]`; the values are
/// indented.
struct BlockReader {
    private var step: Double?

    /// Reads a line.
    ///
    /// - Parameters:
    ///   - line: The line.
    ///   - pairs: Its named numbers.
    ///   - word: What the step is called.
    ///   - log: Takes the values.
    ///   - value: The name and value of an indented line; nil if it is none.
    /// - Returns: Whether the line belongs to a block.
    mutating func read(
        _ line: ByteText, _ pairs: LogPairs, word: StaticString, into log: inout ConsoleLog,
        value: (ByteText) -> (name: String, value: Double)?
    ) -> Bool {
        if Self.isHead(line, word),
            let pair = pairs.pairs.first(where: { LogPairs.equal($0.name, word) })
        {
            step = pair.value
            log.end(at: pair.total)
            return false
        }
        guard let first = line.first, first.isBlank else {
            // What an evaluation prints belongs to the batch before it.
            step = line.hasPrefix("[Eval ") ? log.lastStep.map(Double.init) : nil
            return false
        }
        guard let step else { return false }
        guard let (name, number) = value(line.trimmed) else { return false }
        return log.add(number, name, at: step)
    }

    /// True for a line with a bracket that begins with a word: `[epoch=1][batch=1/100]:`.
    private static func isHead(_ line: ByteText, _ word: StaticString) -> Bool {
        var text = line
        while let rest = text.after("[") {
            if rest.hasPrefix(word) { return rest.contains("]") }
            text = rest
        }
        return false
    }
}

/// OLMo's and OLMo-core's console: `name=value` lines under a step.
struct OLMoFormat: ConsoleFormat {
    let name = "olmo"
    let title = "OLMo and OLMo-core, console"
    let sample = "[step=10/10000,epoch=0]\n    train/CrossEntropyLoss=9.064"
    let markers: [StaticString] = ["[step=", "    "]

    struct Reader: ConsoleReader {
        private var block = BlockReader()

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            block.read(line, pairs, word: "step", into: &log) { text in
                guard let sign = text.firstIndex(of: UInt8(ascii: "=")),
                    let value = DecimalText.lenientNumber(text.part(from: sign + 1))
                else { return nil }
                return (text.part(0..<sign).string, value)
            }
        }
    }
}

/// Composer's console: `Train name: value` lines under a batch.
struct ComposerFormat: ConsoleFormat {
    let name = "composer"
    let title = "MosaicML Composer and LLM Foundry, console"
    let sample = "[batch=1/100]:\n         Train loss/train/total: 10.9736"
    let markers: [StaticString] = ["[batch=", "Train "]

    struct Reader: ConsoleReader {
        private var block = BlockReader()

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            block.read(line, pairs, word: "batch", into: &log) { text in
                guard let sign = text.firstIndex(of: ": "),
                    let value = DecimalText.lenientNumber(text.part(from: sign + 2))
                else { return nil }
                let name = text.part(0..<sign)
                if let rest = name.dropping("Train ") {
                    // What is trained on; the cross entropy beside it may lack a term.
                    if LogPairs.equal(rest, "loss/train/total") { return ("loss", value) }
                    return (rest.contains("loss") ? rest.string : "train/\(rest.string)", value)
                }
                if let rest = name.dropping("Eval ") { return ("eval/\(rest.string)", value) }
                return (name.string, value)
            }
        }
    }
}

/// A step in one line and its losses in those below it, as in YAML: `step: 10`, `loss: 3.2`.
///
/// For logs without a line that has both. The lines below a step go on to the next one, eight at most:
/// a dictionary or a few names with a value each.
struct StepBlockFormat: ConsoleFormat {
    let name = "step-block"
    let title = "any console or YAML with a step in one line and its losses in those below"
    let sample = "- step: 10\n  loss: 3.2\n  lr: 1e-4"
    let markers: [StaticString] = []

    func recognises(_ head: LogHead) -> Confidence {
        // A console with both in a line is found out sooner than every name in it is looked at.
        GenericConsoleFormat.mayHoldLoss(head) && !GenericConsoleFormat().holdsPoints(head)
            && holdsPoints(head) ? .likely : .none
    }

    struct Reader: ConsoleReader {
        private static let mostLines = 8
        private var step: (value: Double, line: Int, isHeldOut: Bool)?

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            let found = pairs.pairs.first { pair in
                let rank = GenericConsoleFormat.Reader.rank(pair.name)
                return rank != nil && pair.value >= 0 && Int(exactly: pair.value) != nil
            }
            if let found {
                step = (found.value, log.line, HeldOutText.isNamed(in: line))
                return false
            }
            guard let step, log.line - step.line <= Self.mostLines else { return false }
            var isPoint = false
            for pair in pairs.pairs where !pair.name.isEmpty && pair.name.count < 64 {
                let name = pair.name.string
                guard MetricMeaning(name) != .other else { continue }
                let isNamed = !step.isHeldOut || HeldOutText.isNamed(in: pair.name)
                log.add(pair.value, isNamed ? name : "val_\(name)", at: step.value)
                isPoint = true
            }
            return isPoint
        }
    }
}
