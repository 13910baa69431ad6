/// The place of a segment in its schedule: everything its formula may depend on.
package struct SegmentSpan: Sendable, Equatable {
    /// The schedule's step at which the segment begins.
    package let firstStep: Int

    /// Steps of the segment (n), at least 1; offsets j run over 0 … n − 1, and n is its end.
    package let steps: Int

    /// Learning rate at the start (a).
    let from: Double

    /// Learning rate at which the segment ends (b).
    let to: Double
}

/// A segment with its place in the schedule, or the first steps of one.
///
/// A schedule is a list of pieces in order, repeats written out:
///
///     let schedule = try LearningRateSchedule(parsing: "warmup:100@3e-4,cosine:900@3e-5")
///     schedule.pieces[1].learningRate(at: 450)   // half way down the cosine
package struct SchedulePiece: Sendable {
    let shape: any SegmentShape

    /// The whole segment: the shape's formula knows nothing of a cut.
    package let span: SegmentSpan

    /// Steps taken, 1 … `span.steps`.
    package let steps: Int

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

    /// The relation of a piece's rates.
    package enum Form: Sendable {
        /// All the same.
        case constant
        /// The same drop at every step.
        case straight
        /// A sum of exponentials of the step, smooth without end on both sides of the piece.
        case analytic
        /// A formula without kinks: rates are smooth in the step, except maybe at the ends.
        case smooth
        /// One by one, with nothing known between them.
        case listed
    }

    /// The form, derived from the shape and its span: between the points of a list nothing is known,
    /// and a held rate is the same whatever the span's target.
    package var form: Form {
        switch shape {
        case is HoldShape: .constant
        case is TabulatedShape: .listed
        case _ where span.from == span.to: .constant
        default:
            switch shape.geometricDrops(from: 0, in: span)?.ratioComplement {
            case nil: .smooth
            case .some(.zero): .straight
            case .some: .analytic
            }
        }
    }

    /// The rate at which it begins.
    package var from: Double { span.from }

    /// The learning rate of its last step.
    package var lastRate: Double { learningRate(at: steps - 1) }

    /// The first step of the schedule after the piece.
    package var endStep: Int { span.firstStep + steps }

    /// The first steps of the piece.
    func prefix(_ count: Int) -> SchedulePiece {
        SchedulePiece(shape: shape, span: span, steps: min(count, steps))
    }

    /// The learning rate `offset` steps into the segment, 0 … n.
    package func learningRate(at offset: Int) -> Double {
        shape.learningRate(at: offset, in: span)
    }

    /// The highest rate of its own steps, where every shape but a table is monotone.
    var peakLearningRate: Double {
        guard let table = shape as? TabulatedShape else { return max(from, lastRate) }
        return table.values.prefix(steps).max() ?? end
    }

    /// Sums of the piece's rates before some of its steps.
    ///
    /// - Parameter offsets: Ascending, 0 … `steps`.
    /// - Returns: Σ of the rates at 0 ..< offset for each.
    package func areas(before offsets: [Int]) -> [Double] {
        var sums = ForwardAccumulator(self)
        return offsets.map { sums.advance(to: $0) }
    }

    /// One rate per step, for a whole schedule.
    static func table(_ values: [Double], endingAt end: Double) -> SchedulePiece {
        SchedulePiece(
            shape: TabulatedShape(values: values),
            span: SegmentSpan(
                firstStep: 0, steps: values.count, from: values.first ?? end, to: end))
    }
}

extension [SchedulePiece] {
    /// The index of the piece to which a step belongs.
    package func index(at step: Int) -> Int {
        var (low, high) = (0, count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if self[middle].span.firstStep <= step {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return low
    }
}
