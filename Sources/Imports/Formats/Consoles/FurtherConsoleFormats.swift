/// Marian's console: updates by `Up.`, the loss as `Cost`.
struct MarianFormat: ConsoleFormat {
    let name = "marian"
    let title = "Marian NMT, console"
    let sample =
        "[2024-06-01 10:00:00] Ep. 1 : Up. 100 : Sen. 12,345 : Cost 9.12 : Time 12.34s : L.r. 1.5e-05"
    let markers: [StaticString] = ["Up. ", "Cost "]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            guard let place = line.firstIndex(of: "Up. ") else { return false }
            let values = pairs.pairs.filter { $0.start > place }
            guard let step = values.first else { return false }
            func value(_ name: StaticString) -> Double? {
                values.first {
                    $0.name.part(from: max(0, $0.name.count - name.utf8CodeUnitCount))
                        .hasPrefix(name)
                }?.value
            }
            if line.contains("[valid]") {
                guard let loss = value("cross-entropy") ?? value("ce-mean-words") else {
                    return false
                }
                return log.add(loss, "valid cross-entropy", at: step.value)
            }
            guard let cost = value("Cost") else { return false }
            if let rate = value("L.r") { log.add(rate, "lr", at: step.value) }
            return log.add(cost, "loss", at: step.value)
        }
    }
}

/// The console of CLU's metric writer (Flax, T5X, Scenic): values behind a step in brackets.
struct CLUFormat: ConsoleFormat {
    let name = "clu"
    let title = "CLU's metric writer (Flax, T5X, Scenic), console"
    let sample = "I0601 10:00:00.12 1 logging_writer.py:48] [100] learning_rate=0.001, loss=9.21"
    let markers: [StaticString] = ["logging_writer.py", "] [", "loss"]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            guard line.contains("logging_writer.py"), let place = line.firstIndex(of: "] [") else {
                return false
            }
            let values = pairs.pairs.filter { $0.start > place }
            guard let step = values.first, step.name.isEmpty, values.count > 1 else { return false }
            for pair in values.dropFirst() where !pair.name.isEmpty {
                log.add(pair.value, pair.name.string, at: step.value)
            }
            return true
        }
    }
}

/// ESPnet's trainer: batches from and to within an epoch.
struct ESPnetFormat: ConsoleFormat {
    let name = "espnet"
    let title = "ESPnet, console"
    let sample =
        "(trainer:762) INFO: 1epoch:train:1-50batch: iter_time=0.1, loss=105.3, optim0_lr0=5e-06"
    let markers: [StaticString] = ["epoch:train:", "batch: ", "loss"]

    struct Reader: ConsoleReader {
        private var epoch = 0.0
        /// Batches of the epochs before the current one, and the last of it so far.
        private var offset = 0.0
        private var last = 0.0

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            guard let place = line.firstIndex(of: "epoch:train:") else {
                return readResults(line, pairs, into: &log)
            }
            // 1epoch:train:1-50batch, where `-50` is no negative number.
            guard let epoch = pairs.pairs.last(where: { $0.start < place })?.value,
                let end = pairs.pairs.filter({ $0.start > place }).dropFirst().first
            else { return false }
            if epoch != self.epoch {
                offset += last
                self.epoch = epoch
            }
            last = abs(end.value)
            let step = offset + last
            for pair in pairs.pairs where pair.start > end.start && !pair.name.isEmpty {
                log.add(pair.value, pair.name.string, at: step)
            }
            return true
        }

        /// The held-out losses of `1epoch results: [train] …, [valid] loss=98.1, …, [att_plot] …`.
        private func readResults(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            guard line.contains("epoch results: "), let place = line.firstIndex(of: "[valid] ")
            else { return false }
            let end = line.firstIndex(of: ", [", from: place) ?? line.count
            for pair in pairs.pairs where (place..<end).contains(pair.start) {
                let name = pair.name.string
                if LossName(name).saysLoss {
                    log.add(pair.value, "valid/\(name)", at: offset + last)
                }
            }
            return true
        }
    }
}
