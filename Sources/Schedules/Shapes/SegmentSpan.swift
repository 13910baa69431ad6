/// Where a segment stands in its schedule: everything its formula may depend on.
struct SegmentSpan: Sendable, Equatable {
    /// The schedule's step at which the segment begins.
    let firstStep: Int

    /// Steps of the segment (n), at least 1; offsets j run over 0 … n − 1, and n is its end.
    let steps: Int

    /// Learning rate at the start (a).
    let from: Double

    /// Learning rate at which the segment ends (b).
    let to: Double
}

/// A segment with its place in the schedule.
struct SchedulePiece: Sendable {
    let shape: any SegmentShape
    let span: SegmentSpan

    /// The first step after the segment.
    var endStep: Int { span.firstStep + span.steps }

    /// The learning rate `offset` steps into the segment, 0 … n.
    func learningRate(at offset: Int) -> Double {
        shape.learningRate(at: offset, in: span)
    }
}
