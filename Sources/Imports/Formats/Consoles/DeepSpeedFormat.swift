/// DeepSpeed's engine log, and the loss lines of programs around it.
///
/// The engine prints steps with learning rates, `step=10, skipped=0, lr=[9.65e-06]`, and Megatron-like
/// programs `steps: 10 loss: 9.13 iter time (s): 0.5`.
struct DeepSpeedFormat: ConsoleFormat {
    let name = "deepspeed"
    let title = "DeepSpeed, console"
    let sample =
        "[INFO] [logging.py:96:log_dist] [Rank 0] step=10, skipped=0, lr=[9.65e-06], mom=[(0.9, 0.95)]"
    let markers: [StaticString] = ["[Rank 0] step", "loss"]

    struct Reader: ConsoleReader {
        private var generic = GenericConsoleFormat.Reader()

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            if line.contains("skipped="), line.contains("lr=["), let step = pairs.first("step"),
                let rate = pairs.first("lr")
            {
                return log.add(rate.value, "lr", at: step.value)
            }
            return generic.read(line, pairs, into: &log)
        }
    }
}
