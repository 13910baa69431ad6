import JSONText

/// Values that Megatron-LM keeps of its functional tests: per metric an object of steps.
///
/// `"nan"` after the last finite value only pads a run that ended early; among values it is a
/// diverged loss. `lm loss` is the target, `mtp_1 loss` and the like are trained on beside it.
struct MegatronValuesFormat: LogFormat {
    let name = "megatron-values"
    let title = "Megatron-LM, golden values of its tests"
    let sample =
        #"{"lm loss": {"start_step": 1, "end_step": 50, "step_interval": 5, "values": {"1": 10.47}}}"#

    func recognises(_ head: LogHead) -> Confidence {
        let isOurs =
            head.first == UInt8(ascii: "{") && head.contains("\"values\"")
            && head.contains("\"step_interval\"")
        return isOurs ? .certain : .none
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        guard case .object(let metrics) = try JSONDocumentFormat.document(source) else {
            throw RunFileError(
                file: source.name, kind: .wrongShape(expected: "an object of metrics"))
        }
        let run = log.run()
        for metric in metrics {
            let points = Self.points(metric.value)
            let last = points.last { !$0.value.isNaN }?.step
            let id = log.id(of: metric.name)
            var padding = 0
            for point in points {
                guard let last, point.step <= last else {
                    padding += 1
                    continue
                }
                log.add(point.value, id, step: point.step, run: run, line: nil)
            }
            if padding > 0 {
                log.skip(
                    "nan after the last value of \(metric.name): padding of a run that ended early",
                    count: padding, at: nil)
            }
        }
    }

    /// Values under `values`, by step in an object or from `start_step` on in a list.
    private static func points(_ metric: JSONValue) -> [(step: Int, value: Double)] {
        var points: [(step: Int, value: Double)] = []
        switch metric["values"] {
        case .object(let members):
            for member in members {
                guard let step = Int(member.name), let value = RecordReader.number(member.value)
                else { continue }
                points.append((step, value))
            }
            points.sort { $0.step < $1.step }
        case .array(let values):
            let start = metric["start_step"]?.double.flatMap(Int.init(exactly:)) ?? 0
            let interval = metric["step_interval"]?.double.flatMap(Int.init(exactly:)) ?? 1
            for (index, value) in values.enumerated() {
                guard let value = RecordReader.number(value) else { continue }
                // Steps of a stored list lie on the interval's grid, the first one apart.
                let step = index == 0 ? start : (start / interval + index) * interval
                points.append((step, value))
            }
        default:
            break
        }
        return points
    }
}
