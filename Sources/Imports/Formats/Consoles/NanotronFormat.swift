/// nanotron's console: `name: value` between bars, values with K, M and G.
struct NanotronFormat: ConsoleFormat {
    let name = "nanotron"
    let title = "nanotron, console"
    let sample = "iteration: 91 / 100 | consumed_tokens: 93.2K | lr: 3.3e-05 | lm_loss: 9.2"
    let markers: [StaticString] = ["iteration: ", "consumed_tokens: ", "lm_loss: "]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            guard line.contains("lm_loss: "), let step = pairs.first("iteration") else {
                return false
            }
            log.end(at: step.total)
            log.addAll(pairs, at: step.value, but: ["iteration", ""])
            return true
        }
    }
}
