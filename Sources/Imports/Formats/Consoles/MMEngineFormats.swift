import JSONText

/// The text log of MMEngine and mmcv.
///
/// `Epoch(train) [2][ 50/391]` is step 441: iterations count within their epoch. Values of a
/// validation stand at the end of theirs.
struct MMEngineFormat: ConsoleFormat {
    let name = "mmengine"
    let title = "MMEngine and mmcv, text log"
    let sample =
        "mmengine - INFO - Epoch(train)  [1][ 50/391]  lr: 1.0000e-01  eta: 0:10:11  loss: 2.3026"
    let markers: [StaticString] = ["lr: ", "eta: ", "loss: "]

    struct Reader: ConsoleReader {
        private var last = 0.0

        mutating func read(
            _ line: ByteText, _ pairs: LogPairs, into log: inout ConsoleLog
        ) -> Bool {
            let isTrain =
                line.contains("(train)") || line.contains("Epoch [") || line.contains("Iter [")
            let isVal = line.contains("(val)")
            guard isTrain || isVal,
                let place = line.firstIndex(of: "Epoch") ?? line.firstIndex(of: "Iter")
            else { return false }
            let counted = pairs.pairs.first { $0.start > place && $0.total != nil }
            guard let bar = counted, let total = bar.total else { return false }
            var step = bar.value
            if line.part(from: place).hasPrefix("Epoch") {
                let epoch =
                    pairs.pairs.first { $0.start > place && $0.start < bar.start }?.value ?? 1
                step += (epoch - 1) * total
            } else if isTrain {
                log.end(at: total)
            }
            if isTrain { last = step }
            let values = pairs.pairs.filter { $0.start > bar.start && !$0.name.isEmpty }
            guard values.contains(where: { $0.name.contains("loss") }) else { return false }
            for pair in values {
                let name = pair.name.string
                log.add(pair.value, isVal ? "val/\(name)" : name, at: isVal ? last : step)
            }
            return true
        }
    }
}

/// `scalars.json` of MMEngine: a JSON object per line, validations with their epoch as `step`.
struct MMEngineScalarsFormat: LogFormat {
    let name = "mmengine-scalars"
    let title = "MMEngine, scalars.json"
    let sample =
        #"{"lr": 0.1, "data_time": 0.01, "loss": 2.3026, "time": 0.1, "epoch": 1, "iter": 50, "step": 50}"#

    func recognises(_ head: LogHead) -> Confidence {
        let isOurs =
            head.first == UInt8(ascii: "{") && head.contains("\"data_time\"")
            && (head.contains("\"iter\"") || head.contains("\"step\""))
        return isOurs ? .certain : .none
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        let lines = LineReader(source)
        var reader = RecordReader(file: source.name, options: log.options)
        var last = 0
        while try lines.next() {
            let members = lines.line.jsonMembers(maximumValues: source.maximumValues)
            guard let members else {
                if !lines.line.trimmed.isEmpty {
                    log.skip("lines that are no JSON, or cut off", at: lines.number)
                }
                continue
            }
            func step(_ name: String) -> Int? {
                members.first { $0.name == name }.flatMap { RecordReader.step($0.value) }
            }
            let isTraining = members.contains {
                $0.name == "lr" || $0.name == "iter" || $0.name == "loss"
            }
            if isTraining {
                last = step("iter") ?? step("step") ?? last
                reader.take(members, line: lines.number, into: &log)
                continue
            }
            // Its `step` is the epoch, which would fall among the first iterations.
            let values = members.filter { $0.name != "step" }
                .map { JSONValue.Member("val/\($0.name)", $0.value) }
            reader.take(
                values + [JSONValue.Member("step", .integer(last))], line: lines.number, into: &log)
        }
        reader.finish(&log)
    }
}
