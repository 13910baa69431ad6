/// The places of a chart's parts, in pixels.
struct ChartLayout {
    static let titleSize = 15.0
    static let textSize = 12.0

    /// One entry of the legend.
    struct LegendEntry {
        enum Sample {
            case series(LineChart.Series.Mark, LineChart.Ink)
            case band(LineChart.Ink)
        }

        static let sampleWidth = 24.0

        let name: String
        let sample: Sample
        var left = 0.0
        var middle = 0.0
    }

    let xLabels: AxisTicks.Labels
    let yLabels: [AxisTicks.Labels]
    private(set) var frames: [PlotFrame] = []
    let legend: [LegendEntry]

    /// From a point to the note about it.
    static let noteGap = 8.0

    private static let margin = 16.0
    private static let gap = 16.0
    private static let legendRow = 18.0

    /// Lays a chart out.
    init(_ chart: LineChart) {
        let xRange = Self.span(chart.panels.flatMap(\.drawnPoints).map(\.x)) ?? 0...1
        let ranges = chart.panels.map { panel in
            panel.yRange ?? Self.padded(Self.span(panel.drawnPoints.map(\.y))) ?? 0...1
        }
        let (legend, beneath) = Self.legend(of: chart)
        self.legend = legend
        // A power of ten stands above the axis that it is of.
        let factors = zip(chart.panels, ranges).map { panel, range in
            panel.ticks(range, count: 5).labels(.typeset).factor
        }
        let top = beneath + (factors.first?.isEmpty == false ? 14 : 0)
        let bottom = Double(chart.height) - 46
        let room = bottom - top - Self.gap * Double(chart.panels.count - 1)
        let weights = chart.panels.reduce(0) { $0 + $1.weight }
        let heights = chart.panels.map { room * $0.weight / weights }
        yLabels = zip(chart.panels, zip(ranges, heights)).map { panel, place in
            panel.ticks(place.0, count: max(4, Int(place.1 / 48))).labels(.typeset)
        }
        let widest = yLabels.flatMap(\.texts).map { TextWidth.of($0, size: Self.textSize) }.max()
        let left = Self.margin + Self.textSize + 10 + (widest ?? 0) + 8
        let width = Double(chart.width) - left - Self.rightMargin(chart, end: xRange.upperBound)
        let count = max(2, Int(width / 110))
        let ticks =
            chart.isLogarithmic
            ? AxisTicks(logarithms: xRange, count: count) : AxisTicks(xRange, count: count)
        xLabels = ticks.labels(.typeset)
        var y = top
        for (range, height) in zip(ranges, heights) {
            frames.append(
                PlotFrame(
                    left: left, top: y, width: width, height: height, xRange: xRange,
                    yRange: range))
            y += height + Self.gap
        }
    }

    /// Places the legend's entries in rows and tells where the panels begin.
    private static func legend(of chart: LineChart) -> (entries: [LegendEntry], bottom: Double) {
        var legend: [LegendEntry] = []
        let first = chart.subtitle == nil ? 48.0 : 66.0
        var (left, middle) = (margin, first)
        for var entry in chart.panels.flatMap(\.legendEntries) {
            let width =
                LegendEntry.sampleWidth + 6 + TextWidth.of(entry.name, size: Self.textSize) + 18
            if left + width > Double(chart.width), left > margin {
                left = margin
                middle += legendRow
            }
            entry.left = left
            entry.middle = middle
            left += width
            legend.append(entry)
        }
        return (legend, legend.isEmpty ? first - 8 : middle + 16)
    }

    /// Room for half a tick's text, and for notes at the very end, which stand outside.
    private static func rightMargin(_ chart: LineChart, end: Double) -> Double {
        let notes = chart.panels.flatMap(\.notes).filter { $0.point.x == end }
        let widths = notes.map { noteGap + TextWidth.of($0.text, size: textSize) }
        return max(28, (widths.max() ?? 0) + 8)
    }

    private static func span(_ values: [Double]) -> ClosedRange<Double>? {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return nil }
        return low...high
    }

    /// A little air above and below; a flat line stands in the middle.
    private static func padded(_ range: ClosedRange<Double>?) -> ClosedRange<Double>? {
        guard let range else { return nil }
        let air = 0.04 * (range.upperBound - range.lowerBound)
        return range.lowerBound - air...range.upperBound + air
    }
}

extension LineChart.Panel {
    /// The ticks of the vertical axis.
    func ticks(_ range: ClosedRange<Double>, count: Int) -> AxisTicks {
        isLogarithmic ? AxisTicks(logarithms: range, count: count) : AxisTicks(range, count: count)
    }

    /// All points of series, bands and notes.
    fileprivate var drawnPoints: [PlotPoint] {
        series.flatMap(\.points) + bands.flatMap { $0.lower + $0.upper } + notes.map(\.point)
    }

    fileprivate var legendEntries: [ChartLayout.LegendEntry] {
        let lines = series.map { series in
            ChartLayout.LegendEntry(
                name: series.name + series.detail, sample: .series(series.mark, series.ink))
        }
        let areas = bands.map {
            ChartLayout.LegendEntry(name: $0.name + $0.detail, sample: .band($0.ink))
        }
        return (lines + areas).filter { !$0.name.isEmpty }
    }
}

/// A rectangle of a chart in pixels, and the data that it spans.
struct PlotFrame {
    let left: Double
    let top: Double
    let width: Double
    let height: Double
    let xRange: ClosedRange<Double>
    let yRange: ClosedRange<Double>

    var right: Double { left + width }
    var bottom: Double { top + height }

    func x(_ value: Double) -> Double {
        left + width * Self.fraction(value, xRange)
    }

    /// The height of a value; what is far outside stays a few heights away, to keep numbers short.
    func y(_ value: Double) -> Double {
        bottom - height * min(max(Self.fraction(value, yRange), -3), 4)
    }

    private static func fraction(_ value: Double, _ range: ClosedRange<Double>) -> Double {
        let span = range.upperBound - range.lowerBound
        return span > 0 ? (value - range.lowerBound) / span : 0.5
    }
}

/// About how wide a text will be, for placing what stands beside it.
///
/// The reader's font is not known; these are the widths of a wide common one (DejaVu Sans), so that
/// others leave some air.
enum TextWidth {
    private static let narrow = Set("iljtfrI.,:;'|()[]!1 /")
    private static let wide = Set("mwMW@%—…×")

    static func of(_ text: String, size: Double) -> Double {
        size
            * text.reduce(0) { sum, character in
                sum + (narrow.contains(character) ? 0.42 : wide.contains(character) ? 0.95 : 0.63)
            }
    }

    /// The text with its middle left out where it is wider than there is room for.
    static func fitted(_ text: String, size: Double, into width: Double) -> String {
        guard of(text, size: size) > width else { return text }
        let characters = Array(text)
        var kept = characters.count - 1
        while kept > 2 {
            let head = characters.prefix(kept - kept / 3)
            let short = String(head) + "…" + String(characters.suffix(kept / 3))
            if of(short, size: size) <= width { return short }
            kept -= 1
        }
        return "…"
    }
}
