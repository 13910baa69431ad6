/// levanter's console: a progress bar with the loss behind it, evaluations in lines of their own.
struct LevanterFormat: ConsoleFormat {
    let name = "levanter"
    let title = "levanter, console"
    let sample =
        "Progress on:train 1.00kit/10.0kit rate:2.3it/s remaining:1:10:00 elapsed:01:23 postfix:loss=4.123"
    let markers: [StaticString] = ["Progress on:train ", "postfix:"]

    struct Reader: ConsoleReader {
        private var step: Double?

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            if let rest = line.after("Progress on:train ") {
                guard let (count, total) = Self.progress(rest),
                    let loss = pairs.first("loss") ?? Self.loss(pairs)
                else { return false }
                step = count
                log.end(at: total)
                return log.add(loss.value, "loss", at: count)
            }
            guard let step, line.contains("eval"),
                let loss = pairs.first("eval loss", "loss", "validation loss")
            else { return false }
            return log.add(loss.value, "eval_loss", at: step)
        }

        private static func loss(_ pairs: LogPairs) -> LogPairs.Pair? {
            pairs.pairs.first { $0.name.contains("loss") }
        }

        /// `123it/10.0kit`: thousands are rounded, so that several lines may share a step.
        private static func progress(_ text: ByteText) -> (Double, Double?)? {
            let word = text.prefix { !$0.isBlank }
            let parts = word.split(separator: UInt8(ascii: "/")).map { part -> Double? in
                let text = String(decoding: part, as: UTF8.self)
                let number = text.replacing("it", with: "")
                return Array(number.utf8).withUnsafeBufferPointer(DecimalText.lenientNumber)
            }
            guard let count = parts.first ?? nil else { return nil }
            return (count.rounded(), parts.count > 1 ? parts[1]?.rounded() : nil)
        }
    }
}
