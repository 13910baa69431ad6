import Foundation
import JSONText
import Records

/// Takes JSON objects, one per logged row, as values by step.
///
/// Objects of one log may have different keys. Nested objects are flattened with a slash between
/// the names; lists are no values.
struct RecordReader {
    private enum Role {
        case step(rank: Int)
        /// Both in one text, as `5/500`.
        case stepOfTotal
        case total
        case run
        case epoch
        /// The name of the row's only value, in a table of one value per row.
        case metric
        case metricValue
        /// The set that the row is of.
        case split(id: Int)
        case scalar(id: Int)
    }

    private let file: String
    private var roles: [String: Role] = [:]
    private var chosenStep: String?
    /// The key that the steps came from, for the note.
    private var stepName: String?
    private var texts: [String: (first: String, varies: Bool, count: Int, line: Int?)] = [:]
    private var lists = 0
    private let runName: String?
    /// True when epochs serve where there are no steps.
    var takesEpochs = false

    init(file: String, options: ImportOptions) {
        self.file = file
        chosenStep = options.columns["step"]
        runName = options.columns["run"]
    }

    /// True when an object has a key for its step.
    static func hasStep(_ members: [JSONValue.Member]) -> Bool {
        members.contains {
            let column = ColumnName($0.name)
            return ColumnAliases.step.contains(column.normal) || column.isStepOfTotal
        }
    }

    /// Takes one object.
    ///
    /// - Parameters:
    ///   - members: Its members.
    ///   - key: The run it belongs to, unless it says that itself.
    ///   - line: Line or number of the row, from 1.
    ///   - log: Takes the values.
    mutating func take(
        _ members: [JSONValue.Member], run key: String? = nil, line: Int,
        into log: inout LogCollector
    ) {
        var step: (rank: Int, value: JSONValue, name: String)?
        var epoch: JSONValue?
        var run: String? = key
        var total: Double?
        var values: [(id: Int, value: Double, name: String)] = []
        var split: String?
        var metric: (name: String, text: String)?
        var metricValue: (name: String, value: Double)?
        // Static: a method would hold a second copy of everything that its closure changes.
        Self.flatten(members, prefix: "") { name, value in
            switch role(of: name, &log) {
            case .step(let rank):
                if step.map({ rank < $0.rank }) ?? true { step = (rank, value, name) }
            case .stepOfTotal:
                let parts = value.text?.split(separator: "/").map { JSONValue.string(String($0)) }
                guard let parts, parts.count == 2 else { break }
                if step == nil { step = (1, parts[0], name) }
                total = Self.number(parts[1])
            case .total:
                total = Self.number(value)
            case .run:
                if let text = value.text { run = text }
            case .epoch:
                epoch = value
            case .metric:
                if let text = value.text { metric = (name, text) }
            case .metricValue:
                if let number = Self.number(value) { metricValue = (name, number) }
            case .split(let id):
                if case .string(let text) = value {
                    if LossName(text).isHeldOut { split = text }
                    note(text, name, line)
                } else if let number = Self.number(value) {
                    values.append((id, number, name))
                }
            case .scalar(let id):
                switch value {
                case .null, .bool: break
                case .array: lists += 1
                case .string(let text) where Self.number(value) == nil:
                    if let time = Self.time(text, name) {
                        values.append((id, time, name))
                    } else {
                        note(text, name, line)
                    }
                default:
                    if let number = Self.number(value) { values.append((id, number, name)) }
                }
            }
        }
        if let metricValue {
            let name = metric?.text ?? metricValue.name
            values.append((log.id(of: name), metricValue.value, name))
        } else if let metric {
            note(metric.text, metric.name, line)
        }
        let target = log.run(run)
        let row = log.countRow(of: target)
        if let total, total > 0 {
            log.update(target) { $0.totalSteps = Int(exactly: total) ?? $0.totalSteps }
        }
        if takesEpochs, step == nil, let epoch {
            step = (0, epoch, "epoch")
        }
        if stepName == nil, let step {
            stepName = step.name
            if step.name != "step", !log.options.countsRows {
                log.note(
                    takesEpochs
                        ? "there are no steps: the points stand at their epochs"
                        : "took \"\(step.name)\" for step")
            }
        }
        guard !values.isEmpty else { return }
        let number = log.options.countsRows ? row : step.flatMap { Self.step($0.value) }
        guard let number, (0...100_000_000).contains(number) else {
            let shown = step.map { $0.value.text ?? "blank" } ?? "blank"
            log.fault(
                RunFileError(
                    file: file,
                    place: .init(line: line, record: line - 1, column: step?.name),
                    kind: .invalid(
                        field: "step", value: shown, rule: NumberRule.step.sentence)),
                reason: "rows without a step that is a whole number from 0 to 10^8")
            return
        }
        for (id, value, name) in values {
            let id = split.map { log.id(of: LossName.name(name, of: $0)) } ?? id
            log.add(value, id, step: number, run: target, line: line)
        }
    }

    /// Accounts for what was no number, after the last object.
    func finish(_ log: inout LogCollector) {
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            if text.varies {
                log.skip("text under \"\(name)\"", count: text.count, at: text.line)
            } else {
                for run in log.runs.indices { log.update(run) { $0.note(name, text.first) } }
            }
        }
        if lists > 0 { log.skip("lists, which are no values", count: lists, at: nil) }
    }

    private static func flatten(
        _ members: [JSONValue.Member], prefix: String, _ body: (String, JSONValue) -> Void
    ) {
        for member in members {
            let name = prefix.isEmpty ? member.name : "\(prefix)/\(member.name)"
            if case .object(let inner) = member.value, name.utf8.count < 256 {
                flatten(inner, prefix: name, body)
            } else {
                body(name, member.value)
            }
        }
    }

    private mutating func role(of name: String, _ log: inout LogCollector) -> Role {
        if let role = roles[name] { return role }
        let column = ColumnName(name)
        let role: Role
        if name == chosenStep {
            role = .step(rank: -1)
        } else if ColumnAliases.step.contains(column.normal) {
            role = .step(rank: column.normal == "step" ? 0 : column.normal == "_step" ? 2 : 1)
        } else if column.isStepOfTotal {
            role = .stepOfTotal
        } else if ColumnAliases.totalSteps.contains(column.normal) {
            role = .total
        } else if name == runName
            || ["run_id", "hyper_id", "run", "run_name"].contains(column.normal)
        {
            role = .run
        } else if column.normal == "epoch" {
            role = .epoch
        } else if ColumnAliases.metric.contains(column.normal) {
            role = .metric
        } else if ColumnAliases.metricValue.contains(column.normal) {
            role = .metricValue
        } else if ColumnAliases.split.contains(column.normal) {
            role = .split(id: log.id(of: name))
        } else {
            role = .scalar(id: log.id(of: name))
        }
        roles[name] = role
        return role
    }

    private mutating func note(_ text: String, _ name: String, _ line: Int) {
        guard var known = texts[name] else {
            texts[name] = (text, false, 1, line)
            return
        }
        known.count += 1
        known.varies = known.varies || known.first != text
        texts[name] = known
    }

    /// A number, also one in a string: some loggers write all values so.
    static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .number(let number): number
        case .string(let text), .notFinite(let text):
            Array(text.utf8).withUnsafeBufferPointer(DecimalText.lenientNumber)
        default: nil
        }
    }

    /// The time of day in seconds that a text of some name gives.
    static func time(_ text: String, _ name: String) -> Double? {
        guard ColumnAliases.time.contains(ColumnName(name).normal) else { return nil }
        return Date(rfc3339: text)?.timeIntervalSince1970
    }

    static func step(_ value: JSONValue) -> Int? { number(value).flatMap(Int.init(exactly:)) }
}
