extension PointList {
    /// The list as segments: lines or holds between points, or a table where points are dense.
    var pieces: [SchedulePiece] {
        // A piece costs as much as some sixteen steps of a table.
        guard steps.count * 16 <= totalSteps else { return [table] }
        var builder = Builder()
        for index in steps.indices {
            append(index, to: &builder)
        }
        builder.hold(until: totalSteps)
        return builder.pieces
    }

    /// The learning rate at S.
    var finalLearningRate: Double { learningRates.last ?? 0 }

    private func append(_ index: Int, to builder: inout Builder) {
        let step = steps[index]
        let rate = learningRates[index]
        guard index > 0 else {
            if leadIn == .statedWarmup {
                builder.line(until: min(statedWarmupSteps ?? 0, step), to: rate)
            }
            builder.rate = rate
            builder.hold(until: step)
            return
        }
        switch interpolation {
        case .linear:
            builder.line(until: step, to: rate)
        case .step:
            builder.hold(until: step)
            builder.rate = rate
        }
    }

    private var table: SchedulePiece {
        var builder = Builder()
        for index in steps.indices {
            append(index, to: &builder)
        }
        builder.hold(until: totalSteps)
        var values: [Double] = []
        values.reserveCapacity(totalSteps)
        for piece in builder.pieces {
            piece.shape.write(piece.span.steps, in: piece.span, into: &values)
        }
        return .table(values, endingAt: finalLearningRate)
    }

    private struct Builder {
        var pieces: [SchedulePiece] = []
        var rate = 0.0
        private var step = 0

        mutating func hold(until end: Int) {
            append(HoldShape(), until: end, to: rate)
        }

        mutating func line(until end: Int, to target: Double) {
            append(LinearShape.linear, until: end, to: target)
            rate = target
        }

        private mutating func append(_ shape: any SegmentShape, until end: Int, to target: Double) {
            guard end > step else { return }
            let span = SegmentSpan(firstStep: step, steps: end - step, from: rate, to: target)
            pieces.append(SchedulePiece(shape: shape, span: span))
            step = end
        }
    }
}

extension SchedulePiece {
    /// One rate per step, for a whole schedule.
    static func table(_ values: [Double], endingAt end: Double) -> SchedulePiece {
        SchedulePiece(
            shape: TabulatedShape(values: values),
            span: SegmentSpan(
                firstStep: 0, steps: values.count, from: values.first ?? end, to: end))
    }
}

/// The index at which a list's leading run of rising rates ends; 0 where it does not rise.
func risingRun(_ rates: [Double]) -> Int {
    var index = 0
    while index + 1 < rates.count, rates[index + 1] > rates[index] {
        index += 1
    }
    return index
}
