/// Sums of a piece's rates up to ascending offsets: a closed form across gaps, steps within them.
struct ForwardWalk {
    private let piece: SchedulePiece
    private let drops: GeometricDrops?
    private var count = 0
    private var anchor = 0
    private var total = CompensatedSum()

    init(_ piece: SchedulePiece) {
        self.piece = piece
        drops = piece.shape.geometricDrops(from: 0, in: piece.span)
    }

    /// Σ of the first `target` rates, with `target` no less than in the call before.
    mutating func sum(count target: Int) -> Double {
        if let drops, target - anchor > ScheduleAreas.denseSteps {
            total = CompensatedSum()
            total.add(drops.rateSum(from: piece.span.from, count: target))
            anchor = target
        } else {
            total.add(piece.shape.rateSum(from: count, to: target, in: piece.span))
        }
        count = target
        return total.value
    }
}

extension SchedulePiece {
    /// Σ of the piece's first `count` rates.
    func rateSum(count: Int) -> Double {
        var walk = ForwardWalk(self)
        return walk.sum(count: count)
    }
}
