/// The CSV that Weights & Biases exports from a chart: one column per run and metric.
struct WandbChartFormat: LogFormat {
    let name = "wandb-chart"
    let title = "Weights & Biases, export of a chart"
    let sample = #""Step","run-a - train/loss","run-a - train/loss__MIN","run-a - train/loss__MAX""#

    private static let divider = " - "

    func recognises(_ head: LogHead) -> Confidence {
        let columns = Array(head.firstLine.utf8).withUnsafeBufferPointer {
            DelimitedReader.cells($0, .comma)
        }
        guard columns.count > 1, columns.dropFirst().allSatisfy({ Self.parts(of: $0) != nil })
        else { return .none }
        return .certain
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        let lines = LineReader(source)
        guard try lines.next() else { throw RunFileError(file: source.name, kind: .empty) }
        var reader = DelimitedReader(header: lines.line, separator: .comma, file: source.name)
        try reader.read(lines, into: &log) { columns, log throws(RunFileError) in
            var uses: [DelimitedReader.Use] = [.step]
            var extremes = 0
            for column in columns.dropFirst() {
                guard let (run, metric) = Self.parts(of: column) else {
                    uses.append(.text(name: column))
                    continue
                }
                if metric.hasSuffix("__MIN") || metric.hasSuffix("__MAX") {
                    extremes += 1
                    uses.append(.unused)
                    continue
                }
                uses.append(.scalar(id: log.id(of: metric), run: log.run(run)))
            }
            if extremes > 0 {
                log.skip("columns __MIN and __MAX, which are no runs", count: extremes, at: 1)
            }
            if ColumnName(columns[0]).normal != "step" {
                log.note("took \"\(columns[0])\" for step")
            }
            return uses
        }
    }

    /// Run and metric of a column `run - metric`; a run's name may have the divider in it.
    private static func parts(of column: String) -> (run: String, metric: String)? {
        guard let range = column.ranges(of: divider).last else { return nil }
        let run = String(column[..<range.lowerBound])
        let metric = String(column[range.upperBound...])
        return run.isEmpty || metric.isEmpty ? nil : (run, metric)
    }
}
