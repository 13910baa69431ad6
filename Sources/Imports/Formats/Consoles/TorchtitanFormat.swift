/// torchtitan's console: `name: value` pairs, coloured on a terminal.
struct TorchtitanFormat: ConsoleFormat {
    let name = "torchtitan"
    let title = "torchtitan, console"
    let sample =
        "[titan] 2024-06-01 10:00:00 - root - INFO - step: 10  loss: 10.2371  memory: 21.4GiB(22.5%)"
    let markers: [StaticString] = ["step:", "loss:", "memory:"]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            guard line.contains("memory:"), let step = pairs.first("step", "validate step") else {
                return false
            }
            if let loss = pairs.first("validate loss", "validation loss") {
                return log.add(loss.value, "validation_loss", at: step.value)
            }
            guard let loss = pairs.first("loss") else { return false }
            let isValidation = line.contains("validate step:")
            log.add(loss.value, isValidation ? "validation_loss" : "loss", at: step.value)
            if !isValidation { log.addAll(pairs, at: step.value, but: ["step", "loss", ""]) }
            return true
        }
    }
}
