/// The console of Megatron-LM, Megatron-DeepSpeed and GPT-NeoX: `name: value` between bars.
struct MegatronFormat: ConsoleFormat {
    let name = "megatron"
    let title = "Megatron-LM, Megatron-DeepSpeed, GPT-NeoX, console"
    let sample =
        "iteration 311/ 500000 | consumed samples: 311 | learning rate: 4.339535E-05 | lm loss: 7.22E+00 |"
    let markers: [StaticString] = ["iteration", "| learning rate: "]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            if let place = line.firstIndex(of: "validation loss at iteration")
                ?? line.firstIndex(of: "validation results at iteration")
            {
                return validation(line, pairs.pairs.filter { $0.start > place }, &log)
            }
            guard line.contains("| learning rate: "), line.contains("oss: "),
                let step = pairs.first("iteration")
            else { return false }
            log.end(at: step.total)
            log.addAll(pairs, at: step.value, but: ["iteration", ""])
            return true
        }

        /// `validation loss at iteration 1000 on test set | lm loss value: 2.3E+00 | lm loss PPL: …`.
        private func validation(
            _ line: ByteText, _ pairs: [LogPairs.Pair], _ log: inout ConsoleLog
        ) -> Bool {
            let losses: [StaticString] = ["lm loss value", "lm_loss value"]
            let loss = pairs.first { pair in losses.contains { LogPairs.equal(pair.name, $0) } }
            guard let step = pairs.first, let loss else { return false }
            let set = line.contains("on test set") ? "test" : "validation"
            return log.add(loss.value, "\(set) lm loss", at: step.value)
        }
    }
}
