/// nanoGPT's console: a line per iteration, and one per evaluation with both losses.
struct NanoGPTFormat: ConsoleFormat {
    let name = "nanogpt"
    let title = "nanoGPT, console"
    let sample = "iter 10: loss 3.4521, time 228.33ms, mfu 107.52%"
    let markers: [StaticString] = ["loss ", ", time "]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            guard let head = pairs.pairs.first else { return false }
            if LogPairs.equal(head.name, "iter"), line.contains(": loss "),
                let loss = pairs.first("loss")
            {
                log.add(loss.value, "loss", at: head.value)
                if let rate = pairs.first("lr") { log.add(rate.value, "lr", at: head.value) }
                return true
            }
            guard LogPairs.equal(head.name, "step"), let train = pairs.first("train loss"),
                let val = pairs.first("val loss")
            else { return false }
            // An estimate over many batches: not the loss of the step beside it.
            log.add(train.value, "train_loss_estimate", at: head.value)
            log.add(val.value, "val_loss", at: head.value)
            return true
        }
    }
}
