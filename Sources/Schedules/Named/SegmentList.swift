/// Segments as a named schedule writes them; a run of no steps writes nothing.
struct SegmentList {
    private let place: ScheduleError.Place
    private(set) var segments: [ScheduleSegment] = []

    init(place: ScheduleError.Place) {
        self.place = place
    }

    mutating func run(_ shape: any SegmentShape, steps: Int, to target: Double? = nil) {
        guard steps > 0 else { return }
        segments.append(
            ScheduleSegment(.run(shape: shape, steps: steps, whole: nil, target: target), at: place)
        )
    }

    mutating func hold(_ steps: Int) {
        run(HoldShape(), steps: steps)
    }

    mutating func jump(to rate: Double) {
        segments.append(ScheduleSegment(.jump(to: rate), at: place))
    }

    /// Writes `count` like phases that share `steps`; the first ones are a step longer where the
    /// steps do not divide.
    mutating func cycles(
        _ count: Int, sharing steps: Int, _ phase: (_ list: inout SegmentList, _ steps: Int) -> Void
    ) {
        let (length, longer) = steps.quotientAndRemainder(dividingBy: count)
        for (times, steps) in [(longer, length + 1), (count - longer, length)] where times > 0 {
            var inside = SegmentList(place: place)
            phase(&inside, steps)
            guard times > 1 else {
                segments += inside.segments
                continue
            }
            segments.append(
                ScheduleSegment(.repetition(times: times, segments: inside.segments), at: place))
        }
    }
}
