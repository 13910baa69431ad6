/// A chart of panels one above the other that share their horizontal axis.
///
/// A value: `svg(theme:)` is all there is to draw.
package struct LineChart: Sendable, Equatable {
    /// What tells series apart; each has a colour for paper and one for the dark.
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

        package init(name: String, points: [PlotPoint], mark: Mark = .line, ink: Ink = .blue) {
            self.name = name
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

        package init(name: String, lower: [PlotPoint], upper: [PlotPoint], ink: Ink = .blue) {
            self.name = name
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
        /// What the vertical axis shows, with its unit.
        package var yLabel: String
        package var series: [Series]
        package var bands: [Band] = []
        package var notes: [Note] = []
        /// What the vertical axis spans; everything finite when nil.
        ///
        /// What lies outside is cut.
        package var yRange: ClosedRange<Double>?
        /// Its share of the height, beside those of the other panels.
        package var weight = 1.0

        package init(yLabel: String, series: [Series]) {
            self.yLabel = yLabel
            self.series = series
        }
    }

    package var title: String
    /// A smaller line below the title, cut to the width.
    package var subtitle: String?
    /// What the horizontal axis shows, with its unit.
    package var xLabel: String
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
