import JSONText

/// One JSON object per line.
struct JSONLinesFormat: LogFormat {
    let name = "ndjson"
    let title = "a JSON object per line; trainer_log.jsonl of LLaMA-Factory and axolotl"
    let sample =
        #"{"current_steps": 5, "total_steps": 8712, "loss": 1.7484, "learning_rate": 5e-05}"#

    func recognises(_ head: LogHead) -> Confidence {
        guard head.first == UInt8(ascii: "{") else { return .none }
        var objects = 0
        var others = 0
        head.lines(limit: 3) { line in
            let text = line.trimmed
            // `{'loss': 3.2}` is Python's.
            if text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}"),
                !text.hasPrefix("{'")
            {
                objects += 1
            } else {
                others += 1
            }
        }
        if objects > 1 { return .likely }
        return objects == 1 && others == 0 ? .possible : .none
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        let head = LogHead(try source.head(LogHead.length))
        guard Self.isLog(head, options: log.options) else {
            let bytes = try source.readAll(limit: RunFileReader.defaultLimit)
            let rows = try JSONRows(
                newlineDelimited: bytes, file: source.name, maximumValues: source.maximumValues)
            log.table = try RunFileReader.table(
                .json(rows), source.name, .required, options: log.options)
            return
        }
        let lines = LineReader(source)
        var reader = RecordReader(file: source.name, options: log.options)
        reader.takesEpochs = !head.lineObjects(limit: 50).contains(where: RecordReader.hasStep)
        while try lines.next() {
            let text = lines.line.trimmed
            guard !text.isEmpty else { continue }
            let value: JSONValue
            do {
                value = try JSONParser.parse(Array(text), maximumValues: source.maximumValues)
            } catch {
                if !lines.isComplete {
                    log.skip("the last line, which is cut off", at: lines.number)
                } else {
                    _ = log.countRow(of: log.run(log.runs.first?.key))
                    var error = error
                    error.line = lines.number
                    log.fault(
                        RunFileError(
                            file: source.name, place: .init(line: lines.number),
                            kind: .notJSON(error)), reason: "lines that are no JSON")
                }
                continue
            }
            guard case .object(let members) = value else {
                log.fault(
                    RunFileError(
                        file: source.name, place: .init(line: lines.number),
                        kind: .wrongShape(expected: "an object on every line")),
                    reason: "lines that are no object")
                continue
            }
            reader.take(members, line: lines.number, into: &log)
        }
        reader.finish(&log)
    }

    /// True when the lines are steps of runs and not finished runs.
    private static func isLog(_ head: LogHead, options: ImportOptions) -> Bool {
        if options.countsRows || options.columns["step"] != nil { return true }
        let objects = head.lineObjects(limit: 50)
        if objects.contains(where: RecordReader.hasStep) { return true }
        let isSized = objects.contains { members in
            members.contains { ColumnAliases.feature(ColumnName($0.name)) != nil }
        }
        return !isSized
            && objects.contains { members in members.contains { $0.name == "epoch" } }
    }
}

extension LogHead {
    /// The objects of the first lines.
    func lineObjects(limit: Int) -> [[JSONValue.Member]] {
        var objects: [[JSONValue.Member]] = []
        lines(limit: limit) { line in
            if let members = line.jsonMembers() { objects.append(members) }
        }
        return objects
    }
}

extension ByteText {
    /// The members of the JSON object that the text is; nil for any other text, and for one of more
    /// values than a limit.
    func jsonMembers(maximumValues: Int = .max) -> [JSONValue.Member]? {
        let value = try? JSONParser.parse(Array(trimmed), maximumValues: maximumValues)
        guard case .object(let members) = value else { return nil }
        return members
    }
}
