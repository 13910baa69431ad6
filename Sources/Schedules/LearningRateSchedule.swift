/// A learning rate for every step of a run: η_t for t = 0 … S − 1, and η_S, where it ends.
///
/// Written in the schedule language (`init(parsing:)`), as JSON (`Codable`), or taken from a log
/// (`recorded`). A value of this type is valid: at least one step, at most 10^8, and every rate
/// finite and at least 0. Areas under it are in `ScheduleAreas`.
package struct LearningRateSchedule: Sendable {
    /// What the schedule was written as; two schedules are equal when this is.
    package enum Source: Sendable, Equatable {
        case segments([ScheduleSegment])
        case points(PointList)
        /// One rate per step.
        case values([Double])
    }

    package let source: Source

    /// S, the number of updates.
    package let totalSteps: Int

    /// Steps of the warm-up.
    ///
    /// Those of a leading `warmup` segment, or of the leading run of rising rates of a list. The
    /// change onto step `warmupSteps` is the warm-up's last.
    package let warmupSteps: Int

    /// η_S, the rate at which the schedule ends.
    package let finalLearningRate: Double

    /// The highest rate of any step 0 … S.
    package let peakLearningRate: Double

    /// Doubts about a schedule that is valid, a sentence each.
    package let warnings: [String]

    /// The doubts among them about what was read to make it, which its rates do not show again.
    let readingWarnings: [String]

    /// What it is made of, in order.
    package let parts: [SchedulePart]

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
            try self.init(segments: segments, warnings: parser.warnings)
        } catch {
            throw parser.completing(error)
        }
    }

    /// Puts segments in order, from learning rate 0 at step 0.
    ///
    /// - Parameter segments: the segments.
    /// - Throws: `ScheduleError` for a length out of limits, or a segment that cannot start there.
    package init(segments: [ScheduleSegment]) throws(ScheduleError) {
        try self.init(segments: segments, warnings: [])
    }

    /// Puts segments in order, with warnings of what was read to make them.
    init(segments: [ScheduleSegment], warnings: [String]) throws(ScheduleError) {
        let resolved = try SegmentResolver(segments)
        self.init(
            source: .segments(segments), parts: resolved.parts,
            finalLearningRate: resolved.rate, warmupSteps: resolved.warmupSteps,
            readingWarnings: warnings, warnings: resolved.warnings)
    }

    init(points: PointList) {
        self.init(
            source: .points(points), parts: points.pieces.map { .piece($0) },
            finalLearningRate: points.finalLearningRate, warmupSteps: points.warmupSteps)
    }

    init(checkedValues values: [Double]) {
        let last = values.last ?? 0
        self.init(
            source: .values(values), parts: [.piece(.table(values, endingAt: last))],
            finalLearningRate: last, warmupSteps: risingRun(values))
    }

    private init(
        source: Source, parts: [SchedulePart], finalLearningRate: Double, warmupSteps: Int,
        readingWarnings: [String] = [], warnings: [String] = []
    ) {
        self.source = source
        self.parts = parts
        self.finalLearningRate = finalLearningRate
        self.warmupSteps = warmupSteps
        totalSteps = parts.last?.endStep ?? 0
        peakLearningRate = max(finalLearningRate, parts.greatest(\.peakLearningRate))
        let dead = "every learning rate of the schedule is 0"
        self.readingWarnings = readingWarnings
        self.warnings = readingWarnings + warnings + (peakLearningRate == 0 ? [dead] : [])
    }

    /// The segments in the schedule language, named schedules written out; nil where rates are
    /// listed, which only JSON can write.
    package var segmentText: String? {
        guard case .segments(let segments) = source else { return nil }
        return ScheduleSegment.text(of: segments)
    }

    /// Points logged or listed, when the schedule was written as such.
    package var points: PointList? {
        guard case .points(let list) = source else { return nil }
        return list
    }
}

extension LearningRateSchedule: Equatable {
    /// Equal when written the same: the rates follow from that.
    package static func == (left: LearningRateSchedule, right: LearningRateSchedule) -> Bool {
        left.source == right.source
    }
}

extension SchedulePiece {
    /// The highest rate of its own steps, where every shape but a table is monotone.
    fileprivate var peakLearningRate: Double {
        guard let table = shape as? TabulatedShape else {
            return max(span.from, learningRate(at: steps - 1))
        }
        return table.values.prefix(steps).max() ?? end
    }
}
