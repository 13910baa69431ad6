extension LineChart {
    /// The colours of a chart.
    package enum Theme: Sendable, CaseIterable {
        case light
        case dark
        /// Whichever of the two the reader's screen has.
        case automatic
    }
}

/// The style sheet of a chart: no fonts and no scripts from anywhere.
struct ChartTheme {
    /// Colours by role.
    private struct Palette {
        let paper: String
        let text: String
        let faintText: String
        let axis: String
        let grid: String
        let inks: [LineChart.Ink: String]
    }

    private static let light = Palette(
        paper: "#ffffff", text: "#1f2328", faintText: "#59636e", axis: "#818b98", grid: "#e7eaee",
        inks: [.blue: "#1f5fae", .orange: "#c2560c", .green: "#2a7d4f", .purple: "#7d3fa8"])
    private static let dark = Palette(
        paper: "#14171c", text: "#e6e9ee", faintText: "#a0a9b5", axis: "#6b7684", grid: "#272d36",
        inks: [.blue: "#7db4ff", .orange: "#ff9e5e", .green: "#74d49b", .purple: "#cf9bf2"])

    private static let shapes = """
        .plot-line{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
        .plot-dashed{stroke-dasharray:6 4}
        .plot-dots{fill:none;stroke-linecap:round;stroke-opacity:.55}
        .plot-band{fill-opacity:.16;stroke:none}
        .plot-halo{stroke-width:4;stroke-linejoin:round;paint-order:stroke}
        .plot-grid,.plot-axis{fill:none;stroke-width:1}
        """

    /// The rules of a theme.
    static func css(_ theme: LineChart.Theme) -> String {
        switch theme {
        case .light: rules(light) + shapes
        case .dark: rules(dark) + shapes
        case .automatic:
            rules(light) + "@media (prefers-color-scheme:dark){\n\(rules(dark))}\n" + shapes
        }
    }

    private static func rules(_ palette: Palette) -> String {
        let inks = LineChart.Ink.allCases.map { ink in
            let colour = palette.inks[ink] ?? palette.text
            let name = "plot-\(ink.rawValue)"
            return ".\(name){stroke:\(colour)}.\(name)-fill{fill:\(colour)}\n"
        }
        return """
            .plot-paper{fill:\(palette.paper)}
            .plot-text{fill:\(palette.text)}.plot-faint{fill:\(palette.faintText)}
            .plot-halo{stroke:\(palette.paper)}
            .plot-axis{stroke:\(palette.axis)}.plot-grid{stroke:\(palette.grid)}
            \(inks.joined())
            """
    }
}
