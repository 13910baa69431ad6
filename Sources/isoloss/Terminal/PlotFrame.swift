import Plots

/// The drawing area of a plot: which cell or dot a point of the data falls on.
struct PlotFrame {
    /// Cells across and down.
    let width: Int
    let height: Int
    let xRange: ClosedRange<Double>
    let yRange: ClosedRange<Double>

    /// The column of an x, or nil outside the range.
    func column(of x: Double) -> Int? {
        guard let fraction = Self.fraction(of: x, in: xRange) else { return nil }
        return min(Int(fraction * Double(width)), width - 1)
    }

    /// The row of a y, from the top, or nil outside the range.
    func row(of y: Double) -> Int? {
        guard let fraction = Self.fraction(of: y, in: yRange) else { return nil }
        return min(Int((1 - fraction) * Double(height)), height - 1)
    }

    /// The cell of a point, or nil outside the frame.
    func cell(of point: LinePlot.Point) -> (column: Int, row: Int)? {
        guard let column = column(of: point.x), let row = row(of: point.y) else { return nil }
        return (column, row)
    }

    /// The x at the middle of a column.
    func x(ofColumn column: Int) -> Double {
        let fraction = (Double(column) + 0.5) / Double(width)
        return xRange.lowerBound + fraction * (xRange.upperBound - xRange.lowerBound)
    }

    /// The rows that the space between two heights touches, cut at the frame.
    func rows(from low: Double, to high: Double) -> ClosedRange<Int>? {
        guard low <= high, high >= yRange.lowerBound, low <= yRange.upperBound,
            let top = row(of: min(high, yRange.upperBound)),
            let bottom = row(of: max(low, yRange.lowerBound))
        else { return nil }
        return top...max(top, bottom)
    }

    /// A canvas with consecutive points joined, broken where one is not finite or off the top.
    func canvas(joining points: [LinePlot.Point]) -> DotCanvas {
        var canvas = DotCanvas(width: width, height: height)
        var previous: (column: Int, row: Int)?
        for point in points {
            guard let dot = dot(of: point) else {
                previous = nil
                continue
            }
            canvas.line(from: previous ?? dot, to: dot)
            previous = dot
        }
        return canvas
    }

    private func dot(of point: LinePlot.Point) -> (column: Int, row: Int)? {
        guard let x = Self.fraction(of: point.x, in: xRange),
            let y = Self.fraction(of: point.y, in: yRange)
        else { return nil }
        let (columns, rows) = (width * DotCanvas.dotColumns, height * DotCanvas.dotRows)
        return (
            min(Int(x * Double(columns)), columns - 1),
            min(Int((1 - y) * Double(rows)), rows - 1)
        )
    }

    private static func fraction(of value: Double, in range: ClosedRange<Double>) -> Double? {
        guard value.isFinite, range.contains(value) else { return nil }
        let span = range.upperBound - range.lowerBound
        return span > 0 ? (value - range.lowerBound) / span : 0.5
    }
}
