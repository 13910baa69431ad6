/// Points as the data of SVG paths.
enum PathText {
    /// Points joined by straight lines, a new line where one is not finite.
    static func lines(_ points: [PlotPoint], in frame: PlotFrame) -> String {
        PointThinning.finiteRuns(points).map { run in
            "M" + places(PointThinning.thinned(run), in: frame).joined(separator: "L")
        }.joined()
    }

    /// A stroke of no length for each point, which its round cap makes a dot.
    static func dots(_ points: [PlotPoint], in frame: PlotFrame) -> String {
        let finite = PointThinning.finiteRuns(points).flatMap { $0 }
        return places(PointThinning.thinned(finite), in: frame).map { "M\($0)h0" }.joined()
    }

    /// The space between two lines; a pair of which one is not finite makes a hole.
    static func area(
        lower: [PlotPoint], upper: [PlotPoint], in frame: PlotFrame
    ) -> String {
        let whole = zip(lower, upper).map { low, high in
            low.y.isFinite && high.y.isFinite
        }
        let holed = { (points: [PlotPoint]) in
            zip(points, whole).map { PlotPoint(x: $0.x, y: $1 ? $0.y : .nan) }
        }
        let below = PointThinning.finiteRuns(holed(lower))
        let above = PointThinning.finiteRuns(holed(upper))
        return zip(below, above).map { low, high in
            let edge = PointThinning.thinned(high) + PointThinning.thinned(low).reversed()
            return "M" + places(edge, in: frame).joined(separator: "L") + "Z"
        }.joined()
    }

    /// Places in pixels, without the ones that fall on the one before.
    private static func places(_ points: [PlotPoint], in frame: PlotFrame) -> [String] {
        var places: [String] = []
        for point in points {
            let place = "\(SVGText.number(frame.x(point.x))) \(SVGText.number(frame.y(point.y)))"
            if place != places.last { places.append(place) }
        }
        return places
    }
}
