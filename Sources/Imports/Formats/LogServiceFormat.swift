import JSONText

/// A program's lines as log services keep them: each in a JSON object, beside a time and a severity.
///
///     {"log":"step 10: train loss 3.21\n","stream":"stderr","time":"2024-06-01T10:00:00Z"}
///
/// Docker writes `log`, Cloud Logging `textPayload` or `message`, systemd's journal `MESSAGE`, loguru
/// `text`, loggers of Python `message` or `msg`; one object a line, or all in a list. The lines inside
/// are read by the format that recognises them.
struct LogServiceFormat: LogFormat {
    let name = "log-service"
    let title =
        "lines of a program in JSON, as Docker, Cloud Logging, journald and loguru keep them"
    let sample =
        #"{"log":"step 10: train loss 3.21\n","stream":"stderr","time":"2024-06-01T10:00:00Z"}"#

    /// Names that the line has, in order of preference.
    private static let keys = [
        "log", "textPayload", "MESSAGE", "text", "message", "@message", "msg", "line",
    ]

    func recognises(_ head: LogHead) -> Confidence {
        guard let key = Self.key(head) else { return .none }
        var lines: [UInt8] = []
        for object in Self.objects(head, limit: .max) { Self.add(object, key, to: &lines) }
        return Self.format(LogHead(lines)) == nil ? .none : .certain
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        let head = LogHead(try source.head(LogHead.length))
        let key = Self.key(head) ?? Self.keys[0]
        var lines: [UInt8] = []
        if head.first == UInt8(ascii: "{") {
            let reader = LineReader(source)
            while try reader.next() {
                let object = reader.line.jsonMembers(maximumValues: source.maximumValues)
                guard let object else {
                    if !reader.line.trimmed.isEmpty {
                        log.skip("lines that are no JSON", at: reader.number)
                    }
                    continue
                }
                Self.add(object, key, to: &lines)
            }
        } else {
            for object in Self.list(try JSONDocumentFormat.document(source)) {
                Self.add(object, key, to: &lines)
            }
        }
        guard let format = Self.format(LogHead(lines)) else {
            throw RunFileError(file: source.name, kind: .unknownFormat)
        }
        log.note("read the lines under \"\(key)\" as \(format.name)")
        let inner = try ByteSource(bytes: lines, name: source.name)
        // One object may hold any number of lines.
        inner.maximumValues = source.maximumValues
        inner.maximumLines = source.maximumLines
        try format.read(inner, into: &log)
    }

    /// The format of the lines inside; never this one again.
    private static func format(_ head: LogHead) -> (any LogFormat)? {
        guard let first = head.first, first != UInt8(ascii: "[") else { return nil }
        let found = LogFormatCatalog.format(of: head, isBinary: false)
        return found is LogServiceFormat ? nil : found
    }

    /// The name under which the objects have their lines; nil where they have none, or steps.
    private static func key(_ head: LogHead) -> String? {
        let objects = objects(head, limit: 20)
        guard !objects.isEmpty, !objects.contains(where: RecordReader.hasStep) else { return nil }
        return keys.first { key in
            objects.count { line($0, key) != nil } * 5 > objects.count * 4
        }
    }

    private static func line(_ object: [JSONValue.Member], _ key: String) -> String? {
        guard case .string(let text) = object.first(where: { $0.name == key })?.value else {
            return nil
        }
        return text
    }

    private static func add(
        _ object: [JSONValue.Member], _ key: String, to lines: inout [UInt8]
    ) {
        guard let line = line(object, key) else { return }
        lines += line.utf8
        if lines.last != .lineFeed { lines.append(.lineFeed) }
    }

    private static func objects(_ head: LogHead, limit: Int) -> [[JSONValue.Member]] {
        guard head.first != UInt8(ascii: "{") else { return head.lineObjects(limit: limit) }
        guard head.first == UInt8(ascii: "["), head.isWhole,
            let document = try? JSONParser.parse(head.bytes)
        else { return [] }
        return Array(list(document).prefix(limit))
    }

    private static func list(_ document: JSONValue) -> [[JSONValue.Member]] {
        guard case .array(let items) = document else { return [] }
        return items.compactMap { item in
            guard case .object(let members) = item else { return nil }
            return members
        }
    }
}
