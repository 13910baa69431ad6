import Plots
import Testing

@Suite struct AxisTicksTests {
    @Test(arguments: [
        (3.2...4.0, 5, ["3.2", "3.4", "3.6", "3.8", "4.0"]),
        (0...24_000, 6, ["0", "5000", "10000", "15000", "20000"]),
        (0...3e-4, 4, ["0", "1e-4", "2e-4", "3e-4"]),
        (0...0.03, 4, ["0", "0.01", "0.02", "0.03"]),
        (0...2e9, 3, ["0", "1e9", "2e9"]),
        (-1...1, 3, ["-1", "0", "1"]),
    ])
    func `labels round numbers with digits that agree`(
        range: ClosedRange<Double>, count: Int, labels: [String]
    ) {
        let ticks = AxisTicks(range, count: count)
        #expect(ticks.labels(.plain).texts == labels)
        #expect(ticks.labels(.plain).factor.isEmpty)
        #expect(ticks.values.count == labels.count)
    }

    @Test func `keeps every tick inside the range`() {
        // 3 · 1e-4 is above 3e-4 in floating point.
        let ticks = AxisTicks(0...3e-4, count: 4)
        #expect(ticks.values.last == 3e-4)
    }

    @Test(arguments: [
        (9.0...11.0, 6, ["1e9", "2e9", "5e9", "1e10", "2e10", "5e10", "1e11"]),
        (18...26, 4, ["1e18", "1e20", "1e22", "1e24", "1e26"]),
        (0...0.302, 3, ["1", "1.5", "2"]),
        (-1...2, 4, ["0.1", "1", "10", "100"]),
    ])
    func `labels a logarithmic axis with the numbers themselves`(
        range: ClosedRange<Double>, count: Int, labels: [String]
    ) {
        let ticks = AxisTicks(logarithms: range, count: count)
        #expect(ticks.labels(.plain).texts == labels)
        #expect(ticks.values.allSatisfy { range.contains($0) })
    }

    @Test func `print writes powers of ten as such`() {
        let ticks = AxisTicks(logarithms: 8.9...10.1, count: 5)
        #expect(ticks.labels(.typeset).texts == ["10⁹", "2·10⁹", "5·10⁹", "10¹⁰"])
    }

    @Test func `has one tick where the range is one value`() {
        #expect(AxisTicks(2.5...2.5, count: 4).labels(.plain).texts == ["2.5"])
    }
}

@Suite struct DotCanvasTests {
    @Test func `sets the eight dots of a cell in the order of the braille patterns`() {
        let patterns: [[Character]] = [["⠁", "⠈"], ["⠂", "⠐"], ["⠄", "⠠"], ["⡀", "⢀"]]
        for row in 0..<4 {
            for column in 0..<2 {
                var canvas = DotCanvas(width: 1, height: 1)
                canvas.set(column: column, row: row)
                #expect(
                    canvas.character(column: 0, row: 0, isUnicode: true)
                        == patterns[row][column])
            }
        }
    }

    @Test func `joins two dots without a gap`() {
        var canvas = DotCanvas(width: 3, height: 1)
        canvas.line(from: (0, 3), to: (5, 0))
        let text = (0..<3).compactMap { canvas.character(column: $0, row: 0, isUnicode: true) }
        #expect(String(text) == "⡠⠔⠊")
    }

    @Test func `shows a star in ASCII and nothing for an empty cell`() {
        var canvas = DotCanvas(width: 2, height: 1)
        canvas.set(column: 0, row: 0)
        #expect(canvas.character(column: 0, row: 0, isUnicode: false) == "*")
        #expect(canvas.character(column: 1, row: 0, isUnicode: false) == nil)
    }

    @Test func `leaves out dots beyond its edges`() {
        var canvas = DotCanvas(width: 1, height: 1)
        canvas.line(from: (-5, -5), to: (-1, 9))
        canvas.set(column: 2, row: 0)
        canvas.set(column: 0, row: 4)
        #expect(canvas.character(column: 0, row: 0, isUnicode: true) == nil)
    }
}

@Suite struct TerminalChartTests {
    private static let ascii = TerminalStyle(width: 28, isUnicode: false)
    private static let falling = (0...10).map { PlotPoint(x: Double($0), y: 10 - Double($0)) }

    private func plot(_ points: [PlotPoint]) -> LineChart {
        LineChart(
            title: "", xLabel: "step",
            panels: [.init(yLabel: "loss", series: [.init(name: "line", points: points)])])
    }

    @Test func `draws a falling line with axes, numbers and a legend in ASCII`() {
        #expect(
            plot(Self.falling).lines(style: Self.ascii, height: 5) == [
                "loss:  ** line",
                "10 |*****",
                "   |     ****",
                " 5 |         *****",
                "   |             ******",
                " 0 |                  ******",
                "   ++----------------------+",
                "    0                     10",
                "    step",
            ])
    }

    @Test func `draws in braille where the locale is UTF-8`() {
        let lines = plot(Self.falling).lines(
            style: TerminalStyle(width: 20, isUnicode: true), height: 3)
        #expect(lines[0] == "loss:  ⠒⠒ line")
        #expect(lines[1].hasPrefix("10 ┤⠉"))
        #expect(lines[4].hasPrefix("   └┬"))
        #expect(lines[3].contains { ("⠀"..."⣿").contains($0) })
    }

    @Test func `tells several lines apart by a letter on each`() {
        var plot = plot(Self.falling)
        plot.panels[0].series.append(
            .init(name: "level", points: [.init(x: 0, y: 2), .init(x: 10, y: 2)]))
        let lines = plot.lines(style: Self.ascii, height: 5)
        #expect(lines[0] == "loss:  a line   b level")
        #expect(lines.dropFirst().prefix(5).contains { $0.contains("a") })
        #expect(lines[5].contains("b") && !lines[5].contains("a"))
    }

    @Test func `draws marks over the line and the band below it`() {
        var plot = plot(Self.falling)
        plot.panels[0].series.append(
            .init(name: "measured", points: [.init(x: 5, y: 5)], mark: .dots))
        plot.panels[0].bands = [
            .init(
                name: "interval", lower: Self.falling.map { .init(x: $0.x, y: $0.y - 2) },
                upper: Self.falling.map { .init(x: $0.x, y: $0.y + 2) })
        ]
        let wide = TerminalStyle(width: 50, isUnicode: false)
        #expect(plot.lines(style: wide)[0] == "loss:  ** line   o measured   :: interval")
        // Where the legend is wider than the plot, it takes another line.
        var lines = plot.lines(style: Self.ascii, height: 5)
        #expect(lines.prefix(2) == ["loss:  ** line   o measured", "       :: interval"])
        lines.removeFirst()
        #expect(lines.filter { $0.contains("o") && !$0.contains("loss") }.count == 1)
        #expect(lines[3].contains("*o*"))
        #expect(lines[2].contains(":*"))
        #expect(lines[2].contains("*:"))
    }

    @Test func `leaves out what is not finite or outside the range`() {
        var points = Self.falling
        points[5].y = .nan
        points[0].y = 1_000
        var plot = plot(points)
        plot.panels[0].yRange = 0...10
        let lines = plot.lines(style: Self.ascii, height: 5)
        #expect(lines.count == 9)
        #expect(lines[1] == "10 |  ***")
        #expect(self.plot([]).lines(style: Self.ascii).isEmpty)
        let bare = LineChart(title: "", xLabel: "", panels: [])
        #expect(bare.lines(style: Self.ascii).isEmpty)
    }

    @Test func `gives a flat line some height`() {
        let flat = (0...4).map { PlotPoint(x: Double($0), y: 3) }
        let lines = plot(flat).lines(style: Self.ascii, height: 5)
        #expect(lines.contains { $0.contains("****") })
    }

    @Test(arguments: [40, 80, 100, 300])
    func `stays within the width, and within 120 columns`(width: Int) {
        let lines = plot(Self.falling).lines(style: TerminalStyle(width: width, isUnicode: true))
        let longest = lines.map(\.count).max() ?? 0
        #expect(longest <= min(width, 120))
    }

    @Test func `interpolates between points, and not beyond them`() {
        #expect(Self.falling.interpolated(at: 2.5) == 7.5)
        #expect(Self.falling.interpolated(at: 10) == 0)
        #expect(Self.falling.interpolated(at: 10.5) == nil)
        #expect(Self.falling.interpolated(at: -1) == nil)
    }

    @Test func `shows the escapes of names, and does not send them`() {
        var plot = plot(Self.falling)
        plot.panels[0].series[0].name = "a\u{1b}]0;title\u{7}b\nc"
        let lines = plot.lines(style: Self.ascii, height: 5)
        #expect(lines[0] == #"loss:  ** a\u001b]0;title\u0007b\nc"#)
        #expect(lines.joined().unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }

    @Test func `draws the ends of the doubles without a trap`() {
        let far = [PlotPoint(x: 0, y: -1e308), PlotPoint(x: 1, y: 1e308)]
        #expect(!plot(far).lines(style: Self.ascii).isEmpty)
        #expect(!plot(far).svg().contains("nan"))
        let close = [PlotPoint(x: 0, y: 1e16), PlotPoint(x: 1, y: 1e16 + 2)]
        #expect(!plot(close).lines(style: Self.ascii).isEmpty)
        #expect(!plot(close).svg().contains("nan"))
    }
}
