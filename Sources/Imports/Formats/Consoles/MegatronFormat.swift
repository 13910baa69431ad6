/// The console of Megatron-LM, Megatron-DeepSpeed and GPT-NeoX: `name: value` between bars.
struct MegatronFormat: ConsoleFormat {
    let name = "megatron"
    let title = "Megatron-LM, Megatron-DeepSpeed, GPT-NeoX, console"
    let sample =
        "iteration 311/ 500000 | consumed samples: 311 | learning rate: 4.339535E-05 | lm loss: 7.22E+00 |"
    let markers: [StaticString] = ["iteration", "| learning rate: "]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            if line.contains("validation loss at iteration") {
                return validation(line, pairs, &log)
            }
            guard line.contains("| learning rate: "), line.contains("oss: "),
                let step = pairs.first("iteration")
            else { return false }
            log.end(at: step.total)
            log.addAll(pairs, at: step.value, but: ["iteration", ""])
            return true
        }

        /// `validation loss at iteration 1000 | lm loss value: 2.3E+00 | lm loss PPL: 9.9E+00 |`.
        private func validation(
            _ line: ByteText, _ pairs: LogPairs, _ log: inout ConsoleLog
        ) -> Bool {
            guard let step = pairs.first("validation loss at iteration"),
                let loss = pairs.first("lm loss value", "lm_loss value")
            else { return false }
            return log.add(loss.value, "validation lm loss", at: step.value)
        }
    }
}
