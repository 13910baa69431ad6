/// Any console whose lines name a step and a loss.
///
/// The last resort, so it says what it matched. `Epoch [2/10], Step [100/600], Loss: 2.31` counts
/// steps within epochs: where they begin anew with a new epoch, the epochs before are added.
struct GenericConsoleFormat: ConsoleFormat {
    let name = "console"
    let title = "any console whose lines name a step and a loss"
    let sample = "step 100: train loss 4.4501, val loss 4.4402"
    let markers: [StaticString] = []

    func recognises(_ head: LogHead) -> Confidence {
        guard head.contains("oss") || head.contains("LOSS") || head.contains("nll") else {
            return .none
        }
        var reader = Reader()
        var log = ConsoleLog(LogCollector())
        var pairs = LogPairs()
        var found = 0
        head.lines { line in
            guard found < 3 else { return }
            pairs.scan(line)
            if reader.read(line, pairs, into: &log) { found += 1 }
        }
        return found > 0 ? .likely : .none
    }

    struct Reader: ConsoleReader {
        private var noted: Set<String> = []
        private var epoch: Double?
        /// Steps of the epochs before the current one.
        private var offset = 0.0
        private var last: Double?
        private var lastTotal: Double?

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            guard let place = pairs.pairs.firstIndex(where: { Self.isStep($0.name) }) else {
                return false
            }
            let step = pairs.pairs[place]
            guard step.value >= 0, Int(exactly: step.value) != nil else { return false }
            var losses: [(name: String, value: Double)] = []
            for pair in pairs.pairs where !pair.name.isEmpty && pair.name.count < 64 {
                let name = pair.name.string
                if LossName(name).saysLoss || LossName(name).unit != nil {
                    losses.append((name, pair.value))
                }
            }
            guard !losses.isEmpty else { return false }
            let isValidation = Self.saysValidation(line)
            let position = position(step, pairs)
            for (name, value) in losses {
                let isOwn = LossName(name).mainRank.map { $0 == 0 || $0 == 5 } ?? false
                log.add(value, isValidation && isOwn ? "val_\(name)" : name, at: position)
            }
            for pair in pairs.pairs where !pair.name.isEmpty && pair.name.count < 64 {
                let name = pair.name.string
                guard !losses.contains(where: { $0.name == name }), pair.start != step.start,
                    !Self.isStep(pair.name)
                else { continue }
                log.add(pair.value, name, at: position)
            }
            // A total beside an epoch may be the epoch's.
            if epoch == nil { log.end(at: step.total) }
            let found = losses.map { "\"\($0.name)\"" }.joined(separator: ", ")
            if noted.count < 4, noted.insert(found).inserted {
                let shown = line.trimmed.string.prefix(120)
                log.log.note(
                    "line \(log.line): took \"\(step.name.string)\" for step, \(found) for loss, "
                        + "in \"\(shown)\"")
            }
            return true
        }

        /// The step, with those of earlier epochs where it counts within its own.
        private mutating func position(_ step: LogPairs.Pair, _ pairs: LogPairs) -> Double {
            let epoch = pairs.first("epoch", "epochs", "ep")?.value
            if let epoch, let before = self.epoch, epoch > before, let last, step.value < last {
                offset += max(lastTotal ?? 0, last)
            }
            self.epoch = epoch ?? self.epoch
            last = step.value
            lastTotal = step.total
            return offset + step.value
        }

        private static let words: [StaticString] = [
            "step", "steps", "iter", "iteration", "iterations", "it", "update", "updates",
            "num_updates", "global_step", "global step", "train step", "training step",
            "train_step", "completed step", "batch", "current_steps", "optimizer step", "step_num",
            "_step", "itr", "iters", "current step", "global_steps", "trainer/global_step",
        ]

        private static func isStep(_ name: ByteText) -> Bool {
            words.contains { LogPairs.equal(name, $0) }
        }

        /// True when a line names a held-out set, as `[eval] step 10, loss 3.1`.
        private static func saysValidation(_ line: ByteText) -> Bool {
            let words: [StaticString] = [
                "val", "Val", "VAL", "eval", "Eval", "EVAL", "test", "Test",
            ]
            for word in words {
                var start = 0
                while let place = line.firstIndex(of: word, from: start) {
                    let before = place > 0 ? line[place - 1] : UInt8(ascii: " ")
                    let rest = line.part(from: place + word.utf8CodeUnitCount)
                    let isEnd = rest.first?.isLetter != true
                    if !before.isLetter, isEnd || rest.hasPrefix("id") || rest.hasPrefix("uat") {
                        return true
                    }
                    start = place + 1
                }
            }
            return false
        }
    }
}
