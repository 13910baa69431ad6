/// The CSV that Weights & Biases exports from a chart, and Neptune: one column per run and metric.
struct WandbChartFormat: LogFormat {
    let name = "wandb-chart"
    let title = "Weights & Biases and Neptune, export of a chart"
    let sample = #""Step","run-a - train/loss","run-a - train/loss__MIN","run-a - train/loss__MAX""#

    private static let divider = " - "

    func recognises(_ head: LogHead) -> Confidence {
        let columns = Array(head.firstLine.utf8).withUnsafeBufferPointer {
            DelimitedReader.cells($0, .comma)
        }
        return Self.parts(columns) == nil ? .none : .certain
    }

    func read(_ source: ByteSource, into log: inout LogCollector) throws(RunFileError) {
        let lines = LineReader(source)
        guard try lines.next() else { throw RunFileError(file: source.name, kind: .empty) }
        var reader = DelimitedReader(
            columns: DelimitedReader.cells(lines.line, .comma), separator: .comma, file: source.name
        )
        try reader.read(lines, into: &log) { columns, log throws(RunFileError) in
            let parts = Self.parts(columns) ?? columns.dropFirst().map(Self.part)
            var uses: [DelimitedReader.Use] = [.step]
            var extremes = 0
            for (column, part) in zip(columns.dropFirst(), parts) {
                guard let (run, metric) = part else {
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

    private typealias Part = (run: String, metric: String)

    /// Runs and metrics of all columns but the first; nil where the file is no such export.
    private static func parts(_ columns: [String]) -> [Part?]? {
        // `2024-06-01 10:00:00,123 - root - step 10` begins a line of a console.
        guard columns.count > 1, columns[0].allSatisfy({ $0.isLetter || "_/ ().".contains($0) })
        else { return nil }
        let parts = columns.dropFirst().map(part)
        if parts.allSatisfy({ $0 != nil }) { return parts }
        let named = columns.dropFirst().compactMap(numbered)
        let isNumbered = named.count + 1 == columns.count && Set(named.map(\.run)).count > 1
        return isNumbered ? named : nil
    }

    /// Run and metric of a column `run - metric`; a run's name may have the divider in it.
    private static func part(_ column: String) -> Part? {
        guard let range = column.ranges(of: divider).last else { return nil }
        let run = String(column[..<range.lowerBound])
        let metric = String(column[range.upperBound...])
        return run.isEmpty || metric.isEmpty ? nil : (run, metric)
    }

    /// Metric and run of a column `metric (PROJECT-12)`, as Neptune exports its charts.
    private static func numbered(_ column: String) -> Part? {
        guard let match = column.wholeMatch(of: /(.+) \(([A-Za-z0-9_]+-[0-9]+)\)/) else {
            return nil
        }
        return (String(match.2), String(match.1))
    }
}
