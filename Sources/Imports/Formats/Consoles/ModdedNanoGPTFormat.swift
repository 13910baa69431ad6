/// modded-nanogpt and parameter-golf: `name:value` pairs, after the program's own source.
///
/// Lines that begin with another word, such as `warmup_step:` and `final_…`, are no points.
struct ModdedNanoGPTFormat: ConsoleFormat {
    let name = "modded-nanogpt"
    let title = "modded-nanogpt and parameter-golf"
    let sample =
        "step:1000/20000 val_loss:2.2909 val_bpb:1.3568 train_time:51717ms step_avg:51.72ms"
    let markers: [StaticString] = ["step:", "_loss:", "train_time:"]

    struct Reader: ConsoleReader {
        func read(_ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog) -> Bool {
            guard line.hasPrefix("step:"), let step = pairs.pairs.first,
                LogPairs.equal(step.name, "step")
            else { return false }
            var isPoint = false
            for pair in pairs.pairs.dropFirst() where !pair.name.isEmpty {
                isPoint = log.add(pair.value, pair.name.string, at: step.value) || isPoint
            }
            if isPoint { log.end(at: step.total) }
            return isPoint
        }
    }
}
