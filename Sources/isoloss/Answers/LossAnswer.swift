import API
import JSONText
import Laws

/// One predicted loss for people: the loss, its interval, and what it was predicted for.
struct LossAnswer: Answer {
    let payload: LossPayload
    /// The object as it came from a server; nil for a loss predicted here.
    var body: [UInt8]?
    /// The law that predicted.
    var law: String
    /// What the law predicts: `loss`, or the metric that the fit was made for.
    var predicted = "loss"
    var features: [Feature: Double]

    func json() throws -> [UInt8] {
        try body ?? JSONCoding.encode(payload)
    }

    var warnings: [String] { payload.warnings }

    var table: TextTableRows {
        let names = features.keys.map(\.rawValue).sorted()
        let values = names.map { name in
            Feature(rawValue: name).flatMap { features[$0] }.map(JSONValue.number) ?? .null
        }
        let losses = [payload.loss, payload.lower, payload.upper, payload.interval]
        return TextTableRows(
            header: names + [
                predicted == "loss" ? "loss" : "metric", "lower", "upper", "interval",
            ],
            rows: [values + losses.map { $0.map(JSONValue.number) ?? .null }])
    }

    func text(style: TerminalStyle) -> [String] {
        let inputs = features.map { "\($0.key.rawValue) \(NumberText.significant($0.value))" }
        var rows = [
            [law, inputs.sorted().joined(separator: ", ")],
            [predicted, NumberText.significant(payload.loss)],
        ]
        if let lower = payload.lower, let upper = payload.upper, let level = payload.interval {
            let ends = "\(NumberText.significant(lower)) to \(NumberText.significant(upper))"
            rows.append(["\(NumberText.significant(100 * level, digits: 3)) % interval", ends])
        }
        return TextTable(pairs: rows).lines + warningLines(payload.warnings)
    }
}
