/// Progress bars of tqdm: `10%|█ | 10/100 [00:01<00:09, 9.9it/s, loss=2.31]`.
enum ProgressBarText {
    /// The count of a bar and its total, as `10/100 [`; or the count alone, as `10it [`.
    static func position(_ line: ByteText, _ pairs: LogPairs) -> LogPairs.Pair? {
        guard line.contains("it/s") || line.contains("s/it") || line.contains("?it") else {
            return nil
        }
        // Others may stand before the bar: `Epoch 1/3, step 9/100 (loss: 2.31):  10%|# | 10/100 [`.
        let counted = pairs.pairs.last { pair in
            pair.total != nil && line.part(from: pair.start).contains(" [")
        }
        return counted
            ?? pairs.pairs.first { pair in
                let rest = line.part(from: pair.start).drop { $0.isDigit }
                return ByteText(rebasing: rest).hasPrefix("it [")
            }
    }
}

/// The Hugging Face Trainer's console: Python dicts between progress bars, which alone know the
/// step.
struct TrainerConsoleFormat: ConsoleFormat {
    let name = "trainer-console"
    let title = "Hugging Face Trainer, console"
    let sample = "{'loss': 1.7484, 'learning_rate': 4.99e-05, 'epoch': 0.01}"
    let markers: [StaticString] = ["{'", "'epoch': ", "loss': "]

    struct Reader: ConsoleReader {
        private var step: Double?
        private var total: Double?

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            if let bar = ProgressBarText.position(line, pairs), !line.contains("{'") {
                // Evaluations have bars of their own.
                if self.total == nil { self.total = bar.total }
                if self.total == bar.total { step = bar.value }
                return false
            }
            guard line.contains("{'"), line.contains("'epoch': ") else { return false }
            if line.contains("'train_runtime'") {
                log.log.skip("the closing line, a summary of the whole training", at: log.line)
                return false
            }
            log.end(at: total)
            let counted = log.options.countsRows ? Double(log.pointCount) : nil
            guard let step = counted ?? pairs.first("step")?.value ?? step else {
                log.log.skip(
                    "losses without a step (the progress bars are not in the file); "
                        + "--step-from row counts them", at: log.line)
                return false
            }
            log.addAll(pairs, at: step, but: ["step", ""])
            return true
        }
    }
}

/// Progress bars with a loss behind them, as Lightning and many scripts print.
struct ProgressBarFormat: ConsoleFormat {
    let name = "progress-bar"
    let title = "progress bars with a loss (tqdm, Lightning)"
    let sample = "Epoch 0:  10%|#  | 10/100 [00:01<00:09, 9.9it/s, v_num=0, train_loss_step=2.31]"
    let markers: [StaticString] = ["%|", "oss"]

    struct Reader: ConsoleReader {
        /// The number of the first epoch.
        private var firstEpoch: Double?

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            guard let bar = ProgressBarText.position(line, pairs) else { return false }
            let epoch = EpochText.pair(line, pairs)
            if firstEpoch == nil, let epoch {
                // Lightning counts epochs from 0, `Epoch 1/3` says that it does not.
                let isFirst = epoch.value == 1 && !line.contains("v_num=")
                firstEpoch = epoch.total != nil || isFirst ? 1 : 0
            }
            var step = bar.value
            if let epoch, let total = bar.total {
                step += max(0, epoch.value - (firstEpoch ?? 0)) * total
            }
            let isHeldOut = HeldOutText.isNamed(in: line.part(0..<bar.start))
            if isHeldOut {
                // A bar of its own, whose last value is the mean, after the steps before it.
                guard bar.value == bar.total, let last = log.lastStep else { return false }
                step = Double(last)
            } else {
                log.end(at: epoch == nil ? bar.total : epoch?.total.map { $0 * (bar.total ?? 0) })
            }
            var isPoint = false
            for pair in pairs.pairs where !pair.name.isEmpty {
                let name = pair.name.string
                let isRate = LogPairs.equal(pair.name, "lr") && !isHeldOut
                guard LossName(name).saysLoss || isRate else { continue }
                let isNamed = !isHeldOut || HeldOutText.isNamed(in: pair.name)
                isPoint = log.add(pair.value, isNamed ? name : "val_\(name)", at: step) || isPoint
            }
            return isPoint
        }
    }
}

/// Keras's console: epochs, each with a bar whose end has the epoch's losses.
struct KerasConsoleFormat: ConsoleFormat {
    let name = "keras-console"
    let title = "Keras, console"
    let sample =
        "Epoch 1/10\n1875/1875 [==============================] - 5s 3ms/step - loss: 0.2912 - val_loss: 0.1406"
    let markers: [StaticString] = ["Epoch ", "/step - ", "loss: "]

    struct Reader: ConsoleReader {
        private var epoch = 0.0

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            if line.hasPrefix("Epoch "), let pair = pairs.first("Epoch") {
                epoch = pair.value
                return false
            }
            guard epoch > 0, line.contains("/step"), let bar = pairs.pairs.first,
                let total = bar.total, bar.value == total, pairs.first("loss") != nil
            else { return false }
            for pair in pairs.pairs.dropFirst() where pair.name.count > 1 {
                log.add(pair.value, pair.name.string, at: epoch * total)
            }
            return true
        }
    }
}
