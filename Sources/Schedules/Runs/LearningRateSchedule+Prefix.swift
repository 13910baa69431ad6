/// A schedule cut short, and one continued.
extension LearningRateSchedule {
    /// The first steps of the schedule: the very same rates, ending at the rate that it has there.
    ///
    /// A segment that is cut knows that it is the first n of m steps (`cosine:n/m@b`), so that its
    /// rates and the closed forms of its areas stay what they were.
    ///
    /// - Parameter count: 1 … S.
    /// - Returns: A schedule of `count` steps, which ends at η_count.
    /// - Throws: `ScheduleError` for a count that is not within the schedule.
    package func prefix(steps count: Int) throws(ScheduleError) -> LearningRateSchedule {
        guard (1...totalSteps).contains(count) else {
            let rule = ScheduleError.Rule.within(1...totalSteps)
            throw ScheduleError(
                .invalid(field: "steps", value: "\(count)", rule: rule), at: .schedule)
        }
        guard count < totalSteps else { return self }
        var left = count
        let cut = try LearningRateSchedule(
            segments: Self.cut(asSegments, to: &left), warnings: readingWarnings)
        // A jump at the very step of the cut is part of the rate there.
        let rate = learningRate(at: count)
        guard cut.finalLearningRate != rate else { return cut }
        return try cut.followed(by: [ScheduleSegment(.jump(to: rate), at: .schedule)])
    }

    /// The schedule continued from the rate at which it ends.
    ///
    /// - Parameter segments: What follows; `ScheduleSegment.segments(parsing:)` reads some.
    /// - Returns: The whole schedule.
    /// - Throws: `ScheduleError` for a length out of limits, or a segment that cannot start there.
    package func followed(
        by segments: [ScheduleSegment]
    ) throws(ScheduleError) -> LearningRateSchedule {
        try LearningRateSchedule(segments: asSegments + segments, warnings: readingWarnings)
    }

    /// The schedule as a list of segments: what was listed is one segment.
    var asSegments: [ScheduleSegment] {
        let list: RateList
        switch source {
        case .segments(let segments): return segments
        case .points(let points): list = .points(points)
        case .values(let values): list = .values(values)
        }
        return [ScheduleSegment(.listed(list, steps: list.totalSteps), at: .schedule)]
    }

    /// The first segments that together hold `left` steps, and takes what they hold off it.
    private static func cut(
        _ segments: [ScheduleSegment], to left: inout Int
    ) throws(ScheduleError) -> [ScheduleSegment] {
        var kept: [ScheduleSegment] = []
        for segment in segments where left > 0 {
            kept += try segment.cut(to: &left)
        }
        return kept
    }
}

extension ScheduleSegment {
    /// Reads some items of the schedule language, to follow a schedule.
    ///
    /// - Parameter text: For example `hold:2000,sqrt:500@0`.
    /// - Returns: The items, named schedules written out.
    /// - Throws: `ScheduleError` with the item and the character.
    package static func segments(parsing text: String) throws(ScheduleError) -> [ScheduleSegment] {
        var parser = ScheduleParser(text, runs: nil)
        return try parser.segments()
    }

    /// The segment, or the first steps of it where it has more than `left`; takes them off `left`.
    fileprivate func cut(to left: inout Int) throws(ScheduleError) -> [ScheduleSegment] {
        switch body {
        case .jump:
            return [self]
        case .run(let shape, let steps, let whole, let target):
            let taken = take(steps, from: &left)
            guard taken < steps else { return [self] }
            // Shapes without a target go the same way however long they are.
            let length = target == nil ? nil : whole ?? steps
            return [
                .init(.run(shape: shape, steps: taken, whole: length, target: target), at: place)
            ]
        case .listed(let list, let steps):
            let taken = take(steps, from: &left)
            guard taken < steps else { return [self] }
            return [.init(.listed(list.prefix(taken), steps: taken), at: place)]
        case .repetition(let times, let segments):
            let length = try SegmentSize(of: segments).steps
            let full = length == 0 ? times : min(times, left / length)
            left -= full * length
            var kept: [ScheduleSegment] = []
            if full > 0 {
                kept.append(.init(.repetition(times: full, segments: segments), at: place))
            }
            guard full < times else { return kept }
            for segment in segments where left > 0 { kept += try segment.cut(to: &left) }
            return kept
        }
    }

    private func take(_ steps: Int, from left: inout Int) -> Int {
        let taken = min(steps, left)
        left -= taken
        return taken
    }
}
