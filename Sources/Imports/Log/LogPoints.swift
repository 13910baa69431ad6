package import Records

/// A run's points, made one after the other out of the series of its log.
///
///     for point in imported.points { … }
///     for part in imported.points.parts(of: 10_000) { … }     // a few at a time
///
/// A value takes 12 bytes in a series and a point 80 or more, so that a log of 10^6 lines stays as
/// series until somebody wants points of it. There is a point for every step at which a loss was
/// logged, in order of steps, each step once.
package struct LogPoints: Sequence, Sendable {
    /// Points that were there already, as those of a table; then there are no series.
    private var made: [Point] = []
    private var steps = StepList()
    private var columns: [(field: Point.Field, series: LogSeries)] = []

    /// Points that are there already, in order of steps.
    init(_ points: [Point]) {
        made = points
    }

    /// The points of series.
    ///
    /// - Parameter columns: Series in order of steps, each step once, by the field of a point; the
    ///   losses among them say where there is a point.
    init(_ columns: [(field: Point.Field, series: LogSeries)]) {
        self.columns = columns
        for (field, series) in columns {
            if case .loss = field { steps = Self.union(steps, series.steps) }
        }
    }

    package var count: Int { made.count + steps.count }

    /// The highest step; nil where there is no point.
    package var lastStep: Int? { made.last?.step ?? steps.last.map(Int.init) }

    package var underestimatedCount: Int { count }

    package func makeIterator() -> Iterator { Iterator(self) }

    /// The points in parts, each made when it is its turn.
    ///
    /// - Parameter limit: The most points of a part.
    /// - Returns: The parts in order; none where there is no point.
    package func parts(of limit: Int) -> some Sequence<[Point]> {
        var points = makeIterator()
        return AnyIterator {
            var part: [Point] = []
            part.reserveCapacity(Swift.min(limit, count))
            while part.count < limit, let point = points.next() { part.append(point) }
            return part.isEmpty ? nil : part
        }
    }

    /// Makes one point after the other.
    package struct Iterator: IteratorProtocol {
        /// A column, read from its beginning to its end.
        private struct Column {
            let field: Point.Field
            let steps: StepList
            let values: ChunkedArray<Double>
            /// The place of the first value that is not behind.
            var place = 0

            /// The value at a step; nil where there is none.
            mutating func value(at step: Int32) -> Double? {
                while place < steps.count, steps[place] < step { place += 1 }
                return place < steps.count && steps[place] == step ? values[place] : nil
            }
        }

        private let made: [Point]
        private let steps: StepList
        private var columns: [Column]
        private var index = 0

        fileprivate init(_ points: LogPoints) {
            made = points.made
            steps = points.steps
            columns = points.columns.map {
                Column(field: $0.field, steps: $0.series.steps, values: $0.series.values)
            }
        }

        package mutating func next() -> Point? {
            defer { index += 1 }
            guard index < steps.count else { return index < made.count ? made[index] : nil }
            let step = steps[index]
            var point = Point(step: Int(step))
            for column in columns.indices {
                guard let value = columns[column].value(at: step) else { continue }
                point.set(columns[column].field, to: value)
            }
            return point
        }
    }

    /// The steps of two rising lists, each once; the first itself where it has all.
    private static func union(_ a: StepList, _ b: StepList) -> StepList {
        var next = 0
        var missing = 0
        for step in b {
            while next < a.count, a[next] < step { next += 1 }
            if next == a.count || a[next] != step { missing += 1 }
        }
        guard missing > 0 else { return a }
        guard !a.isEmpty else { return b }
        var union = StepList()
        next = 0
        for step in b {
            while next < a.count, a[next] < step {
                union.append(a[next])
                next += 1
            }
            if next < a.count, a[next] == step { next += 1 }
            union.append(step)
        }
        for step in a[next...] { union.append(step) }
        return union
    }
}
