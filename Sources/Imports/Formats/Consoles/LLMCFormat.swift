/// llm.c's console: a table of settings, then a line per step.
///
/// `(+1.23z)` behind a value is its distance from the recent ones in standard deviations.
/// Validation is printed before the step that it belongs to.
struct LLMCFormat: ConsoleFormat {
    let name = "llm.c"
    let title = "llm.c, console"
    let sample =
        "step    1/19560 | loss 11.009662 (+nanz)| norm 15.0789 (+nanz)| lr 8.57e-07 | 4230.95 ms"
    let markers: [StaticString] = ["step ", "| loss ", "| lr "]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            if line.hasPrefix("val loss "), let loss = pairs.first("val loss") {
                return log.add(loss.value, "val_loss", at: Double(log.lastStep ?? 0))
            }
            if line.hasPrefix("| total batch size "), let size = pairs.pairs.first {
                log.note("batch_tokens", size.value)
                return false
            }
            if line.hasPrefix("| train_num_batches "), let size = pairs.pairs.first {
                log.end(at: size.value)
                return false
            }
            guard line.hasPrefix("step "), let step = pairs.first("step"),
                let loss = pairs.first("loss")
            else { return false }
            log.end(at: step.total)
            log.add(loss.value, "loss", at: step.value)
            if let norm = pairs.first("norm") { log.add(norm.value, "norm", at: step.value) }
            if let rate = pairs.first("lr") { log.add(rate.value, "lr", at: step.value) }
            return true
        }
    }
}

/// Karpathy's `main.log` of llm.c: `s:250 tel:6.45`, `s:1 trl:11.01`.
struct LLMCMainLogFormat: ConsoleFormat {
    let name = "llm.c-main"
    let title = "llm.c, main.log"
    let sample = "s:250 trl:6.1559 lr:0.000214 norm:0.98"
    let markers: [StaticString] = ["s:", " trl:"]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            guard line.hasPrefix("s:"), let step = pairs.pairs.first else { return false }
            for pair in pairs.pairs.dropFirst() {
                let name =
                    LogPairs.equal(pair.name, "trl")
                    ? "train_loss"
                    : LogPairs.equal(pair.name, "tel") ? "val_loss" : pair.name.string
                log.add(pair.value, name, at: step.value)
            }
            return pairs.pairs.count > 1
        }
    }
}
