/// The log file of Karpathy's build-nanogpt: a step, a word, a value.
struct BuildNanoGPTFormat: ConsoleFormat {
    let name = "build-nanogpt"
    let title = "build-nanogpt, log.txt"
    let sample = "250 train 6.155867"
    let markers: [StaticString] = [" train "]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count == 3,
                let step = DecimalText.number(ByteText(rebasing: words[0])),
                let value = DecimalText.number(ByteText(rebasing: words[2]))
            else { return false }
            let word = ByteText(rebasing: words[1])
            if LogPairs.equal(word, "train") { return log.add(value, "train_loss", at: step) }
            if LogPairs.equal(word, "val") { return log.add(value, "val_loss", at: step) }
            guard word.allSatisfy({ $0.isLetter || $0 == UInt8(ascii: "_") }) else { return false }
            return log.add(value, word.string, at: step)
        }
    }
}

/// The console of build-nanogpt and its many descendants: columns between bars.
struct BarredStepFormat: ConsoleFormat {
    let name = "build-nanogpt-console"
    let title = "build-nanogpt, console"
    let sample =
        "step    10 | loss: 9.524110 | lr 9.2308e-06 | norm: 2.8 | dt: 339.1ms | tok/sec: 1546000"
    let markers: [StaticString] = ["step", "| loss: ", "dt: "]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            if line.hasPrefix("validation loss:"), let loss = pairs.first("validation loss") {
                return log.add(loss.value, "val_loss", at: Double((log.lastStep ?? -1) + 1))
            }
            guard let step = pairs.first("step"), line.contains("| loss: "),
                let loss = pairs.first("loss")
            else { return false }
            log.end(at: step.total)
            log.add(loss.value, "loss", at: step.value)
            log.addAll(pairs, at: step.value, but: ["step", "loss", ""])
            return true
        }
    }
}
