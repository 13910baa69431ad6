/// TensorBoard's event files: TFRecords of protocol buffers, each with its checksum.
///
/// Scalars are `simple_value` and tensors of one number; images, histograms, texts and curves are
/// none. The file's plugin names stand at the first value of a tag only.
struct TensorBoardFormat: LogFormat {
    let name = "tensorboard"
    let title = "TensorBoard event files, and folders of them"
    let sample = "events.out.tfevents.1700000000.host.1.0 (binary)"
    let isBinary = true

    /// Longest record that is read; images may be long, scalars are not.
    private static let longestRecord = 1 << 28

    func recognises(_ head: LogHead) -> Confidence {
        guard head.bytes.count >= 12 else { return .none }
        return head.bytes.withUnsafeBytes { bytes in
            let sum = bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self).littleEndian
            let isOurs = CRC32C.masked(UnsafeRawBufferPointer(rebasing: bytes[..<8])) == sum
            return isOurs ? .certain : .none
        }
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        try read(source, prefix: "", into: &log)
    }

    /// Reads one file.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - prefix: What tags are put behind, for a folder inside the run's.
    ///   - log: Takes the values.
    /// - Throws: `RunFileError` for content that cannot be read.
    func read(
        _ source: ByteSource, prefix: String, into log: inout LogCollector
    ) throws(RunFileError) {
        let window = ByteWindow(source)
        var reader = EventReader(prefix: prefix)
        var record = 0
        while let header = try window.take(12) {
            record += 1
            let length = header.loadUnaligned(as: UInt64.self).littleEndian
            let sum = header.loadUnaligned(fromByteOffset: 8, as: UInt32.self).littleEndian
            guard CRC32C.masked(UnsafeRawBufferPointer(rebasing: header[..<8])) == sum,
                length < UInt64(Self.longestRecord)
            else {
                return log.skip("records from one on whose checksum is wrong", at: record)
            }
            guard let body = try window.take(Int(length) + 4) else { break }
            let data = UnsafeRawBufferPointer(rebasing: body[..<Int(length)])
            let stated = body.loadUnaligned(fromByteOffset: Int(length), as: UInt32.self)
            guard CRC32C.masked(data) == stated.littleEndian else {
                log.skip("records whose checksum is wrong", at: record)
                continue
            }
            reader.take(data, record: record, into: &log)
        }
        if window.left > 0 { log.skip("the last record, which is cut off", at: record) }
        reader.finish(&log)
    }
}

/// Takes scalars out of events.
private struct EventReader {
    let prefix: String
    /// Tags that hold no scalars, by what they hold.
    private var others: [String: Int] = [:]
    private var plugins: [String: String] = [:]
    private var ids: [String: Int] = [:]
    private var firstStep: Int?
    /// The step whose time was taken last.
    private var timedStep: Int?

    init(prefix: String) { self.prefix = prefix }

    mutating func take(_ event: UnsafeRawBufferPointer, record: Int, into log: inout LogCollector) {
        var fields = ProtobufReader(event)
        var step = 0
        var time: Double?
        var summary: UnsafeRawBufferPointer?
        while let (field, value) = fields.next() {
            switch field {
            case 1: time = value.double
            case 2: step = value.integer ?? 0
            case 5: summary = value.bytes
            default: break
            }
        }
        guard let summary else { return }
        var values = ProtobufReader(summary)
        while let (field, value) = values.next() {
            guard field == 1, let bytes = value.bytes else { continue }
            takeValue(bytes, step: step, record: record, into: &log)
        }
        // Files of other folders have losses at steps of their own.
        if let time, firstStep != nil, timedStep != step, prefix.isEmpty {
            timedStep = step
            log.add(time, "wall_time", step: step, run: log.run(), line: record)
        }
    }

    private mutating func takeValue(
        _ bytes: UnsafeRawBufferPointer, step: Int, record: Int, into log: inout LogCollector
    ) {
        var fields = ProtobufReader(bytes)
        var tag = ""
        var scalar: Double?
        var kind = "nothing"
        while let (field, value) = fields.next() {
            switch field {
            case 1: tag = value.text ?? ""
            case 2: scalar = value.float.map(Double.init)
            case 4: kind = "images"
            case 5: kind = "histograms"
            case 6: kind = "sounds"
            case 8: scalar = value.bytes.flatMap(Self.scalar)
            case 9:
                if let plugin = value.bytes.flatMap(Self.plugin) { plugins[tag] = plugin }
            default: break
            }
        }
        if let plugin = plugins[tag], plugin != "scalars" {
            scalar = nil
            kind = plugin
        } else if scalar == nil, kind == "nothing" {
            kind = "tensors"
        }
        guard let scalar else {
            others[kind, default: 0] += 1
            return
        }
        let run = log.run()
        _ = log.countRow(of: run)
        let id: Int
        if let known = ids[tag] {
            id = known
        } else {
            id = log.id(of: prefix + tag)
            ids[tag] = id
        }
        if firstStep == nil {
            firstStep = step
            log.beginFile(run, at: step)
        }
        log.add(scalar, id, step: step, run: run, line: record)
    }

    func finish(_ log: inout LogCollector) {
        for (kind, count) in others.sorted(by: { $0.key < $1.key }) {
            log.skip("values that are \(kind) and no scalars", count: count, at: nil)
        }
    }

    /// The plugin's name of a value's metadata.
    private static func plugin(_ metadata: UnsafeRawBufferPointer) -> String? {
        var fields = ProtobufReader(metadata)
        while let (field, value) = fields.next() {
            guard field == 1, let bytes = value.bytes else { continue }
            var plugin = ProtobufReader(bytes)
            while let (field, value) = plugin.next() {
                if field == 1 { return value.text }
            }
        }
        return nil
    }

    /// The number of a tensor that has one.
    private static func scalar(_ tensor: UnsafeRawBufferPointer) -> Double? {
        var fields = ProtobufReader(tensor)
        var type = 0
        var numbers: [Double] = []
        while let (field, value) = fields.next() {
            switch (field, value) {
            case (1, .varint(let code)): type = Int(code)
            case (4, .bytes(let bytes)): numbers += content(bytes, type: type)
            case (5, .fixed32(let bits)): numbers.append(Double(Float(bitPattern: bits)))
            case (5, .bytes(let bytes)): numbers += content(bytes, type: 1)
            case (6, .fixed64(let bits)): numbers.append(Double(bitPattern: bits))
            case (6, .bytes(let bytes)): numbers += content(bytes, type: 2)
            case (7, .varint(let bits)), (10, .varint(let bits)):
                numbers.append(Double(Int64(bitPattern: bits)))
            default: break
            }
        }
        return numbers.count == 1 ? numbers[0] : nil
    }

    /// The numbers of a packed field, of TensorFlow's types float, double, int32 and int64.
    private static func content(_ bytes: UnsafeRawBufferPointer, type: Int) -> [Double] {
        let width = type == 1 || type == 3 ? 4 : type == 2 || type == 9 ? 8 : 0
        guard width > 0, bytes.count == width else {
            return width > 0 && bytes.count > width ? [0, 0] : []
        }
        if width == 4 {
            let bits = bytes.loadUnaligned(as: UInt32.self).littleEndian
            return [type == 1 ? Double(Float(bitPattern: bits)) : Double(Int32(bitPattern: bits))]
        }
        let bits = bytes.loadUnaligned(as: UInt64.self).littleEndian
        return [type == 2 ? Double(bitPattern: bits) : Double(Int64(bitPattern: bits))]
    }
}
