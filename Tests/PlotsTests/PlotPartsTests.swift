import Foundation
import Testing

@testable import Plots

/// The pieces that charts are made of.
@Suite struct PlotPartsTests {
    @Test(arguments: [
        (0.0, "0"), (1, "1"), (0.04, "0"), (0.05, "0.1"), (12.34, "12.3"), (-0.26, "-0.3"),
        (-0.04, "0"), (799.96, "800"),
    ])
    func `pixels are written to a tenth`(value: Double, text: String) {
        #expect(SVGText.number(value) == text)
    }

    @Test(arguments: [
        (
            0.0...72_000, 7,
            ["0", "10,000", "20,000", "30,000", "40,000", "50,000", "60,000", "70,000"]
        ),
        (2.5...3.4, 5, ["2.6", "2.8", "3.0", "3.2", "3.4"]),
        (-2...2, 3, ["−2", "0", "2"]),
        (0...9_999, 3, ["0", "5000"]),
        (2_000...12_000, 3, ["5,000", "10,000"]),
    ])
    func `ticks are round, with thousands apart`(
        range: ClosedRange<Double>, count: Int, texts: [String]
    ) {
        let labels = AxisTicks(range, count: count).labels(.typeset)
        #expect(labels.texts == texts)
        #expect(labels.factor.isEmpty)
    }

    @Test func `a power of ten is written once for all ticks`() {
        let rates = AxisTicks(0...3e-4, count: 4).labels(.typeset)
        #expect(rates.texts == ["0", "1", "2", "3"])
        #expect(rates.factor == "× 10⁻⁴")
        let tokens = AxisTicks(0...3e11, count: 4).labels(.typeset)
        #expect(tokens.texts == ["0", "1", "2", "3"] && tokens.factor == "× 10¹¹")
        #expect(AxisTicks(2.5...2.5, count: 4).labels(.typeset).texts == ["2.500"])
    }

    @Test func `the early fall and the warm-up set no scale`() throws {
        let fall = (0...1_000).map { PlotPoint(x: Double($0), y: 3 + 8 * exp(-Double($0) / 20)) }
        let range = try #require(LossRange.range(of: fall, from: 0))
        #expect(range.lowerBound < 3 && range.lowerBound > 2.9)
        #expect(range.upperBound > fall[40].y && range.upperBound < fall[35].y)
        let later = try #require(LossRange.range(of: fall, from: 200))
        #expect(later.upperBound < 3.01)
        #expect(LossRange.range(of: [PlotPoint(x: 0, y: .nan)], from: 0) == nil)
        #expect(LossRange.range(of: [PlotPoint(x: 7, y: 2)], from: 100) == 2...2)
    }

    @Test func `thinning keeps the ends and every extreme`() {
        var points = (0..<50_000).map { PlotPoint(x: Double($0), y: 1) }
        points[31_415].y = 9
        points[27_182].y = -9
        let thinned = Thinning.drawn(points)
        #expect(thinned.count <= Thinning.mostDrawn)
        #expect(thinned.first == points.first && thinned.last == points.last)
        #expect(thinned.contains(points[31_415]) && thinned.contains(points[27_182]))
        #expect(thinned.map(\.x) == thinned.map(\.x).sorted())
        let few = Array(points.prefix(2_000))
        #expect(Thinning.drawn(few) == few)
    }

    @Test func `finite runs are the points between holes`() {
        let values: [Double] = [.nan, 1, 2, .infinity, .nan, 3]
        let points = values.enumerated().map { PlotPoint(x: Double($0), y: $1) }
        #expect(points.finiteRuns.map { $0.map(\.y) } == [[1, 2], [3]])
        #expect([PlotPoint]().finiteRuns.isEmpty)
    }

    @Test func `what lies far outside a panel stays near it, and order is kept`() {
        let frame = PlotFrame(
            left: 10, top: 20, width: 100, height: 50, xRange: 0...10, yRange: 2...3)
        #expect(frame.x(5) == 60 && frame.y(2) == 70 && frame.y(3) == 20)
        #expect(frame.y(1e300) < frame.top && frame.y(1e300) > -200)
        #expect(frame.y(-1e300) > frame.bottom && frame.y(-1e300) < 300)
        let flat = PlotFrame(
            left: 0, top: 0, width: 10, height: 10, xRange: 0...0, yRange: 1...1)
        #expect(flat.x(0) == 5 && flat.y(1) == 5)
    }

    @Test func `dots are strokes of no length, and equal places are drawn once`() {
        let frame = PlotFrame(
            left: 0, top: 0, width: 100, height: 100, xRange: 0...10, yRange: 0...10)
        let points = [(0.0, 0.0), (0.001, 0.001), (5, 5)].map { PlotPoint(x: $0.0, y: $0.1) }
        #expect(PathText.dots(points, in: frame) == "M0 100h0M50 50h0")
        #expect(PathText.lines(points, in: frame) == "M0 100L50 50")
        let upper = points.map { PlotPoint(x: $0.x, y: $0.y + 1) }
        #expect(
            PathText.area(lower: points, upper: upper, in: frame) == "M0 90L50 40L50 50L0 100Z")
    }
}
