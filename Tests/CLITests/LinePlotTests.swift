import Plots
import Testing
import isoloss

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
        #expect(ticks.labels == labels)
        #expect(ticks.values.count == labels.count)
    }

    @Test func `keeps every tick inside the range`() {
        // 3 · 1e-4 is above 3e-4 in floating point.
        let ticks = AxisTicks(0...3e-4, count: 4)
        #expect(ticks.values.last == 3e-4)
    }

    @Test func `has one tick where the range is one value`() {
        #expect(AxisTicks(2.5...2.5, count: 4).labels == ["2.5"])
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

@Suite struct LinePlotTests {
    private static let ascii = TerminalStyle(width: 28, isUnicode: false)
    private static let falling = (0...10).map { LinePlot.Point(x: Double($0), y: 10 - Double($0)) }

    private func plot(_ points: [LinePlot.Point], height: Int = 5) -> LinePlot {
        LinePlot(
            xLabel: "step", yLabel: "loss", series: [.init(name: "line", points: points)],
            height: height)
    }

    @Test func `draws a falling line with axes, numbers and a legend in ASCII`() {
        #expect(
            plot(Self.falling).lines(style: Self.ascii) == [
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
        let lines = plot(Self.falling, height: 3).lines(
            style: TerminalStyle(width: 20, isUnicode: true))
        #expect(lines[0] == "loss:  ⠒⠒ line")
        #expect(lines[1].hasPrefix("10 ┤⠉"))
        #expect(lines[4].hasPrefix("   └┬"))
        #expect(lines[3].contains { ("⠀"..."⣿").contains($0) })
    }

    @Test func `draws marks over the line and the band below it`() {
        var plot = plot(Self.falling)
        plot.series.append(
            .init(name: "measured", points: [.init(x: 5, y: 5)], mark: .marks))
        plot.band = LinePlot.Band(
            name: "interval", lower: Self.falling.map { .init(x: $0.x, y: $0.y - 2) },
            upper: Self.falling.map { .init(x: $0.x, y: $0.y + 2) })
        let lines = plot.lines(style: Self.ascii)
        #expect(lines[0] == "loss:  ** line   o measured   :: interval")
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
        plot.yRange = 0...10
        let lines = plot.lines(style: Self.ascii)
        #expect(lines.count == 9)
        #expect(lines[1] == "10 |  ***")
        #expect(LinePlot(xLabel: "x", yLabel: "y", series: []).lines(style: Self.ascii).isEmpty)
    }

    @Test func `gives a flat line some height`() {
        let flat = (0...4).map { LinePlot.Point(x: Double($0), y: 3) }
        let lines = plot(flat).lines(style: Self.ascii)
        #expect(lines.contains { $0.contains("****") })
    }

    @Test(arguments: [40, 80, 100, 300])
    func `stays within the width, and within 120 columns`(width: Int) {
        let lines = plot(Self.falling).lines(style: TerminalStyle(width: width, isUnicode: true))
        let longest = lines.map(\.count).max() ?? 0
        #expect(longest <= min(width, 120))
    }

    @Test func `interpolates between points, and not beyond them`() {
        #expect(LinePlot.interpolate(Self.falling, at: 2.5) == 7.5)
        #expect(LinePlot.interpolate(Self.falling, at: 10) == 0)
        #expect(LinePlot.interpolate(Self.falling, at: 10.5) == nil)
        #expect(LinePlot.interpolate(Self.falling, at: -1) == nil)
    }
}

@Suite struct TerminalStyleTests {
    @Test(arguments: [
        (["LANG": "C.UTF-8"], true), (["LANG": "de_DE.utf8"], true), (["LANG": "C"], false),
        (["LC_ALL": "C", "LANG": "C.UTF-8"], false), (["LC_CTYPE": "C.UTF-8", "LANG": "C"], true),
        (["LC_ALL": "", "LANG": "C.UTF-8"], true), ([:], false),
    ])
    func `takes the locale's encoding from the first variable that is set`(
        environment: [String: String], isUnicode: Bool
    ) {
        #expect(TerminalStyle.isUnicode(environment: environment) == isUnicode)
    }

    @Test func `shows a bar with the part that is done`() {
        let bar = ProgressBar(title: "fitting", fraction: 0.5, elapsedSeconds: 3.4)
        #expect(
            bar.line(style: TerminalStyle(width: 43, isUnicode: false))
                == "fitting  [######......]  50 %  3 s")
        #expect(
            bar.line(style: TerminalStyle(width: 43, isUnicode: true))
                == "fitting  [██████░░░░░░]  50 %  3 s")
    }

    @Test func `shows the time alone where the work cannot tell how far it is`() {
        let bar = ProgressBar(title: "importing", note: "run-1", elapsedSeconds: 61)
        #expect(
            bar.line(style: TerminalStyle(width: 80, isUnicode: true))
                == "importing  run-1  61 s")
        #expect(bar.line(style: TerminalStyle(width: 10, isUnicode: true)).count == 9)
    }
}
