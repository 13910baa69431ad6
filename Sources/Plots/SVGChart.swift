extension LineChart {
    /// The chart as an SVG document: no scripts, nothing loaded from anywhere, text escaped.
    ///
    /// - Parameter theme: Which colours; programs that know no media queries need one of the two.
    /// - Returns: The document.
    package func svg(theme: Theme = .automatic) -> String {
        let layout = ChartLayout(self)
        var svg = SVGText()
        svg.group(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "width": "\(width)", "height": "\(height)",
                "viewBox": "0 0 \(width) \(height)", "role": "img", "aria-label": title,
                "font-family": "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif",
                "font-size": SVGText.number(ChartLayout.textSize),
            ]
        ) { svg in
            svg.element("title", [:], text: title)
            svg.element("style", [:], text: ChartTheme.css(theme))
            svg.element("rect", ["class": "plot-paper", "width": "100%", "height": "100%"])
            heading(&svg)
            for entry in layout.legend { Self.draw(entry, into: &svg) }
            for (index, panel) in panels.enumerated() {
                let isLast = index == panels.count - 1
                draw(panel, index, layout, isLast: isLast, into: &svg)
            }
        }
        return svg.text
    }

    private func heading(_ svg: inout SVGText) {
        let room = Double(width) - 32
        svg.element(
            "text",
            [
                "class": "plot-text", "x": "16", "y": "26", "font-weight": "600",
                "font-size": SVGText.number(ChartLayout.titleSize),
            ], text: TextWidth.fitted(title, size: 1.06 * ChartLayout.titleSize, into: room))
        guard let subtitle else { return }
        svg.element(
            "text", ["class": "plot-faint", "x": "16", "y": "45"],
            text: TextWidth.fitted(subtitle, size: ChartLayout.textSize, into: room))
    }

    private static func draw(_ entry: ChartLayout.LegendEntry, into svg: inout SVGText) {
        let (left, middle) = (entry.left, entry.middle)
        let right = left + ChartLayout.LegendEntry.sampleWidth
        let line = "M\(SVGText.number(left)) \(SVGText.number(middle))H\(SVGText.number(right))"
        switch entry.sample {
        case .series(.dots, let ink):
            let dots = [0.15, 0.5, 0.85].map { share in
                "M\(SVGText.number(left + share * (right - left))) \(SVGText.number(middle))h0"
            }
            svg.element(
                "path",
                [
                    "class": "plot-dots plot-\(ink.rawValue)", "d": dots.joined(),
                    "stroke-width": "3.2",
                ])
        case .series(let mark, let ink):
            svg.element("path", ["class": mark.classes(ink), "d": line])
        case .band(let ink):
            svg.element(
                "rect",
                [
                    "class": "plot-band plot-\(ink.rawValue)-fill", "x": SVGText.number(left),
                    "y": SVGText.number(middle - 5), "width": SVGText.number(right - left),
                    "height": "10",
                ])
        }
        svg.element(
            "text",
            [
                "class": "plot-text", "x": SVGText.number(right + 6),
                "y": SVGText.number(middle + 4),
            ],
            text: entry.name)
    }

    // MARK: Panels

    private func draw(
        _ panel: Panel, _ index: Int, _ layout: ChartLayout, isLast: Bool,
        into svg: inout SVGText
    ) {
        let frame = layout.frames[index]
        grid(frame, layout.xLabels, layout.yLabels[index], into: &svg)
        yAxis(frame, layout.yLabels[index], panel.axisTitle, into: &svg)
        if isLast { xAxis(frame, layout.xLabels, into: &svg) }
        // A document may be put into a page beside others, so that its ids must be its own.
        let clip = "plot-\(title.utf8.reduce(UInt32(index)) { $0 &* 31 &+ UInt32($1) })"
        svg.group("clipPath", ["id": clip]) { svg in
            svg.element("rect", frame.attributes)
        }
        svg.group("g", ["clip-path": "url(#\(clip))"]) { svg in
            for band in panel.bands {
                svg.element(
                    "path",
                    [
                        "class": "plot-band plot-\(band.ink.rawValue)-fill",
                        "d": PathText.area(lower: band.lower, upper: band.upper, in: frame),
                    ])
            }
            // Dots first: thousands of them would hide a line.
            for series in panel.series where series.mark == .dots {
                let dots = PathText.dots(series.points, in: frame)
                // Many dots touch; smaller ones still show how they scatter.
                svg.element(
                    "path",
                    [
                        "class": series.mark.classes(series.ink), "d": dots,
                        "stroke-width": series.points.count > 300 ? "2.2" : "3.2",
                    ])
            }
            for series in panel.series where series.mark != .dots {
                for part in series.parts {
                    let lines = PathText.lines(part.points, in: frame)
                    svg.element("path", ["class": part.mark.classes(series.ink), "d": lines])
                }
            }
        }
        for note in panel.notes { draw(note, frame, into: &svg) }
    }

    private func grid(
        _ frame: PlotFrame, _ xLabels: AxisTicks.Labels, _ yLabels: AxisTicks.Labels,
        into svg: inout SVGText
    ) {
        let (left, right) = (SVGText.number(frame.left), SVGText.number(frame.right))
        let (top, bottom) = (SVGText.number(frame.top), SVGText.number(frame.bottom))
        let across = yLabels.values.map { "M\(left) \(SVGText.number(frame.y($0)))H\(right)" }
        let down = xLabels.values.map { "M\(SVGText.number(frame.x($0))) \(top)V\(bottom)" }
        svg.element("path", ["class": "plot-grid", "d": (across + down).joined()])
        svg.element("path", ["class": "plot-axis", "d": "M\(left) \(top)V\(bottom)H\(right)"])
    }

    private func yAxis(
        _ frame: PlotFrame, _ labels: AxisTicks.Labels, _ title: String, into svg: inout SVGText
    ) {
        for (value, text) in zip(labels.values, labels.texts) {
            svg.label(text, at: frame.left - 8, frame.y(value) + 4, anchor: "end")
        }
        if !labels.factor.isEmpty {
            svg.label(labels.factor, at: frame.left, frame.top - 5, anchor: "middle")
        }
        let (x, y) = (SVGText.number(24), SVGText.number((frame.top + frame.bottom) / 2))
        svg.element(
            "text",
            [
                "class": "plot-faint", "text-anchor": "middle",
                "transform": "translate(\(x) \(y)) rotate(-90)",
            ], text: title)
    }

    private func xAxis(_ frame: PlotFrame, _ labels: AxisTicks.Labels, into svg: inout SVGText) {
        for (value, text) in zip(labels.values, labels.texts) {
            svg.label(text, at: frame.x(value), frame.bottom + 17, anchor: "middle")
        }
        let title = labels.factor.isEmpty ? xLabel : "\(xLabel), \(labels.factor)"
        svg.label(
            title, at: (frame.left + frame.right) / 2, frame.bottom + 36, anchor: "middle",
            isFaint: true)
    }

    private func draw(_ note: Note, _ frame: PlotFrame, into svg: inout SVGText) {
        let (x, y) = (frame.x(note.point.x), frame.y(note.point.y))
        guard note.point.x.isFinite, note.point.y.isFinite, y >= frame.top, y <= frame.bottom else {
            return
        }
        svg.element(
            "circle",
            [
                "class": "plot-\(note.ink.rawValue)-fill", "cx": SVGText.number(x),
                "cy": SVGText.number(y), "r": "3.5",
            ])
        // At the end of the axis there is room outside; else above, where a falling curve is not,
        // with a halo that keeps the text legible on a line.
        if note.point.x == frame.xRange.upperBound {
            svg.label(note.text, at: x + ChartLayout.noteGap, y + 4, anchor: "start")
        } else {
            let isRight = x > (frame.left + frame.right) / 2
            svg.label(
                note.text, at: x, max(y - 14, frame.top + 12), anchor: isRight ? "end" : "start",
                hasHalo: true)
        }
    }
}

extension SVGText {
    fileprivate mutating func label(
        _ text: String, at x: Double, _ y: Double, anchor: String, isFaint: Bool = false,
        hasHalo: Bool = false
    ) {
        let classes = (isFaint ? "plot-faint" : "plot-text") + (hasHalo ? " plot-halo" : "")
        element(
            "text",
            [
                "class": classes, "x": Self.number(x), "y": Self.number(y), "text-anchor": anchor,
            ], text: text)
    }
}

extension LineChart.Panel {
    fileprivate var axisTitle: String { unit.map { "\(yLabel) (\($0))" } ?? yLabel }
}

extension LineChart.Series.Mark {
    fileprivate func classes(_ ink: LineChart.Ink) -> String {
        switch self {
        case .line: "plot-line plot-\(ink.rawValue)"
        case .dashedLine: "plot-line plot-dashed plot-\(ink.rawValue)"
        case .dots: "plot-dots plot-\(ink.rawValue)"
        }
    }
}

extension PlotFrame {
    fileprivate var attributes: KeyValuePairs<String, String> {
        [
            "x": SVGText.number(left), "y": SVGText.number(top), "width": SVGText.number(width),
            "height": SVGText.number(height),
        ]
    }
}
