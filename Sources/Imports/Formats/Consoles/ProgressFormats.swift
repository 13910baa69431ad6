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
        /// The epochs and steps of the training, as the Trainer says before it begins.
        private var epochs: Double?
        private var steps: Double?
        private var isCounted = false

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            if let bar = ProgressBarText.position(line, pairs), !line.contains("{'") {
                // Evaluations have bars of their own.
                if self.total == nil { self.total = bar.total }
                if self.total == bar.total { (step, isCounted) = (bar.value, false) }
                return false
            }
            guard line.contains("{'"), line.contains("'epoch': ") else {
                epochs = pairs.first("Num Epochs")?.value ?? epochs
                steps =
                    pairs.first("Total optimization steps", "Total steps")?.value ?? steps
                return false
            }
            if line.contains("'train_runtime'") {
                log.log.skip("the closing line, a summary of the whole training", at: log.line)
                return false
            }
            log.end(at: total ?? steps)
            let counted = log.options.countsRows ? Double(log.pointCount) : nil
            let logged = counted ?? pairs.first("step")?.value ?? (isCounted ? nil : step)
            log.addAll(pairs, at: logged ?? count(pairs, into: &log), but: ["step", ""])
            return true
        }

        /// The step of a line in a file without the bars.
        ///
        /// It is taken from the epoch where the Trainer said how many there are, else it is one more
        /// than before. Evaluations stand at the step before them.
        private mutating func count(_ pairs: LogPairs, into log: inout ConsoleLog) -> Double {
            isCounted = true
            let next = (step ?? 0) + 1
            guard pairs.first("loss") != nil else { return step ?? 0 }
            if let epochs, let steps, epochs > 0, let epoch = pairs.first("epoch")?.value {
                log.log.note("the progress bars are not in the file: took steps from the epochs")
                step = max(next, (epoch / epochs * steps).rounded())
            } else {
                log.log.note(
                    "the progress bars, which alone have the steps, are not in the file: "
                        + "the points are counted")
                step = next
            }
            return step ?? next
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
        /// The length of training's bars, the last count of one, and the steps of those before it,
        /// where no line names an epoch.
        private var length: Double?
        private var last = 0.0
        private var offset = 0.0

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            guard let bar = ProgressBarText.position(line, pairs) else {
                return readHeldOut(line, pairs, into: &log)
            }
            let epoch = EpochText.pair(line, pairs)
            if firstEpoch == nil, let epoch {
                // Lightning counts epochs from 0, `Epoch 1/3` says that it does not.
                let isFirst = epoch.value == 1 && !line.contains("v_num=")
                firstEpoch = epoch.total != nil || isFirst ? 1 : 0
            }
            var step = bar.value
            let isHeldOut = HeldOutText.isNamed(in: line.part(0..<bar.start))
            if let epoch, let total = bar.total {
                step += max(0, epoch.value - (firstEpoch ?? 0)) * total
            } else if let length, !isHeldOut {
                guard bar.total == length else {
                    if pairs.pairs.contains(where: { LossName($0.name.string).saysLoss }) {
                        log.log.skip(
                            "losses of bars of another length, which name no epoch and no set",
                            at: log.line)
                    }
                    return false
                }
                // One that was full begins anew: another epoch.
                if bar.value < last, last == length { offset += length }
                last = bar.value
                step += offset
            }
            if isHeldOut {
                // A bar of its own, whose last value is the mean, after the steps before it.
                guard bar.value == bar.total, let last = log.lastStep else { return false }
                step = Double(last)
            } else {
                log.end(
                    at: epoch == nil
                        ? bar.total.map { $0 + offset } : epoch?.total.map { $0 * (bar.total ?? 0) }
                )
            }
            var isPoint = false
            for pair in pairs.pairs where !pair.name.isEmpty {
                let name = pair.name.string
                let isRate = LogPairs.equal(pair.name, "lr") && !isHeldOut
                guard LossName(name).saysLoss || isRate else { continue }
                let isNamed = !isHeldOut || HeldOutText.isNamed(in: pair.name)
                isPoint = log.add(pair.value, isNamed ? name : "val_\(name)", at: step) || isPoint
            }
            if isPoint, !isHeldOut, epoch == nil, length == nil {
                (length, last) = (bar.total, bar.value)
            }
            return isPoint
        }

        /// A held-out loss in a line between the bars belongs to the step before it.
        private func readHeldOut(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            guard let last = log.lastStep, HeldOutText.isNamed(in: line) else { return false }
            let losses = pairs.pairs.filter { pair in
                let name = LossName(pair.name.string)
                return name.saysLoss && name.mainRank == 7
            }
            for pair in losses { log.add(pair.value, pair.name.string, at: Double(last)) }
            return !losses.isEmpty
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
