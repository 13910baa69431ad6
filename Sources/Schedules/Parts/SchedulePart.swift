/// What a schedule is made of: pieces, and cycles of pieces that come again and again.
///
/// A million cycles are kept as one, so that rates are found, and sums over whole cycles taken, in
/// time that grows as the logarithm of how many there are.
package enum SchedulePart: Sendable {
    case piece(SchedulePiece)
    case cycles(ScheduleCycles)

    /// Its first step in the schedule.
    package var firstStep: Int {
        switch self {
        case .piece(let piece): piece.span.firstStep
        case .cycles(let cycles): cycles.firstStep
        }
    }

    /// Steps of all of it.
    package var steps: Int {
        switch self {
        case .piece(let piece): piece.steps
        case .cycles(let cycles): cycles.times * cycles.steps
        }
    }

    /// The first step after the part.
    var endStep: Int { firstStep + steps }

    var firstPiece: SchedulePiece {
        switch self {
        case .piece(let piece): piece
        case .cycles(let cycles): cycles.parts[0].firstPiece
        }
    }

    /// The learning rate at which it begins.
    package var from: Double { firstPiece.span.from }

    /// The learning rate of its last step.
    package var lastRate: Double {
        switch self {
        case .piece(let piece): piece.learningRate(at: piece.steps - 1)
        case .cycles(let cycles): cycles.lastRate
        }
    }

    /// The learning rate at which it ends.
    var end: Double {
        switch self {
        case .piece(let piece): piece.end
        case .cycles(let cycles): cycles.end
        }
    }
}

/// The same parts over and over: each cycle begins after the rate at which it ends.
package struct ScheduleCycles: Sendable {
    /// Those of the first cycle, where they stand.
    package let parts: [SchedulePart]

    /// Steps of one cycle.
    package let steps: Int

    /// How many cycles there are.
    package let times: Int

    /// The first step of the first cycle.
    package var firstStep: Int { parts[0].firstStep }

    /// The learning rate of each cycle's last step.
    package var lastRate: Double { parts[parts.count - 1].lastRate }

    /// The learning rate at which each cycle ends.
    var end: Double { parts[parts.count - 1].end }

    /// Cycles that lie whole before a step; for a step within them, the number of its own cycle.
    package func completed(before step: Int) -> Int {
        min(times, (step - firstStep) / steps)
    }
}

/// A piece where it comes again.
struct PlacedPiece {
    let piece: SchedulePiece
    /// How many steps later than the piece says.
    let shift: Int

    var firstStep: Int { piece.span.firstStep + shift }
    var endStep: Int { piece.endStep + shift }

    func learningRate(at step: Int) -> Double {
        piece.learningRate(at: step - firstStep)
    }
}

extension [SchedulePart] {
    /// The index of the part to which a step belongs.
    package func index(at step: Int) -> Int {
        var (low, high) = (0, count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if self[middle].firstStep <= step {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return low
    }

    /// The piece to which a step belongs.
    func place(of step: Int) -> PlacedPiece {
        var (parts, shift) = (self, 0)
        while true {
            switch parts[parts.index(at: step - shift)] {
            case .piece(let piece):
                return PlacedPiece(piece: piece, shift: shift)
            case .cycles(let cycles):
                shift += cycles.completed(before: step - shift) * cycles.steps
                parts = cycles.parts
            }
        }
    }

    /// Goes through the pieces that begin before a step, in order, those of cycles each time.
    func forEachPiece(before end: Int, shiftedBy shift: Int = 0, _ body: (PlacedPiece) -> Void) {
        for part in self where part.firstStep + shift < end {
            switch part {
            case .piece(let piece):
                body(PlacedPiece(piece: piece, shift: shift))
            case .cycles(let cycles):
                for round in 0..<cycles.times {
                    let shift = shift + round * cycles.steps
                    guard cycles.firstStep + shift < end else { return }
                    cycles.parts.forEachPiece(before: end, shiftedBy: shift, body)
                }
            }
        }
    }

    /// The greatest of a value over the pieces, those of cycles once.
    func greatest(_ value: (SchedulePiece) -> Double) -> Double {
        reduce(0) { greatest, part in
            switch part {
            case .piece(let piece): Swift.max(greatest, value(piece))
            case .cycles(let cycles): Swift.max(greatest, cycles.parts.greatest(value))
            }
        }
    }
}
