import Foundation
import Testing

@testable import Plots

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// A chart as a document: well-formed, complete, small.
@Suite struct LineChartTests {
    /// Elements and texts of a document, in order.
    private final class Reader: NSObject, XMLParserDelegate {
        private(set) var elements: [(name: String, attributes: [String: String])] = []
        private(set) var texts: [String] = []
        /// Whether text belongs to the last element; what stands after its end does not.
        private var isOpen = false

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            elements.append((name, attributes))
            texts.append("")
            isOpen = true
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            guard isOpen else { return }
            texts[texts.count - 1] += text
        }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
            qualifiedName: String?
        ) {
            isOpen = false
        }
    }

    private func read(_ svg: String) throws -> Reader {
        let parser = XMLParser(data: Data(svg.utf8))
        let reader = Reader()
        parser.delegate = reader
        try #require(parser.parse(), "\(parser.parserError.map(String.init(describing:)) ?? "")")
        return reader
    }

    private func chart(
        _ points: [PlotPoint] = (0...100).map { PlotPoint(x: Double($0), y: 4 - 0.01 * Double($0)) }
    ) -> LineChart {
        var panel = LineChart.Panel(
            yLabel: "loss", series: [LineChart.Series(name: "predicted", points: points)])
        panel.bands = [
            LineChart.Band(
                name: "90 % interval", lower: points.map { PlotPoint(x: $0.x, y: $0.y - 0.1) },
                upper: points.map { PlotPoint(x: $0.x, y: $0.y + 0.1) })
        ]
        var rates = LineChart.Panel(
            yLabel: "learning rate",
            series: [
                LineChart.Series(
                    name: "", points: points.map { PlotPoint(x: $0.x, y: 3e-4) }, ink: .green)
            ])
        rates.weight = 0.4
        return LineChart(
            title: "a law", subtitle: "hold:100", xLabel: "step", panels: [panel, rates])
    }

    @Test(arguments: LineChart.Theme.allCases)
    func `is a well-formed document that loads nothing`(theme: LineChart.Theme) throws {
        let svg = chart().svg(theme: theme)
        let reader = try read(svg)
        #expect(reader.elements.first?.name == "svg")
        #expect(reader.elements.first?.attributes["viewBox"] == "0 0 800 500")
        let names = Set(reader.elements.map(\.name))
        #expect(
            names.isSubset(of: ["svg", "title", "style", "rect", "path", "text", "g", "clipPath"]))
        for word in ["<script", "href", "@import", "@font-face", "url(http"] {
            #expect(!svg.contains(word))
        }
        #expect(svg.contains("prefers-color-scheme:dark") == (theme == .automatic))
    }

    @Test func `a line is dashed to and from what lies beyond the data`() throws {
        var chart = chart((0...4).map { PlotPoint(x: Double($0), y: 1) })
        chart.panels[0].series[0].isBeyond = [false, false, true, false, false]
        let lines = try read(chart.svg()).elements.map(\.attributes).filter {
            $0["class"]?.hasSuffix("plot-blue") == true
        }
        // The first is the legend's.
        #expect(lines.map { $0["class"]?.contains("plot-dashed") } == [false, false, true])
        // Two solid stretches of two points, and one dashed of three.
        #expect(lines.map { $0["d"]?.filter { $0 == "M" }.count } == [1, 2, 1])
        #expect(lines.map { $0["d"]?.filter { $0 == "L" }.count } == [0, 2, 2])
    }

    @Test func `labels its axes, its series and itself`() throws {
        let texts = try read(chart().svg()).texts
        for text in [
            "a law", "hold:100", "step", "loss", "learning rate", "× 10⁻⁴", "predicted",
            "90 % interval", "3.2", "60",
        ] {
            #expect(texts.contains(text), "\(text) of \(texts)")
        }
    }

    @Test func `draws inside its panels, one below the other`() throws {
        let layout = ChartLayout(chart())
        #expect(layout.frames.count == 2)
        #expect(layout.frames[0].bottom < layout.frames[1].top)
        #expect(layout.frames[1].bottom < 500 - 36)
        #expect(layout.frames[0].left == layout.frames[1].left)
        #expect(layout.frames[0].right < 800 && layout.frames[0].left > 40)
        #expect(layout.frames[0].height > 2 * layout.frames[1].height)
        #expect(layout.frames[0].xRange == 0...100)
    }

    @Test func `escapes every text`() throws {
        var chart = chart()
        chart.title = "<b>\"A&B\"</b>\u{0}\u{1b}[31m"
        chart.subtitle = "{\"values\":[1<2]}"
        chart.panels[0].series[0].name = "]]>&amp;"
        let texts = try read(chart.svg()).texts
        #expect(texts.contains("<b>\"A&B\"</b>  [31m"))
        #expect(texts.contains("{\"values\":[1<2]}"))
        #expect(texts.contains("]]>&amp;"))
    }

    @Test func `a long title keeps its beginning and its end, within the width`() throws {
        var chart = chart()
        chart.subtitle = "warmup:100@3e-4," + String(repeating: "hold:10,", count: 90) + "sqrt:5@0"
        let texts = try read(chart.svg()).texts
        let short = try #require(texts.first { $0.hasPrefix("warmup:") })
        #expect(short.contains("…") && short.hasSuffix("sqrt:5@0") && short.count < 130)
        #expect(TextWidth.of(short, size: 12) <= 768)
    }

    @Test func `breaks lines and bands where a value is not finite`() throws {
        var points = (0..<10).map { PlotPoint(x: Double($0), y: Double($0)) }
        points[0].y = .nan
        points[5].y = .infinity
        let svg = chart(points).svg()
        let reader = try read(svg)
        let paths = reader.elements.filter { $0.name == "path" }.compactMap { $0.attributes["d"] }
        // The lines of the legend, of the grid and of the axes are straight.
        #expect(paths.contains { $0.contains("Z") && $0.count { $0 == "M" } == 2 })
        #expect(
            paths.contains { $0.contains("L") && !$0.contains("Z") && $0.count { $0 == "M" } == 2 })
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }

    @Test func `has something to show when there is nothing finite, or one point`() throws {
        for points in [[], [PlotPoint(x: 0, y: .nan)], [PlotPoint(x: 5, y: 2)]] {
            let svg = chart(points).svg()
            #expect(!svg.contains("nan") && !svg.contains("inf"))
            _ = try read(svg)
        }
    }

    @Test func `stays small however many points there are`() throws {
        let points = (0..<200_000).map { index in
            PlotPoint(x: Double(index), y: 3 + 0.1 * sin(Double(index * index % 1_013)))
        }
        var many = chart(points)
        many.panels[0].series.append(
            LineChart.Series(name: "measured", points: points, mark: .dots, ink: .orange))
        #expect(many.svg().utf8.count < 200_000)
    }

    @Test func `a note stands within the panel, on the side with room`() throws {
        var chart = chart()
        chart.panels[0].notes = [
            LineChart.Note(at: PlotPoint(x: 100, y: 3), "at the end"),
            LineChart.Note(at: PlotPoint(x: 0, y: 4), "at the start", ink: .purple),
            LineChart.Note(at: PlotPoint(x: 80, y: 3.5), "later"),
            LineChart.Note(at: PlotPoint(x: 50, y: .nan), "nowhere"),
        ]
        let reader = try read(chart.svg())
        func anchor(_ text: String) -> String? {
            reader.texts.firstIndex(of: text).flatMap {
                reader.elements[$0].attributes["text-anchor"]
            }
        }
        #expect(anchor("at the end") == "start")
        #expect(anchor("later") == "end")
        #expect(anchor("at the start") == "start")
        #expect(!reader.texts.contains("nowhere"))
        let plain = ChartLayout(self.chart()).frames[0]
        #expect(ChartLayout(chart).frames[0].right < plain.right - 20)
        #expect(reader.elements.count { $0.name == "circle" } == 3)
    }
}
