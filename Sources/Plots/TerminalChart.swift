/// The abilities of the place that text goes to.
package struct TerminalStyle: Sendable, Equatable {
    /// Columns of a line.
    package var width: Int
    /// True where braille and block characters can be shown; plain ASCII otherwise.
    package var isUnicode: Bool

    package init(width: Int, isUnicode: Bool) {
        self.width = width
        self.isUnicode = isUnicode
    }

    package static let standardWidth = 80
    /// Plots grow no wider than this, however wide the window.
    static let widestPlot = 120
}

extension LineChart {
    /// The chart's first panel in characters: lines in braille, single marks, a shaded band, axes.
    ///
    /// A terminal has no room for the other panels, and notes stand in the text around it.
    ///
    /// - Parameters:
    ///   - style: The width and the characters allowed.
    ///   - height: Rows of the drawing area.
    /// - Returns: Lines, top to bottom; none when there is nothing finite to draw.
    package func lines(style: TerminalStyle, height: Int = 16) -> [String] {
        guard let panel = panels.first else { return [] }
        let shown = TerminalPanel(
            panel: panel, xLabel: xLabel, isLogarithmic: isLogarithmic, style: style,
            height: height)
        return shown.lines.map { VisibleText.escaped($0) }
    }
}

/// One panel being drawn in characters.
private struct TerminalPanel {
    /// A measured curve has too many points to show each as a mark.
    private static let mostMarks = 36

    let panel: LineChart.Panel
    let xLabel: String
    let isLogarithmic: Bool
    let style: TerminalStyle
    let height: Int

    var lines: [String] {
        let points = panel.series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
        let edges = panel.bands.flatMap { $0.lower + $0.upper }.filter(\.y.isFinite)
        guard let xRange = Self.range(points.map(\.x)),
            let yRange = panel.yRange ?? Self.range((points + edges).map(\.y))
        else { return [] }
        let ticks = panel.ticks(yRange, count: max(3, height / 3))
        let texts = ticks.labels(.plain).texts
        let gutter = texts.map(\.count).max() ?? 0
        let width = max(10, min(style.width, TerminalStyle.widestPlot) - gutter - 2)
        let frame = CharacterFrame(
            width: width, height: height, xRange: xRange, yRange: Self.widened(yRange))
        var labels: [Int: String] = [:]
        for (value, label) in zip(ticks.values, texts) {
            if let row = frame.row(of: value) { labels[row] = label }
        }
        var lines = legend(width: gutter + 2 + width)
        for (row, text) in drawing(frame).enumerated() {
            let label = labels[row] ?? ""
            let axis = style.isUnicode ? (labels[row] == nil ? "│" : "┤") : "|"
            lines.append(Self.padded(label, to: gutter) + " " + axis + text)
        }
        return lines + xAxis(frame, gutter: gutter)
    }

    // MARK: Drawing

    private func drawing(_ frame: CharacterFrame) -> [String] {
        var cells = [[Character]](
            repeating: Array(repeating: " ", count: frame.width), count: frame.height)
        for band in panel.bands { shade(band, frame, &cells) }
        for series in panel.series where series.mark != .dots {
            let canvas = frame.canvas(joining: series.points)
            for row in 0..<frame.height {
                for column in 0..<frame.width {
                    guard
                        let character = canvas.character(
                            column: column, row: row, isUnicode: style.isUnicode)
                    else { continue }
                    cells[row][column] = character
                }
            }
        }
        for (index, series) in namedLines.enumerated() where namedLines.count > 1 {
            // Each at another place, where neighbouring lines leave room for it.
            let place = (index + 1) * frame.width / (namedLines.count + 1)
            let rows = (0..<frame.width).compactMap { column in
                series.points.interpolated(at: frame.x(ofColumn: column))
                    .flatMap { frame.row(of: $0) }.map { (column, $0) }
            }
            guard let (column, row) = rows.min(by: { abs($0.0 - place) < abs($1.0 - place) })
            else { continue }
            cells[row][column] = Self.letter(index)
        }
        for series in panel.series where series.mark == .dots {
            for index in Thinning.evenly(series.points.count, atMost: Self.mostMarks) {
                guard let (column, row) = frame.cell(of: series.points[index]) else { continue }
                cells[row][column] = "o"
            }
        }
        return cells.map { Self.trimmed(String($0)) }
    }

    /// Lines that the legend names; where there are several, a letter on each tells them apart.
    private var namedLines: [LineChart.Series] {
        panel.series.filter { $0.mark != .dots && !$0.name.isEmpty }
    }

    private static func letter(_ index: Int) -> Character {
        Character(UnicodeScalar(UInt8(ascii: "a") + UInt8(index % 26)))
    }

    private func shade(
        _ band: LineChart.Band, _ frame: CharacterFrame, _ cells: inout [[Character]]
    ) {
        for column in 0..<frame.width {
            let x = frame.x(ofColumn: column)
            guard let low = band.lower.interpolated(at: x),
                let high = band.upper.interpolated(at: x),
                let rows = frame.rows(from: low, to: high)
            else { continue }
            for row in rows { cells[row][column] = style.isUnicode ? "░" : ":" }
        }
    }

    /// The legend, on as many lines as it needs.
    private func legend(width: Int) -> [String] {
        let named = namedLines
        let entries =
            named.enumerated().map { index, series in
                let sample = style.isUnicode ? "⠒⠒" : "**"
                return "\(named.count > 1 ? String(Self.letter(index)) : sample) \(series.name)"
            }
            + panel.series.filter { $0.mark == .dots && !$0.name.isEmpty }.map {
                "o \($0.name)"
            } + panel.bands.map { "\(style.isUnicode ? "░░" : "::") \($0.name)" }
        let label = "\(panel.yLabel):"
        var lines = [label]
        for (index, entry) in entries.enumerated() {
            let gap = index == 0 ? "  " : "   "
            if index > 0, lines[lines.count - 1].count + gap.count + entry.count > width {
                lines.append(String(repeating: " ", count: label.count + 2) + entry)
            } else {
                lines[lines.count - 1] += gap + entry
            }
        }
        return lines
    }

    private func xAxis(_ frame: CharacterFrame, gutter: Int) -> [String] {
        let count = max(2, frame.width / 12)
        let ticks =
            isLogarithmic
            ? AxisTicks(logarithms: frame.xRange, count: count)
            : AxisTicks(frame.xRange, count: count)
        var axis = Array(repeating: Character(style.isUnicode ? "─" : "-"), count: frame.width)
        var labels = Array(repeating: Character(" "), count: frame.width)
        var free = 0
        for (value, label) in zip(ticks.values, ticks.labels(.plain).texts) {
            guard let column = frame.column(of: value) else { continue }
            axis[column] = style.isUnicode ? "┬" : "+"
            let start = min(max(0, column - label.count / 2), frame.width - label.count)
            guard start >= free, start >= 0 else { continue }
            labels.replaceSubrange(start..<start + label.count, with: Array(label))
            free = start + label.count + 1
        }
        let indent = String(repeating: " ", count: gutter + 1)
        let corner = style.isUnicode ? "└" : "+"
        return [
            indent + corner + String(axis), Self.trimmed(indent + " " + String(labels)),
            indent + " " + xLabel,
        ]
    }

    // MARK: Texts and numbers

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }

    private static func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func range(_ values: [Double]) -> ClosedRange<Double>? {
        guard let low = values.min(), let high = values.max() else { return nil }
        return low...high
    }

    /// A range of some height: a flat line needs it to be drawn in.
    private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        guard range.lowerBound == range.upperBound else { return range }
        let margin = max(abs(range.lowerBound) * 0.01, 1e-12)
        return range.lowerBound - margin...range.upperBound + margin
    }
}

extension [PlotPoint] {
    /// The height of the curve at x; nil beyond its ends and where it is not finite.
    package func interpolated(at x: Double) -> Double? {
        guard let after = firstIndex(where: { $0.x >= x }) else { return nil }
        let right = self[after]
        if right.x == x { return right.y.isFinite ? right.y : nil }
        guard after > 0 else { return nil }
        let left = self[after - 1]
        guard left.y.isFinite, right.y.isFinite else { return nil }
        return left.y + (right.y - left.y) * (x - left.x) / (right.x - left.x)
    }
}

/// The drawing area of a terminal's chart: the cell or dot that a point of the data falls on.
private struct CharacterFrame {
    /// Cells across and down.
    let width: Int
    let height: Int
    let xRange: ClosedRange<Double>
    let yRange: ClosedRange<Double>

    /// The column of an x; nil outside the range.
    func column(of x: Double) -> Int? {
        Self.fraction(of: x, in: xRange).map { min(Int($0 * Double(width)), width - 1) }
    }

    /// The row of a y from the top; nil outside the range.
    func row(of y: Double) -> Int? {
        Self.fraction(of: y, in: yRange).map { min(Int((1 - $0) * Double(height)), height - 1) }
    }

    /// The cell of a point; nil outside the frame.
    func cell(of point: PlotPoint) -> (column: Int, row: Int)? {
        guard let column = column(of: point.x), let row = row(of: point.y) else { return nil }
        return (column, row)
    }

    /// The x at the middle of a column.
    func x(ofColumn column: Int) -> Double {
        let fraction = (Double(column) + 0.5) / Double(width)
        return xRange.lowerBound + fraction * (xRange.upperBound - xRange.lowerBound)
    }

    /// The rows that the space between two heights touches, cut at the frame.
    func rows(from low: Double, to high: Double) -> ClosedRange<Int>? {
        guard low <= high, high >= yRange.lowerBound, low <= yRange.upperBound,
            let top = row(of: min(high, yRange.upperBound)),
            let bottom = row(of: max(low, yRange.lowerBound))
        else { return nil }
        return top...max(top, bottom)
    }

    /// A canvas with consecutive points joined, broken where one is not finite or outside.
    func canvas(joining points: [PlotPoint]) -> DotCanvas {
        var canvas = DotCanvas(width: width, height: height)
        var previous: (column: Int, row: Int)?
        for point in points {
            let dot = dot(of: point)
            if let dot { canvas.line(from: previous ?? dot, to: dot) }
            previous = dot
        }
        return canvas
    }

    private func dot(of point: PlotPoint) -> (column: Int, row: Int)? {
        guard let x = Self.fraction(of: point.x, in: xRange),
            let y = Self.fraction(of: point.y, in: yRange)
        else { return nil }
        let (columns, rows) = (width * DotCanvas.dotColumns, height * DotCanvas.dotRows)
        return (
            min(Int(x * Double(columns)), columns - 1), min(Int((1 - y) * Double(rows)), rows - 1)
        )
    }

    private static func fraction(of value: Double, in range: ClosedRange<Double>) -> Double? {
        guard value.isFinite, range.contains(value) else { return nil }
        let span = range.upperBound - range.lowerBound
        // Halved first: the span of two huge ends is no double.
        guard span > 0, span.isFinite else { return 0.5 }
        return (value - range.lowerBound) / span
    }
}
