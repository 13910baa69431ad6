/// One item of the schedule language, before its place in a schedule is known.
package struct ScheduleSegment: Sendable {
    /// The item's content.
    indirect enum Body: Sendable {
        /// `whole` is the length of which only the first `steps` are taken; nil takes all of it.
        case run(shape: any SegmentShape, steps: Int, whole: Int?, target: Double?)
        case jump(to: Double)
        case repetition(times: Int, segments: [ScheduleSegment])
        /// The first `steps` of rates that were listed or logged; first in a schedule only.
        case listed(RateList, steps: Int)
    }

    let body: Body

    /// The place in the text, for errors found later; no part of its meaning.
    let place: ScheduleError.Place

    init(_ body: Body, at place: ScheduleError.Place) {
        self.body = body
        self.place = place
    }

    /// Reads some items of the schedule language, to follow a schedule.
    ///
    /// - Parameter text: For example `hold:2000,sqrt:500@0`.
    /// - Returns: The items, named schedules written out.
    /// - Throws: `ScheduleError` with the item and the character.
    package static func segments(parsing text: String) throws(ScheduleError) -> [ScheduleSegment] {
        var parser = ScheduleParser(text, runs: nil)
        return try parser.segments()
    }

    /// The item in the schedule language; nil for a list of rates, which only JSON can write.
    package var text: String? {
        switch body {
        case .run(let shape, let steps, let whole, let target):
            let cut = whole.map { "/\($0)" } ?? ""
            let end = target.map { "@\(NumberText.text($0))" } ?? ""
            return "\(shape.name):\(steps)\(cut)\(end)"
        case .jump(let rate):
            return "step@\(NumberText.text(rate))"
        case .repetition(let times, let segments):
            return Self.text(of: segments).map { "repeat:\(times)(\($0))" }
        case .listed:
            return nil
        }
    }

    /// A list of items in the schedule language; nil where one of them has no text.
    package static func text(of segments: [ScheduleSegment]) -> String? {
        let texts = segments.compactMap(\.text)
        return texts.count == segments.count ? texts.joined(separator: ",") : nil
    }
}

extension ScheduleSegment: Equatable {
    /// Equal when they mean the same, wherever they were written.
    package static func == (left: ScheduleSegment, right: ScheduleSegment) -> Bool {
        switch (left.body, right.body) {
        case (
            .run(let leftShape, let leftSteps, let leftWhole, let leftTarget),
            .run(let shape, let steps, let whole, let target)
        ):
            leftShape.name == shape.name && leftSteps == steps && leftWhole == whole
                && leftTarget == target
        case (.jump(let leftRate), .jump(let rate)):
            leftRate == rate
        case (.repetition(let leftTimes, let leftSegments), .repetition(let times, let segments)):
            leftTimes == times && leftSegments == segments
        case (.listed(let leftList, let leftSteps), .listed(let list, let steps)):
            leftList == list && leftSteps == steps
        default:
            false
        }
    }
}

// MARK: Size

extension ScheduleSegment {
    /// The size of a list of segments with its repeats written out, known without writing it out.
    struct Size: Equatable {
        var steps = 0
        var segments = 0

        /// Measures a list.
        ///
        /// - Parameter list: The segments, repeats nested as they are.
        /// - Throws: `ScheduleError` at the item where a limit is passed.
        init(of list: [ScheduleSegment]) throws(ScheduleError) {
            for segment in list {
                switch segment.body {
                case .run(_, let steps, _, _), .listed(_, let steps):
                    try add(steps: steps, segments: 1, times: 1, at: segment.place)
                case .jump:
                    try add(steps: 0, segments: 1, times: 1, at: segment.place)
                case .repetition(let times, let inside):
                    let inner = try Size(of: inside)
                    try add(
                        steps: inner.steps, segments: inner.segments, times: times,
                        at: segment.place)
                }
            }
        }

        private mutating func add(
            steps: Int, segments: Int, times: Int, at place: ScheduleError.Place
        ) throws(ScheduleError) {
            // Compared by division, since the product of two counts within limits may overflow.
            guard steps == 0 || times <= (ScheduleLimits.steps - self.steps) / steps else {
                throw ScheduleError(.tooManySteps, at: place)
            }
            let room = ScheduleLimits.segments - self.segments
            guard segments == 0 || times <= room / segments else {
                throw ScheduleError(.tooManySegments, at: place)
            }
            self.steps += times * steps
            self.segments += times * segments
        }
    }
}

// MARK: Cutting

extension ScheduleSegment {
    /// The first segments that together hold `left` steps; takes what they hold off `left`.
    static func cut(
        _ segments: [ScheduleSegment], to left: inout Int
    ) throws(ScheduleError) -> [ScheduleSegment] {
        var kept: [ScheduleSegment] = []
        for segment in segments where left > 0 {
            kept += try segment.cut(to: &left)
        }
        return kept
    }

    /// The segment, or the first steps of it where it has more than `left`; takes them off `left`.
    private func cut(to left: inout Int) throws(ScheduleError) -> [ScheduleSegment] {
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
            let length = try Size(of: segments).steps
            let full = length == 0 ? times : min(times, left / length)
            left -= full * length
            var kept: [ScheduleSegment] = []
            if full > 0 {
                kept.append(.init(.repetition(times: full, segments: segments), at: place))
            }
            guard full < times else { return kept }
            return kept + (try Self.cut(segments, to: &left))
        }
    }

    private func take(_ steps: Int, from left: inout Int) -> Int {
        let taken = min(steps, left)
        left -= taken
        return taken
    }
}
