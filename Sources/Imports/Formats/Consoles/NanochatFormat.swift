/// nanochat's console: a loss per step, validation in bits per byte.
struct NanochatFormat: ConsoleFormat {
    let name = "nanochat"
    let title = "nanochat, console"
    let sample =
        "step 00010/21400 (0.05%) | loss: 9.123456 | lrm: 1.00 | dt: 123.45ms | tok/sec: 1,234,567"
    let markers: [StaticString] = ["| loss: ", "lrm: "]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            guard let step = pairs.first("step"), step.start < 12 else { return false }
            log.end(at: step.total)
            if let bits = pairs.first("Validation bpb", "val bpb") {
                return log.add(bits.value, "val_bpb", at: step.value)
            }
            if let loss = pairs.first("Validation loss", "val loss") {
                return log.add(loss.value, "val_loss", at: step.value)
            }
            guard let loss = pairs.first("loss", "train loss") else { return false }
            log.add(loss.value, "loss", at: step.value)
            // `lrm` multiplies several learning rates: it is none.
            log.addAll(pairs, at: step.value, but: ["step", "loss", "train loss", ""])
            return true
        }
    }
}
