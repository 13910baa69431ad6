import API
import Plans
import Plots

/// A plan for people: what to do, a plot, and the numbers behind it.
struct PlanAnswer<Result: PlanResult>: Answer {
    let result: Result
    /// The object as it came from a server; nil for a plan made here.
    var body: [UInt8]?

    func json() throws -> [UInt8] {
        try body ?? JSONCoding.encode(result)
    }

    var warnings: [String] { result.warnings }

    var table: TextTableRows { TextTableRows(result.rows) }

    func text(style: TerminalStyle) -> [String] {
        let page = result.page
        var lines = [page.title, ""] + TextTable(pairs: [[page.advice]]).lines(width: style.width)
        if let plot = page.plot { lines += [""] + LinePlot(plot).lines(style: style) }
        for table in page.tables { lines += [""] + Self.textTable(table).lines }
        return lines + warningLines(result.warnings)
    }

    private static func textTable(_ table: PlanTable) -> TextTable {
        let columns = table.header.indices.map { column in
            let isText = table.rows.contains { row in
                if case .text = row[column] { true } else { false }
            }
            return TextTable.Column(table.header[column], isText ? .left : .right)
        }
        return TextTable(
            columns,
            rows: table.rows.map { row in
                row.map { cell in
                    switch cell {
                    case .text(let text): text
                    case .count(let count): String(count)
                    case .number(let value, let digits):
                        NumberText.significant(value, digits: digits)
                    case .empty: ""
                    }
                }
            })
    }
}

extension LinePlot {
    /// A plan's plot; the band is the first interval there is.
    fileprivate init(_ plot: PlanPlot) {
        func points(_ x: [Double], _ y: [Double]) -> [Point] {
            zip(x, y).map { Point(x: $0, y: $1) }
        }
        self.init(
            xLabel: plot.xLabel, yLabel: plot.yLabel,
            series: plot.series.map { .init(name: $0.name, points: points($0.x, $0.y)) })
        for series in plot.series {
            guard let lower = series.lower, let upper = series.upper else { continue }
            band = Band(
                name: "interval", lower: points(series.x, lower), upper: points(series.x, upper))
            break
        }
    }
}
