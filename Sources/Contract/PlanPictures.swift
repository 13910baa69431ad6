package import Plans
package import Plots

extension Table {
    /// A plan's rows.
    package init(_ table: PlanTable) {
        self.init(
            header: table.header,
            rows: table.rows.map { row in
                row.map { cell in
                    switch cell {
                    case .text(let text): .text(text)
                    case .count(let count): .count(count)
                    case .number(let value, let digits): .number(value, digits: digits)
                    case .empty: .empty
                    }
                }
            })
    }
}

extension LineChart {
    /// A plan's curves, with the interval of the first that has one.
    package init(_ plot: PlanPlot, title: String) {
        func points(_ x: [Double], _ y: [Double]) -> [PlotPoint] {
            zip(x, y).map { PlotPoint(x: $0, y: $1) }
        }
        var panel = Panel(
            yLabel: plot.yLabel,
            series: plot.series.map { .init(name: $0.name, points: points($0.x, $0.y)) })
        for series in plot.series {
            guard let lower = series.lower, let upper = series.upper else { continue }
            panel.bands = [
                .init(
                    name: "interval", lower: points(series.x, lower),
                    upper: points(series.x, upper))
            ]
            break
        }
        self.init(title: title, xLabel: plot.xLabel, panels: [panel])
    }
}
