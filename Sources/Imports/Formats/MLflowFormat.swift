/// One metric of MLflow's file store: a line per value, its time, the value, its step.
///
/// The name is the file's, so `mlruns/<experiment>/<run>` folders are read as runs by
/// `LogFolder`, and a file alone is a run with one loss.
struct MLflowMetricFormat: LogFormat {
    let name = "mlflow-metric"
    let title = "MLflow's file store: mlruns folders, files under metrics/"
    let sample = "1700000000000 2.3451 100"

    func recognises(_ head: LogHead) -> Confidence {
        var isOurs = true
        var count = 0
        head.lines(limit: 10) { line in
            count += 1
            isOurs = isOurs && Self.parts(line) != nil
        }
        return isOurs && count > 0 ? .certain : .none
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        try read(source, name: "loss", into: &log)
    }

    /// Reads one metric's file.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - name: The metric.
    ///   - log: Takes the values.
    /// - Throws: `RunFileError` for content that cannot be read.
    func read(
        _ source: ByteSource, name: String, into log: inout LogCollector
    ) throws(RunFileError) {
        let lines = LineReader(source)
        let run = log.run()
        let id = log.id(of: name)
        while try lines.next() {
            guard !lines.line.trimmed.isEmpty else { continue }
            guard let (value, step, time) = Self.parts(lines.line) else {
                log.skip("lines of \(name) that are not time, value and step", at: lines.number)
                continue
            }
            let row = log.countRow(of: run)
            let place = log.options.countsRows ? row : step
            log.add(value, id, step: place, run: run, line: lines.number)
            log.add(time, "timestamp", step: place, run: run, line: lines.number)
        }
    }

    private static func parts(_ line: ByteText) -> (value: Double, step: Int, time: Double)? {
        let words = line.split(separator: UInt8(ascii: " "))
        guard words.count == 3, words[0].count >= 12, words[0].count <= 16,
            let time = DecimalText.number(ByteText(rebasing: words[0])),
            let value = DecimalText.number(ByteText(rebasing: words[1])),
            let step = DecimalText.number(ByteText(rebasing: words[2])).flatMap(Int.init(exactly:))
        else { return nil }
        return (value, step, time)
    }
}
