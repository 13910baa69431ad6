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
