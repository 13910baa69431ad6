/// How long a list of segments is once its repeats are written out, known without writing it out.
struct SegmentSize: Equatable {
    var steps = 0
    var segments = 0

    /// Measures a list.
    ///
    /// - Parameter list: the segments, repeats nested as they are.
    /// - Throws: `ScheduleError` at the item where a limit is passed.
    init(of list: [ScheduleSegment]) throws(ScheduleError) {
        for segment in list {
            let (inner, times) = try Self.item(segment)
            try add(inner, times: times, at: segment.place)
        }
    }

    private init(steps: Int, segments: Int) {
        self.steps = steps
        self.segments = segments
    }

    private static func item(
        _ segment: ScheduleSegment
    ) throws(ScheduleError) -> (SegmentSize, times: Int) {
        switch segment.body {
        case .run(_, let steps, _, _), .listed(_, let steps):
            (SegmentSize(steps: steps, segments: 1), 1)
        case .jump: (SegmentSize(steps: 0, segments: 1), 1)
        case .repetition(let times, let inside): (try SegmentSize(of: inside), times)
        }
    }

    private mutating func add(
        _ inner: SegmentSize, times: Int, at place: ScheduleError.Place
    ) throws(ScheduleError) {
        // Compared by division, since the product of two counts within limits may overflow.
        guard inner.steps == 0 || times <= (ScheduleLimits.steps - steps) / inner.steps else {
            throw ScheduleError(.tooManySteps, at: place)
        }
        guard times <= (ScheduleLimits.segments - segments) / inner.segments else {
            throw ScheduleError(.tooManySegments, at: place)
        }
        steps += times * inner.steps
        segments += times * inner.segments
    }
}
