/// Segments written out in order, each with its first step and its two rates.
struct SegmentResolver {
    private(set) var pieces: [SchedulePiece] = []
    private(set) var warnings: [String] = []

    /// The rate at which the segments so far end.
    private(set) var rate = 0.0
    private(set) var step = 0

    /// Steps of a leading warm-up.
    private(set) var warmupSteps = 0

    /// Resolves a list of segments from rate 0 at step 0.
    ///
    /// - Parameter segments: the segments, repeats nested.
    /// - Throws: `ScheduleError` for a length out of limits, or a shape that cannot start here.
    init(_ segments: [ScheduleSegment]) throws(ScheduleError) {
        let size = try ScheduleSegment.Size(of: segments)
        guard size.steps > 0 else { throw ScheduleError(.noSteps, at: .schedule) }
        try append(segments, depth: 0)
        if let first = pieces.first, first.shape.name == LinearShape.warmupName {
            warmupSteps = first.steps
        }
    }

    private mutating func append(
        _ segments: [ScheduleSegment], depth: Int
    ) throws(ScheduleError) {
        for segment in segments {
            switch segment.body {
            case .run(let shape, let steps, let whole, let target):
                try append(
                    shape, steps: steps, of: whole ?? steps, target: target, from: segment)
            case .jump(let target):
                rate = target
            case .repetition(let times, let inside):
                for _ in 0..<times { try append(inside, depth: depth + 1) }
            case .listed(let list, let steps):
                guard pieces.isEmpty, depth == 0 else {
                    throw ScheduleError(.notFirst, at: segment.place)
                }
                append(list, steps: steps)
            }
        }
    }

    private mutating func append(
        _ shape: any SegmentShape, steps: Int, of whole: Int, target: Double?,
        from segment: ScheduleSegment
    ) throws(ScheduleError) {
        let end = target ?? shape.end(from: rate, firstStep: step, steps: whole)
        let span = SegmentSpan(firstStep: step, steps: whole, from: rate, to: end)
        if type(of: shape).needsPositiveRates, min(rate, end) <= 0 {
            throw ScheduleError(
                .needsPositiveRates(shape: shape.name, from: rate, to: end), at: segment.place)
        }
        if step == 0, rate == 0, end == 0 {
            warnings.append(
                "the schedule begins with `\(segment.text ?? shape.name)` at a learning rate of 0;"
                    + " put step@b or warmup:n@b before it")
        }
        let piece = SchedulePiece(shape: shape, span: span, steps: steps)
        pieces.append(piece)
        rate = piece.end
        step += steps
    }

    private mutating func append(_ list: RateList, steps: Int) {
        let whole = LearningRateSchedule(list)
        pieces = whole.pieces.filter { $0.span.firstStep < steps }.map { piece in
            piece.prefix(steps - piece.span.firstStep)
        }
        rate = whole.learningRate(at: steps)
        step = steps
        warmupSteps = min(whole.warmupSteps, steps)
    }
}
