/// Writes segments out in order, each with its first step and its two rates.
struct SegmentResolver {
    private(set) var parts: [SchedulePart] = []
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
        let size = try SegmentSize(of: segments)
        guard size.steps > 0 else { throw ScheduleError(.noSteps, at: .schedule) }
        try append(segments, depth: 0)
        if let first = parts.first?.firstPiece, first.shape.name == LinearShape.warmupName {
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
                try append(inside, times: times, depth: depth + 1)
            case .listed(let list, let steps):
                guard parts.isEmpty, depth == 0 else {
                    throw ScheduleError(.notFirst, at: segment.place)
                }
                append(list, steps: steps)
            }
        }
    }

    /// Writes cycles out until one ends at the rate before it: from there on all are the same.
    ///
    /// The cycle that begins a schedule is always written out, for a warm-up in it is none later.
    private mutating func append(
        _ segments: [ScheduleSegment], times: Int, depth: Int
    ) throws(ScheduleError) {
        for round in 0..<times {
            let (first, firstStep, firstRate) = (parts.count, step, rate)
            try append(segments, depth: depth)
            guard firstStep > 0, rate == firstRate, !segments.contains(where: \.dependsOnPlace)
            else { continue }
            let (steps, left) = (step - firstStep, times - round)
            if steps > 0, left > 1 {
                let cycle = Array(parts[first...])
                parts.removeSubrange(first...)
                parts.append(.cycles(ScheduleCycles(parts: cycle, steps: steps, times: left)))
                step += steps * (left - 1)
            }
            return
        }
    }

    private mutating func append(
        _ shape: any SegmentShape, steps: Int, of whole: Int, target: Double?,
        from segment: ScheduleSegment
    ) throws(ScheduleError) {
        let end = target ?? shape.end(from: rate, firstStep: step, steps: whole)
        let span = SegmentSpan(firstStep: step, steps: whole, from: rate, to: end)
        if let fault = shape.fault(in: span) {
            throw ScheduleError(fault, at: segment.place)
        }
        if step == 0, rate == 0, end == 0 {
            warnings.append(
                "the schedule begins with `\(segment.text ?? shape.name)` at a learning rate of 0;"
                    + " put step@b or warmup:n@b before it")
        }
        let piece = SchedulePiece(shape: shape, span: span, steps: steps)
        parts.append(.piece(piece))
        rate = piece.end
        step += steps
    }

    private mutating func append(_ list: RateList, steps: Int) {
        let whole = list.schedule
        whole.parts.forEachPiece(before: steps) { place in
            parts.append(.piece(place.piece.prefix(steps - place.firstStep)))
        }
        rate = whole.learningRate(at: steps)
        step = steps
        warmupSteps = min(whole.warmupSteps, steps)
    }
}

extension ScheduleSegment {
    /// Whether its rates may differ from one place in a schedule to another, all else equal.
    fileprivate var dependsOnPlace: Bool {
        switch body {
        case .run(let shape, _, _, _): type(of: shape).dependsOnPlace
        case .jump: false
        case .repetition(_, let segments): segments.contains(where: \.dependsOnPlace)
        case .listed: true
        }
    }
}
