package import Plots

/// A plot made of characters: lines in braille, single marks and a shaded band, axes with numbers.
///
/// A pure function of its data: `lines(style:)` is all there is to draw.
package struct LinePlot {
    package typealias Point = PlotPoint

    /// Data drawn one way, under a name in the legend.
    package struct Series {
        package enum Mark {
            /// Points joined by straight lines.
            case line
            /// One `o` per point.
            case marks
        }

        package var name: String
        package var points: [Point]
        package var mark: Mark

        package init(name: String, points: [Point], mark: Mark = .line) {
            self.name = name
            self.points = points
            self.mark = mark
        }
    }

    /// The space between two curves, for intervals.
    package struct Band {
        package var name: String
        package var lower: [Point]
        package var upper: [Point]

        package init(name: String, lower: [Point], upper: [Point]) {
            self.name = name
            self.lower = lower
            self.upper = upper
        }
    }

    package var xLabel: String
    package var yLabel: String
    package var series: [Series]
    package var band: Band?
    /// What the vertical axis spans; everything finite when nil.
    ///
    /// Points outside are not drawn.
    package var yRange: ClosedRange<Double>?
    /// Rows of the drawing area.
    package var height: Int

    package init(
        xLabel: String, yLabel: String, series: [Series], band: Band? = nil,
        yRange: ClosedRange<Double>? = nil, height: Int = 16
    ) {
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
        self.band = band
        self.yRange = yRange
        self.height = height
    }

    /// The plot, top to bottom.
    ///
    /// - Parameter style: How wide it may be and which characters it may use.
    /// - Returns: Lines at most `style.width` wide; empty when there is nothing finite to draw.
    package func lines(style: TerminalStyle) -> [String] {
        let points = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
        let bandEdges = ((band?.lower ?? []) + (band?.upper ?? [])).filter { $0.y.isFinite }
        guard let xRange = Self.range(points.map(\.x)),
            let dataRange = yRange ?? Self.range((points + bandEdges).map(\.y))
        else { return [] }
        let yTicks = AxisTicks(dataRange, count: max(3, height / 3))
        let gutter = yTicks.labels.map(\.count).max() ?? 0
        let width = max(10, min(style.width, TerminalStyle.widestPlot) - gutter - 2)
        let frame = PlotFrame(
            width: width, height: height, xRange: xRange, yRange: Self.widened(dataRange))
        let labels = tickRows(yTicks, frame: frame)
        var lines = [legend(style: style)]
        for (row, text) in drawing(frame, style: style).enumerated() {
            let label = labels[row] ?? ""
            let axis = style.isUnicode ? (labels[row] == nil ? "│" : "┤") : "|"
            lines.append(Self.padded(label, to: gutter) + " " + axis + text)
        }
        return lines + xAxis(frame, gutter: gutter, style: style)
    }

    // MARK: Drawing

    private func drawing(_ frame: PlotFrame, style: TerminalStyle) -> [String] {
        var cells = [[Character]](
            repeating: Array(repeating: " ", count: frame.width), count: frame.height)
        if let band { shade(band, frame, style, &cells) }
        for series in series where series.mark == .line {
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
        for series in series where series.mark == .marks {
            for point in series.points {
                guard let (column, row) = frame.cell(of: point) else { continue }
                cells[row][column] = "o"
            }
        }
        return cells.map { Self.trimmed(String($0)) }
    }

    private func shade(
        _ band: Band, _ frame: PlotFrame, _ style: TerminalStyle, _ cells: inout [[Character]]
    ) {
        for column in 0..<frame.width {
            let x = frame.x(ofColumn: column)
            guard let low = Self.interpolate(band.lower, at: x),
                let high = Self.interpolate(band.upper, at: x),
                let rows = frame.rows(from: low, to: high)
            else { continue }
            for row in rows { cells[row][column] = style.isUnicode ? "░" : ":" }
        }
    }

    private func legend(style: TerminalStyle) -> String {
        var entries = series.map { series in
            switch series.mark {
            case .line: "\(style.isUnicode ? "⠒⠒" : "**") \(series.name)"
            case .marks: "o \(series.name)"
            }
        }
        if let band { entries.append("\(style.isUnicode ? "░░" : "::") \(band.name)") }
        return "\(yLabel):  " + entries.joined(separator: "   ")
    }

    // MARK: Axes

    private func tickRows(_ ticks: AxisTicks, frame: PlotFrame) -> [Int: String] {
        var rows: [Int: String] = [:]
        for (value, label) in zip(ticks.values, ticks.labels) {
            if let row = frame.row(of: value) { rows[row] = label }
        }
        return rows
    }

    private func xAxis(_ frame: PlotFrame, gutter: Int, style: TerminalStyle) -> [String] {
        let ticks = AxisTicks(frame.xRange, count: max(2, frame.width / 12))
        var axis = Array(repeating: Character(style.isUnicode ? "─" : "-"), count: frame.width)
        var labels = Array(repeating: Character(" "), count: frame.width)
        var free = 0
        for (value, label) in zip(ticks.values, ticks.labels) {
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

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }

    // MARK: Numbers

    private static func range(_ values: [Double]) -> ClosedRange<Double>? {
        guard let low = values.min(), let high = values.max() else { return nil }
        return low...high
    }

    /// A flat line needs some height to be drawn in.
    private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        guard range.lowerBound == range.upperBound else { return range }
        let margin = max(abs(range.lowerBound) * 0.01, 1e-12)
        return range.lowerBound - margin...range.upperBound + margin
    }

    private static func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// The height of a curve at x, or nil outside it and where it is not finite.
    package static func interpolate(_ points: [Point], at x: Double) -> Double? {
        guard let after = points.firstIndex(where: { $0.x >= x }) else { return nil }
        let right = points[after]
        guard right.x > x, after > 0 else { return right.y.isFinite ? finite(right, at: x) : nil }
        let left = points[after - 1]
        guard left.y.isFinite, right.y.isFinite else { return nil }
        return left.y + (right.y - left.y) * (x - left.x) / (right.x - left.x)
    }

    private static func finite(_ point: Point, at x: Double) -> Double? {
        point.x == x ? point.y : nil
    }
}
