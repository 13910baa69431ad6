import JSONText

/// The `.wandb` file of an offline run of Weights & Biases: records of protocol buffers in
/// LevelDB's log format.
///
/// Blocks of 32 KiB, in them fragments with a checksum, a length and a place in their record; a
/// file that was not closed ends anywhere. https://github.com/google/leveldb/blob/main/doc/log_format.md
struct WandbFileFormat: LogFormat {
    let name = "wandb-offline"
    let title = "Weights & Biases, .wandb file of an offline run"
    let sample = "offline-run-20240101_000000-abcd1234/run-abcd1234.wandb (binary)"
    let isBinary = true

    private static let blockSize = 32_768
    private static let headerSize = 7

    func recognises(_ head: LogHead) -> Confidence { head.hasPrefix(":W&B") ? .certain : .none }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        let window = ByteWindow(source)
        guard try window.take(Self.headerSize) != nil else {
            throw RunFileError(file: source.name, kind: .noRows)
        }
        var place = Self.headerSize
        var reader = WandbRecordReader(source, options: log.options)
        var record: [UInt8] = []
        while true {
            let room = Self.blockSize - place % Self.blockSize
            if room < Self.headerSize {
                guard try window.take(room) != nil else { break }
                place += room
                continue
            }
            guard let header = try window.take(Self.headerSize) else { break }
            let length = Int(header[4]) | Int(header[5]) << 8
            let type = header[6]
            guard let data = try window.take(length) else {
                log.skip("the last record, which is cut off", at: reader.count + 1)
                break
            }
            place += Self.headerSize + length
            switch type {
            case 1:
                reader.take(data, into: &log)
            case 2:
                record = Array(data)
            case 3, 4:
                record += data
                guard type == 4 else { continue }
                record.withUnsafeBytes { reader.take($0, into: &log) }
                record = []
            case 0:
                // Room that was set aside and never written.
                continue
            default:
                return log.skip("records from one on that are damaged", at: reader.count + 1)
            }
        }
        reader.finish(&log)
    }
}

/// Takes history, configuration and names out of W&B's records.
private struct WandbRecordReader {
    private(set) var count = 0
    private var rows: RecordReader
    private var nextStep = 0

    /// Most values of an item's JSON.
    private let maximumValues: Int

    init(_ source: ByteSource, options: ImportOptions) {
        rows = RecordReader(file: source.name, options: options)
        maximumValues = source.maximumValues
    }

    mutating func take(_ record: UnsafeRawBufferPointer, into log: inout LogCollector) {
        count += 1
        var fields = ProtobufReader(record)
        while let (field, value) = fields.next() {
            guard let bytes = value.bytes else { continue }
            switch field {
            case 2: takeHistory(bytes, into: &log)
            case 5: takeConfig(bytes, into: &log)
            case 17: takeRun(bytes, into: &log)
            default: break
            }
        }
    }

    func finish(_ log: inout LogCollector) { rows.finish(&log) }

    /// A row: items of keys and JSON, and its step.
    private mutating func takeHistory(_ bytes: UnsafeRawBufferPointer, into log: inout LogCollector)
    {
        var fields = ProtobufReader(bytes)
        var members: [JSONValue.Member] = []
        var step: Int?
        while let (field, value) = fields.next() {
            guard let bytes = value.bytes else { continue }
            switch field {
            case 1:
                if let member = item(bytes) { members.append(member) }
            case 2:
                var inner = ProtobufReader(bytes)
                step = 0
                while let (field, value) = inner.next() {
                    if field == 1 { step = value.integer }
                }
            default: break
            }
        }
        if !members.contains(where: { $0.name == "_step" }) {
            members.append(.init("_step", .integer(step ?? nextStep)))
        }
        if let step { nextStep = step + 1 }
        members.removeAll {
            $0.name == "_runtime" || $0.name == "_timestamp" || $0.name == "_wandb"
        }
        rows.take(members, line: count, into: &log)
    }

    private func item(_ bytes: UnsafeRawBufferPointer) -> JSONValue.Member? {
        var fields = ProtobufReader(bytes)
        var key: [String] = []
        var json = ""
        while let (field, value) = fields.next() {
            switch field {
            case 1, 2: if let text = value.text, !text.isEmpty { key.append(text) }
            case 16: json = value.text ?? ""
            default: break
            }
        }
        let value = try? JSONParser.parse(Array(json.utf8), maximumValues: maximumValues)
        guard !key.isEmpty, let value else { return nil }
        return JSONValue.Member(key.joined(separator: "/"), value)
    }

    private func takeConfig(_ bytes: UnsafeRawBufferPointer, into log: inout LogCollector) {
        let run = log.run()
        var fields = ProtobufReader(bytes)
        while let (field, value) = fields.next() {
            guard field == 1, let member = value.bytes.flatMap(item), member.name != "_wandb"
            else { continue }
            let setting = member.value["value"] ?? member.value
            switch setting {
            case .object, .array, .null: continue
            default:
                if let text = setting.text { log.update(run) { $0.note(member.name, text) } }
            }
        }
    }

    private func takeRun(_ bytes: UnsafeRawBufferPointer, into log: inout LogCollector) {
        let run = log.run()
        var fields = ProtobufReader(bytes)
        while let (field, value) = fields.next() {
            switch field {
            case 4: if let config = value.bytes { takeConfig(config, into: &log) }
            case 8: if let text = value.text { log.update(run) { $0.name = text } }
            default: break
            }
        }
    }
}
