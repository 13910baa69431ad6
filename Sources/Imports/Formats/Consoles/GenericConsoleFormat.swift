/// Any console whose lines name a step and a loss.
///
/// The last resort, so it says what it matched. `Epoch [2/10], Step [100/600], Loss: 2.31` counts
/// steps within epochs: where they begin anew with a new epoch, the epochs before are added. So do
/// counts of batches or samples behind an epoch, `Epoch: [0][ 10/5005] Loss 6.9`, where no step is
/// named, or one in front of the line: `10 | loss 3.2`. A held-out loss in a line of its own belongs to
/// the step before it.
struct GenericConsoleFormat: ConsoleFormat {
    let name = "console"
    let title = "any console whose lines name a step and a loss"
    let sample = "step 100: train loss 4.4501, val loss 4.4402"
    let markers: [StaticString] = []

    func recognises(_ head: LogHead) -> Confidence {
        Self.mayHoldLoss(head) && holdsPoints(head) ? .likely : .none
    }

    static func mayHoldLoss(_ head: LogHead) -> Bool {
        let words: [StaticString] = ["oss", "LOSS", "nll", "xent", "ntropy", "CE", "_ce"]
        return words.contains(where: head.contains)
    }

    struct Reader: ConsoleReader {
        private var noted: Set<String> = []
        /// Names of the last line's step and losses: a line like the one before says nothing new.
        private var lastNames: (step: String, losses: [String]) = ("", [])
        private var epoch: Double?
        /// Steps of the epochs before the current one.
        private var offset = 0.0
        private var last: Double?
        private var lastTotal: Double?
        /// From the step before the last to the last, in one epoch.
        private var stride = 0.0
        /// The meaning of a name, worked out once for each.
        private struct Meaning {
            let text: String
            /// The rank of a step's name, 0 the best; nil for other names.
            let stepRank: Int?
            let isLoss: Bool
        }
        private var meanings = NameMemo { text in
            let loss = LossName(text)
            let rank = Array(text.utf8).withUnsafeBufferPointer(Self.rank)
            return Meaning(
                text: text, stepRank: rank,
                isLoss: rank == nil && (loss.saysLoss || loss.unit != nil))
        }

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            var losses = losses(pairs)
            guard let step = step(pairs) ?? Self.count(line, pairs) else {
                return readHeldOut(line, losses, into: &log)
            }
            // `loss after step 100: 3.2`: the loss's name stands before the step's number.
            if losses.isEmpty, LossName(step.name.string).saysLoss,
                let value = pairs.pairs.first(where: { $0.start > step.start && $0.name.isEmpty })
            {
                losses = [(Self.beginning(step.name), value.value)]
            }
            guard !losses.isEmpty else { return false }
            let position = position(step, EpochText.pair(line, pairs)?.value)
            // What TensorFlow's estimator writes after an evaluation.
            let isHeldOut =
                HeldOutText.isNamed(in: line) || line.hasPrefix("Saving dict for global step ")
            for (name, value) in losses {
                log.add(value, isHeldOut ? Self.heldOut(name) : name, at: position)
            }
            for pair in pairs.pairs where Self.isNamed(pair) && pair.start != step.start {
                let meaning = meanings[pair.name]
                guard meaning.stepRank == nil, !losses.contains(where: { $0.name == meaning.text })
                else { continue }
                log.add(pair.value, meaning.text, at: position)
            }
            // A total beside an epoch may be the epoch's, unless the epoch is told to a fraction.
            if epoch.map({ $0 != $0.rounded() }) ?? true { log.end(at: step.total) }
            let name = meanings[step.name].text
            guard name != lastNames.step || !losses.lazy.map(\.name).elementsEqual(lastNames.losses)
            else { return true }
            lastNames = (name, losses.map(\.name))
            let counted = name.isEmpty ? "the count" : "\"\(name)\""
            note("took \(counted) for step, \(Self.listed(losses)) for loss", line, &log)
            return true
        }

        /// A line without a step that names a held-out loss: it is that of the step before.
        private mutating func readHeldOut(
            _ line: ByteText, _ losses: [(name: String, value: Double)], into log: inout ConsoleLog
        ) -> Bool {
            guard let last, !losses.isEmpty, HeldOutText.isNamed(in: line),
                !["best", "Best", "final", "Final", "lowest"].contains(where: line.contains)
            else { return false }
            for (name, value) in losses { log.add(value, Self.heldOut(name), at: offset + last) }
            note("took \(Self.listed(losses)) for the held-out loss of the step before", line, &log)
            return true
        }

        private mutating func note(_ sentence: String, _ line: ByteText, _ log: inout ConsoleLog) {
            guard noted.count < 4, noted.insert(sentence).inserted else { return }
            log.log.note(
                "line \(log.line): \(sentence), in \"\(line.trimmed.string.prefix(120))\"")
        }

        private static func listed(_ losses: [(name: String, value: Double)]) -> String {
            losses.map { "\"\($0.name)\"" }.joined(separator: ", ")
        }

        private mutating func losses(_ pairs: LogPairs) -> [(name: String, value: Double)] {
            var losses: [(name: String, value: Double)] = []
            for pair in pairs.pairs where Self.isNamed(pair) {
                let meaning = meanings[pair.name]
                // Of one name twice the second is a mean: `loss[loss=6.9], tot_loss[loss=7.1]`.
                if meaning.isLoss, !losses.contains(where: { $0.name == meaning.text }) {
                    losses.append((meaning.text, pair.value))
                }
            }
            return losses
        }

        /// True for a pair with a name that is no sentence.
        private static func isNamed(_ pair: LogPairs.Pair) -> Bool {
            !pair.name.isEmpty && pair.name.count < 64
        }

        /// The loss's part of `validation loss at step`.
        private static func beginning(_ name: ByteText) -> String {
            let words = name.string.split(separator: " ")
            let place = words.firstIndex { LossName(String($0)).saysLoss } ?? 0
            return words[...place].joined(separator: " ")
        }

        /// A name that says that the loss is of held-out data.
        private static func heldOut(_ name: String) -> String {
            LossName(name).mainRank.map { $0 == 0 || $0 == 3 || $0 == 5 || $0 == 6 } == true
                ? "val_\(name)" : name
        }

        // MARK: Steps

        /// The step, with those of earlier epochs where it counts within its own.
        private mutating func position(_ step: LogPairs.Pair, _ epoch: Double?) -> Double {
            if let epoch, let before = self.epoch, epoch > before, let last, step.value < last {
                // Where an epoch counts from 0, its first step is not the last of the one before.
                offset += max(lastTotal ?? 0, last + (step.value == 0 ? stride : 0))
            } else if let last, step.value > last {
                stride = step.value - last
            }
            self.epoch = epoch ?? self.epoch
            last = step.value
            lastTotal = step.total
            return offset + step.value
        }

        /// The pair that names a step best.
        private mutating func step(_ pairs: LogPairs) -> LogPairs.Pair? {
            var best: (rank: Int, pair: LogPairs.Pair)?
            for pair in pairs.pairs where pair.value >= 0 && Int(exactly: pair.value) != nil {
                guard let rank = meanings[pair.name].stepRank, rank < best?.rank ?? .max else {
                    continue
                }
                best = (rank, pair)
            }
            return best?.pair
        }

        /// A count `10/5005` without a name, behind an epoch.
        private static func count(_ line: ByteText, _ pairs: LogPairs) -> LogPairs.Pair? {
            let counted = EpochText.pair(line, pairs).flatMap { epoch in
                pairs.pairs.first { pair in
                    pair.start > epoch.start && pair.name.isEmpty && pair.value >= 0
                        && pair.total.map { $0 >= pair.value } == true
                        && Int(exactly: pair.value) != nil
                }
            }
            return counted ?? leadingCount(line, pairs)
        }

        /// A count in front of a line: `10 | loss 3.2`, `[10 | 25.12] loss=3.2`, `10/21150 (epoch 1)`.
        private static func leadingCount(_ line: ByteText, _ pairs: LogPairs) -> LogPairs.Pair? {
            guard let first = pairs.pairs.first, first.name.isEmpty, first.value >= 0,
                Int(exactly: first.value) != nil,
                line.part(0..<first.start).allSatisfy({ $0.isBlank || $0 == UInt8(ascii: "[") })
            else { return nil }
            var rest = ByteText(rebasing: line.part(from: first.start).drop(while: \.isDigit))
            // A small total is that of a date: `05/12`.
            if let total = first.total, total >= 100, total >= first.value {
                rest = ByteText(rebasing: rest.dropFirst().drop(while: \.isDigit))
                return rest.first?.isBlank == true || rest.first == UInt8(ascii: "]") ? first : nil
            }
            let marks: [StaticString] = [" | ", ": ", " ("]
            return first.total == nil && marks.contains(where: rest.hasPrefix) ? first : nil
        }

        /// Names of steps: those of a whole training, of any kind, of a loop, of its batches.
        private static let words: [[StaticString]] = [
            [
                "global_step", "global_steps", "global step", "num_updates", "current_steps",
                "trainer/global_step", "optimizer step", "_step", "step_num", "current step",
            ],
            ["step", "steps", "update", "updates", "train_step", "training_step", "current_step"],
            ["iter", "iters", "iteration", "iterations", "itr"],
            ["it", "batch"],
        ]

        /// Words with which a name that ends in a step's is that of something else.
        private static let others: Set<String> = [
            "per", "time", "tokens", "sec", "seconds", "s", "ms", "max", "total", "warmup", "num",
            "every", "each", "accumulation", "grad", "remaining", "resume", "resumed", "resuming",
            "from", "save", "saved", "saving", "loaded", "checkpoint", "best",
        ]

        /// The rank of a step's name, 0 the best; nil for other names.
        static func rank(_ name: ByteText) -> Int? {
            if let rank = words.firstIndex(where: { $0.contains { LogPairs.equal(name, $0) } }) {
                return rank
            }
            var start = name.count
            while start > 0, name[start - 1].isLetter || name[start - 1] == UInt8(ascii: "_") {
                start -= 1
            }
            let last = name.part(from: start)
            let rank = words.dropLast().firstIndex { $0.contains { LogPairs.equal(last, $0) } }
            guard let rank, start > 0, name[start - 1] != UInt8(ascii: "/") else { return nil }
            let before = name.string.lowercased().split { !$0.isLetter }.map(String.init)
            return others.isDisjoint(with: before) ? rank : nil
        }
    }
}

/// A console with a line per epoch and no steps: `Epoch 3/10: train loss 2.31, val loss 2.52`.
struct EpochConsoleFormat: ConsoleFormat {
    let name = "epoch-console"
    let title = "any console whose lines name an epoch and a loss"
    let sample = "Epoch 3/10: train loss 2.3104, val loss 2.5210"
    let markers: [StaticString] = []

    func recognises(_ head: LogHead) -> Confidence {
        GenericConsoleFormat.mayHoldLoss(head) && holdsPoints(head) ? .likely : .none
    }

    struct Reader: ConsoleReader {
        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            // The epoch first: few lines name one, and what a name means takes longer to find out.
            guard let epoch = EpochText.pair(line, pairs),
                pairs.pairs.contains(where: { LossName($0.name.string).saysLoss })
            else { return false }
            guard Int(exactly: epoch.value) != nil else {
                log.log.skip("lines at a part of an epoch that name no step", at: log.line)
                return false
            }
            log.log.note("there are no steps: the points stand at their epochs")
            log.addAll(pairs, at: epoch.value, but: ["epoch", "epochs", "ep", ""])
            return true
        }
    }
}

/// Epochs by name.
enum EpochText {
    /// The number of an epoch in a line: `Epoch 3`, `Train Epoch: 3`, `| end of epoch   3`, `Train: 3 [`.
    static func pair(_ line: ByteText, _ pairs: LogPairs) -> LogPairs.Pair? {
        if line.hasPrefix("Train: ") || line.hasPrefix("Test: "), let first = pairs.pairs.first,
            ByteText(rebasing: line.part(from: first.start).drop { $0.isDigit }).hasPrefix(" [")
        {
            return first
        }
        return pairs.first("epoch", "epochs", "ep")
            ?? pairs.pairs.first { pair in
                let name = pair.name
                guard name.count > 6, name[name.count - 6].isBlank else { return false }
                return LogPairs.equal(name.part(from: name.count - 5), "epoch")
            }
    }
}

/// Held-out data by name.
enum HeldOutText {
    /// True when a line names a held-out set, as `[eval] step 10, loss 3.1`.
    static func isNamed(in line: ByteText) -> Bool {
        var isInWord = false
        for (place, byte) in line.enumerated() {
            // Only the beginnings of words are looked at.
            defer { isInWord = byte.isLetter }
            guard !isInWord, initials.contains(byte) else { continue }
            let text = line.part(from: place)
            guard let rest = words.lazy.compactMap({ text.dropping($0) }).first else { continue }
            if rest.first?.isLetter != true || rest.hasPrefix("id") || rest.hasPrefix("uat") {
                return true
            }
        }
        return false
    }

    private static let initials = ByteSet("vVeEtT")
    private static let words: [StaticString] = [
        "val", "Val", "VAL", "eval", "Eval", "EVAL", "test", "Test",
    ]
}
