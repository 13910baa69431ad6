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

/// A segment with its place in the schedule, or the first steps of one.
struct SchedulePiece: Sendable {
    let shape: any SegmentShape

    /// The whole segment: the shape's formula knows nothing of a cut.
    let span: SegmentSpan

    /// Steps taken, 1 … `span.steps`.
    let steps: Int

    /// Learning rate at which the piece ends: the target, or the rate at the cut.
    let end: Double

    /// Places a segment.
    ///
    /// - Parameters:
    ///   - shape: The formula.
    ///   - span: The whole segment.
    ///   - steps: Steps taken of it; nil takes all.
    init(shape: any SegmentShape, span: SegmentSpan, steps: Int? = nil) {
        self.shape = shape
        self.span = span
        self.steps = steps ?? span.steps
        end = self.steps == span.steps ? span.to : shape.learningRate(at: self.steps, in: span)
    }

    /// The first step after the piece.
    var endStep: Int { span.firstStep + steps }

    /// The first steps of the piece.
    func prefix(_ count: Int) -> SchedulePiece {
        SchedulePiece(shape: shape, span: span, steps: min(count, steps))
    }

    /// The learning rate `offset` steps into the segment, 0 … n.
    func learningRate(at offset: Int) -> Double {
        shape.learningRate(at: offset, in: span)
    }
}
