/// A learning rate for every step of a run: η_t for t = 0 … S − 1, and η_S, where it ends.
///
/// Written in the schedule language (`init(parsing:)`), as JSON (`Codable`), or taken from a log
/// (`recorded`):
///
///     let schedule = try LearningRateSchedule(parsing: "warmup:2160@3e-4,cosine:21840@3e-5")
///     schedule.totalSteps                  // 24000
///     schedule.learningRate(at: 13_080)    // 1.65e-4, half way down
///
/// A value of this type is valid: at least one step, and within `ScheduleLimits`. Areas under it are
/// in `ScheduleAreas`.
package struct LearningRateSchedule: Sendable {
    /// The form in which the schedule was written; two schedules are equal when this is.
    package enum Source: Sendable, Equatable {
        case segments([ScheduleSegment])
        case listed(RateList)
    }

    package let source: Source

    /// S, the number of updates.
    package let totalSteps: Int

    /// Steps of the warm-up.
    ///
    /// The steps of a leading `warmup` segment, or of the leading run of rising rates of a list. The
    /// change onto step `warmupSteps` is the warm-up's last.
    package let warmupSteps: Int

    /// η_S, the rate at which the schedule ends.
    package let finalLearningRate: Double

    /// The highest rate of any step 0 … S.
    package let peakLearningRate: Double

    /// Doubts about a schedule that is valid, a sentence each.
    package let warnings: [String]

    /// Runs and warnings read to make it, which its rates do not show again.
    let reading: Reading

    /// The run that it continues, where it was written so (`from:RUN@s`).
    package var continued: ContinuedRun? { reading.continued }

    /// Its pieces in order, repeats written out.
    package let pieces: [SchedulePiece]

    /// Reads the schedule language, or the JSON form when the text begins with a brace.
    ///
    /// - Parameters:
    ///   - text: for example `warmup:2160@3e-4,cosine:21840@3e-5`.
    ///   - runs: the runs that `from:RUN@s` may continue; nil where none are known.
    /// - Throws: `ScheduleError` with the segment and the character.
    package init(parsing text: String, runs: ScheduledRuns? = nil) throws(ScheduleError) {
        guard text.utf8.first(where: { $0 > 32 }) != UInt8(ascii: "{") else {
            self = try Self.decoded(fromJSON: text, runs: runs)
            return
        }
        var parser = ScheduleParser(text, runs: runs)
        let segments = try parser.segments()
        do {
            try self.init(segments: segments, reading: parser.reading)
        } catch {
            throw parser.completing(error)
        }
    }

    /// Puts segments in order, from learning rate 0 at step 0.
    ///
    /// - Parameter segments: the segments.
    /// - Throws: `ScheduleError` for a length out of limits, or a segment that cannot start there.
    package init(segments: [ScheduleSegment]) throws(ScheduleError) {
        try self.init(segments: segments, reading: Reading())
    }

    /// Puts segments in order, with what was read to make them.
    init(segments: [ScheduleSegment], reading: Reading) throws(ScheduleError) {
        let resolved = try SegmentResolver(segments)
        self.init(
            source: .segments(segments), pieces: resolved.pieces,
            finalLearningRate: resolved.rate, warmupSteps: resolved.warmupSteps,
            reading: reading, warnings: resolved.warnings)
    }

    /// Rates that have been checked, one by one.
    init(_ list: RateList) {
        switch list {
        case .points(let points):
            self.init(
                source: .listed(list), pieces: points.pieces,
                finalLearningRate: points.finalLearningRate, warmupSteps: points.warmupSteps)
        case .values(let values):
            let last = values.last ?? 0
            self.init(
                source: .listed(list), pieces: [.table(values, endingAt: last)],
                finalLearningRate: last, warmupSteps: PointList.risingRun(values))
        }
    }

    private init(
        source: Source, pieces: [SchedulePiece], finalLearningRate: Double, warmupSteps: Int,
        reading: Reading = Reading(), warnings: [String] = []
    ) {
        self.source = source
        self.pieces = pieces
        self.finalLearningRate = finalLearningRate
        self.warmupSteps = warmupSteps
        totalSteps = pieces.last?.endStep ?? 0
        peakLearningRate = pieces.reduce(finalLearningRate) { max($0, $1.peakLearningRate) }
        let dead = "every learning rate of the schedule is 0"
        self.reading = reading
        self.warnings = reading.warnings + warnings + (peakLearningRate == 0 ? [dead] : [])
    }

    /// The segments in the schedule language, named schedules written out; nil where rates are
    /// listed, which only JSON can write.
    package var segmentText: String? {
        guard case .segments(let segments) = source else { return nil }
        return ScheduleSegment.text(of: segments)
    }

    /// Points logged or listed, when the schedule was written as such.
    package var points: PointList? {
        guard case .listed(.points(let list)) = source else { return nil }
        return list
    }
}

extension LearningRateSchedule: Equatable {
    /// Equal when written the same: the rates follow from that.
    package static func == (left: LearningRateSchedule, right: LearningRateSchedule) -> Bool {
        left.source == right.source
    }
}

// MARK: From rates

extension LearningRateSchedule {
    /// The schedule that a run's log shows: straight lines between logged steps.
    ///
    /// Before the first logged step a stated warm-up is used, else the first value is held;
    /// `points?.leadIn` says which. After the last logged step its rate is held.
    ///
    /// - Parameters:
    ///   - steps: the logged steps, ascending.
    ///   - learningRates: the rate at each, within `ScheduleLimits`.
    ///   - totalSteps: S, if known; else the last logged step is taken for S − 1.
    ///   - warmupSteps: steps of linear warm-up from 0, if stated.
    /// - Returns: the schedule, which echoes as points.
    /// - Throws: `ScheduleError` pointing at the point.
    package static func recorded(
        steps: [Int], learningRates: [Double], totalSteps: Int? = nil, warmupSteps: Int? = nil
    ) throws(ScheduleError) -> LearningRateSchedule {
        LearningRateSchedule(
            .points(
                try PointList(
                    steps: steps, learningRates: learningRates, interpolation: .linear,
                    totalSteps: totalSteps, statedWarmupSteps: warmupSteps, pointers: .curve)))
    }

    /// One learning rate per step.
    ///
    /// - Parameter values: η_0 … η_{S−1}, within `ScheduleLimits`.
    /// - Returns: the schedule, which ends at the last value.
    /// - Throws: `ScheduleError` pointing at the value.
    package static func tabulated(
        _ values: [Double]
    ) throws(ScheduleError) -> LearningRateSchedule {
        guard values.count <= ScheduleLimits.steps else {
            throw ScheduleError(.tooManySteps, at: .pointer("/values"))
        }
        try check(values, pointer: "/values")
        return LearningRateSchedule(.values(values))
    }

    /// Checks one rate per step.
    ///
    /// - Throws: `ScheduleError` at the list, or at the first rate out of limits.
    static func check(_ values: [Double], pointer: String) throws(ScheduleError) {
        guard !values.isEmpty else { throw ScheduleError(.noSteps, at: .pointer(pointer)) }
        if let index = values.firstIndex(where: { ScheduleValue.learningRate($0) == nil }) {
            let fault = ScheduleError.Kind.invalid(
                field: "learning rate", value: "\(values[index])", rule: .learningRate)
            throw ScheduleError(fault, at: .pointer("\(pointer)/\(index)"))
        }
    }
}

// MARK: Rates

extension LearningRateSchedule {
    /// The learning rate of a step.
    ///
    /// - Parameter step: 0 … S; S gives the rate at which the schedule ends.
    /// - Returns: η_step.
    package func learningRate(at step: Int) -> Double {
        precondition((0...totalSteps).contains(step), "a step within the schedule")
        guard step < totalSteps else { return finalLearningRate }
        let piece = pieces[pieces.index(at: step)]
        return piece.learningRate(at: step - piece.span.firstStep)
    }

    /// The learning rates of steps 0 … `lastStep` in a row, written out anew at each call.
    ///
    /// - Parameter lastStep: 0 … S.
    /// - Returns: η_0 … η_lastStep.
    package func learningRates(through lastStep: Int) -> [Double] {
        precondition((0...totalSteps).contains(lastStep), "a step within the schedule")
        var rates: [Double] = []
        rates.reserveCapacity(lastStep + 1)
        for piece in pieces {
            let count = min(piece.steps, lastStep + 1 - piece.span.firstStep)
            guard count > 0 else { break }
            piece.shape.write(count, in: piece.span, into: &rates)
        }
        if lastStep == totalSteps { rates.append(finalLearningRate) }
        return rates
    }

    /// The steps at which a segment begins: between two of them one formula gives the rate.
    package var pieceStarts: [Int] { pieces.map(\.span.firstStep) }

    /// The last rate above 0 before a step at rate 0.
    ///
    /// - Parameters:
    ///   - step: A step of rate 0.
    ///   - start: The step before which it does not look.
    /// - Returns: The rate; nil where all rates from `start` on are 0.
    package func lastPositiveRate(before step: Int, from start: Int) -> Double? {
        var step = step - 1
        while step >= start {
            let piece = pieces[pieces.index(at: step)]
            let first = piece.span.firstStep
            let rate = piece.learningRate(at: step - first)
            guard rate == 0 else { return rate }
            if piece.form == .listed {
                step -= 1
            } else if piece.from > 0 {
                // Rates of a formula only fall here: the first 0 is found by halving, for a high
                // power of what is left is 0 for most of its steps.
                var (positive, zero) = (0, step - first)
                while zero - positive > 1 {
                    let middle = (positive + zero) / 2
                    if piece.learningRate(at: middle) > 0 {
                        positive = middle
                    } else {
                        zero = middle
                    }
                }
                guard first + positive >= start else { return nil }
                return piece.learningRate(at: positive)
            } else {
                // A formula that has risen from 0 no further was at 0 all along.
                step = first - 1
            }
        }
        return nil
    }
}

// MARK: A schedule cut short, and one continued

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
            segments: ScheduleSegment.cut(asSegments, to: &left), reading: reading)
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
        try LearningRateSchedule(segments: asSegments + segments, reading: reading)
    }

    /// The schedule as a list of segments: rates that were listed are one segment.
    var asSegments: [ScheduleSegment] {
        switch source {
        case .segments(let segments): segments
        case .listed(let list): [.init(.listed(list, steps: list.totalSteps), at: .schedule)]
        }
    }
}
