/// A chart of panels one above the other that share their horizontal axis.
///
/// A value: `svg(theme:)` is all there is to draw.
package struct LineChart: Sendable, Equatable {
    /// The looks that tell series apart; each has a colour for paper and one for the dark.
    package enum Ink: String, Sendable, CaseIterable {
        case blue
        case orange
        case green
        case purple
    }

    /// Points drawn one way, under a name in the legend.
    package struct Series: Sendable, Equatable {
        package enum Mark: Sendable {
            /// Joined by straight lines, broken where one is not finite.
            case line
            case dashedLine
            /// A dot each.
            case dots
        }

        /// Left out of the legend when empty.
        package var name: String
        package var points: [PlotPoint]
        package var mark: Mark
        package var ink: Ink
        /// More of the name, for pictures; a terminal's legend has no room for it.
        package var detail: String
        /// True for points of a line that lie beyond what was measured; a picture dashes it there.
        package var isBeyond: [Bool] = []

        package init(
            name: String, detail: String = "", points: [PlotPoint], mark: Mark = .line,
            ink: Ink = .blue
        ) {
            self.name = name
            self.detail = detail
            self.points = points
            self.mark = mark
            self.ink = ink
        }
    }

    /// The space between two lines, for intervals.
    package struct Band: Sendable, Equatable {
        package var name: String
        /// At the same x as `upper`.
        package var lower: [PlotPoint]
        package var upper: [PlotPoint]
        package var ink: Ink
        /// More of the name, for pictures.
        package var detail: String

        package init(
            name: String, detail: String = "", lower: [PlotPoint], upper: [PlotPoint],
            ink: Ink = .blue
        ) {
            self.name = name
            self.detail = detail
            self.lower = lower
            self.upper = upper
            self.ink = ink
        }
    }

    /// One point worth a remark, such as a best value.
    package struct Note: Sendable, Equatable {
        package var point: PlotPoint
        package var text: String
        package var ink: Ink

        package init(at point: PlotPoint, _ text: String, ink: Ink = .blue) {
            self.point = point
            self.text = text
            self.ink = ink
        }
    }

    /// One vertical axis with what is drawn along it.
    package struct Panel: Sendable, Equatable {
        /// The quantity on the vertical axis.
        package var yLabel: String
        /// Its unit, for pictures.
        package var unit: String?
        package var series: [Series]
        package var bands: [Band] = []
        package var notes: [Note] = []
        /// True where every y is the decimal logarithm of what the axis shows.
        package var isLogarithmic = false
        /// The range of the vertical axis; everything finite when nil.
        ///
        /// Lines outside it are cut.
        package var yRange: ClosedRange<Double>?
        /// Its share of the height, beside those of the other panels.
        package var weight = 1.0

        package init(yLabel: String, unit: String? = nil, series: [Series]) {
            self.yLabel = yLabel
            self.unit = unit
            self.series = series
        }
    }

    package var title: String
    /// A smaller line below the title, cut to the width.
    package var subtitle: String?
    /// The quantity on the horizontal axis, with its unit.
    package var xLabel: String
    /// True where every x is the decimal logarithm of what the axis shows.
    package var isLogarithmic = false
    package var panels: [Panel]
    /// In pixels.
    package var width = 800
    package var height = 500

    package init(title: String, subtitle: String? = nil, xLabel: String, panels: [Panel]) {
        self.title = title
        self.subtitle = subtitle
        self.xLabel = xLabel
        self.panels = panels
    }
}

/// A place in a plot, in the units of its axes.
package struct PlotPoint: Sendable, Equatable {
    package var x: Double
    package var y: Double

    package init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

extension [PlotPoint] {
    /// Steps and values as points.
    package init(_ steps: [Int], _ values: [Double]) {
        self = zip(steps, values).map { PlotPoint(x: Double($0), y: $1) }
    }
}

extension LineChart.Series {
    /// The parts of a line, dashed where it leads to a point beyond what was measured.
    var parts: [(mark: Mark, points: [PlotPoint])] {
        guard isBeyond.count == points.count, isBeyond.contains(true) else {
            return [(mark, points)]
        }
        // A height that is not finite breaks the line.
        func kept(_ isKept: (Int) -> Bool) -> [PlotPoint] {
            points.indices.map { isKept($0) ? points[$0] : PlotPoint(x: points[$0].x, y: .nan) }
        }
        return [
            (mark, kept { !isBeyond[$0] }),
            (
                .dashedLine,
                kept { isBeyond[max(0, $0 - 1)...min(points.count - 1, $0 + 1)].contains(true) }
            ),
        ]
    }

    /// The look of one of many lines, dashed once the inks are used up.
    package static func look(_ index: Int) -> (mark: Mark, ink: LineChart.Ink) {
        let inks = LineChart.Ink.allCases
        return (
            (index / inks.count).isMultiple(of: 2) ? .line : .dashedLine, inks[index % inks.count]
        )
    }
}

/// The heights of a loss curve that are worth showing.
///
/// The first losses of a run are far above the rest and would flatten all that matters, so that
/// they set no scale: curves run in from the top of the plot.
package enum LossRange {
    /// This part of the steps sets no scale, and neither does the warm-up.
    private static let unscaledFraction = 0.04
    /// Air above and below.
    private static let margin = 0.02

    /// The range of some curves.
    ///
    /// - Parameters:
    ///   - points: All that is drawn.
    ///   - start: The end of the warm-up, before which no law says much.
    /// - Returns: The range with a margin, or nil when nothing is finite.
    package static func range(of points: [PlotPoint], from start: Double) -> ClosedRange<Double>? {
        let finite = points.filter(\.y.isFinite)
        guard let first = finite.map(\.x).min(), let last = finite.map(\.x).max() else {
            return nil
        }
        let cut = min(max(start, first + unscaledFraction * (last - first)), last)
        let scaled = finite.filter { $0.x >= cut }
        guard let low = scaled.map(\.y).min(), let high = scaled.map(\.y).max() else { return nil }
        let air = margin * (high - low)
        return low - air...high + air
    }
}
