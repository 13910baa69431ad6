import JSONText

/// fairseq's log, by hydra or plain: a JSON object or pairs behind `train_inner`, `train`, `valid`.
///
/// Values are strings. The loss is in bits, as fairseq logs it; the epoch's mean in `train` lines
/// counts the `train_inner` losses again and is left out where there are such.
struct FairseqFormat: ConsoleFormat {
    let name = "fairseq"
    let title = "fairseq and metaseq, log"
    let sample =
        #"[2021-05-01 10:00:00,000][train_inner][INFO] - {"epoch": 1, "loss": "15.5", "num_updates": "200", "lr": "1e-05"}"#
    let markers: [StaticString] = ["num_updates", "loss"]

    struct Reader: ConsoleReader {
        private var hasInner = false

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            let isInner = line.contains("train_inner")
            let isValid = line.contains("[valid]") || line.contains("| valid")
            let isTrain = line.contains("[train]") || line.contains("| train |")
            guard isInner || isValid || isTrain else { return false }
            var values: [(name: String, value: Double)] = []
            if let brace = line.firstIndex(of: "{"),
                let members = line.part(from: brace).jsonMembers()
            {
                values = members.compactMap { member in
                    RecordReader.number(member.value).map { (member.name, $0) }
                }
            } else {
                values = pairs.pairs.map { ($0.name.string, $0.value) }
            }
            func value(_ names: [String]) -> Double? {
                names.lazy.compactMap { name in values.first { $0.name == name }?.value }.first
            }
            let step = value(["num_updates", "train_num_updates", "valid_num_updates"])
            guard let step else { return false }
            if isInner { hasInner = true }
            if isTrain, !isInner, hasInner {
                log.log.skip("epochs' means, whose steps are in the log", at: log.line)
                return true
            }
            for (name, value) in values {
                guard let own = Self.name(name, isValid: isValid) else { continue }
                log.add(value, own, at: step)
                if own.hasSuffix("loss") {
                    log.log.update(log.run) { $0.setUnit("bits", ofSeries: own) }
                }
            }
            return true
        }

        private static func name(_ name: String, isValid: Bool) -> String? {
            if name.hasSuffix("num_updates") || name.isEmpty { return nil }
            if isValid { return name.hasPrefix("valid") ? name : "valid_\(name)" }
            return name.hasPrefix("train_") ? String(name.dropFirst(6)) : name
        }
    }
}
