/// Sums of a piece's rates up to ascending offsets: a closed form across gaps, steps within them.
struct ForwardAccumulator {
    private let piece: SchedulePiece
    private let drops: GeometricDrops?

    /// Rates summed so far, and how many at the last closed form.
    private var count = 0
    private var anchor = 0
    private var total = CompensatedSum()

    private var chain = Chain()

    init(_ piece: SchedulePiece) {
        self.piece = piece
        drops = piece.shape.geometricDrops(from: 0, in: piece.span)
    }

    /// Σ of the first `target` rates, with `target` no less than in the call before.
    mutating func advance(to target: Int) -> Double {
        if let drops {
            if target - anchor > ScheduleAreas.denseSteps {
                carry(by: drops, to: target)
                anchor = target
            } else {
                step(by: drops, to: target)
            }
        } else {
            total.add(piece.shape.rateSum(from: count, to: target, in: piece.span))
        }
        count = target
        return total.value
    }

    private mutating func step(by drops: GeometricDrops, to target: Int) {
        let ratio = drops.ratioComplement.complement
        var (rate, drop) = next
        var sum = 0.0
        for _ in count..<target {
            sum += rate
            rate -= drop.real
            drop = drop * ratio
        }
        total.add(sum)
        chain.next = (rate, drop)
    }

    private mutating func carry(by drops: GeometricDrops, to target: Int) {
        let gap = target - count
        guard gap == chain.gap, chain.links < Chain.longest else {
            let powers = PowerSums(ratioComplement: drops.ratioComplement, steps: target)
            total = CompensatedSum()
            total.add(drops.rateSum(from: piece.span.from, count: target, powers: powers))
            chain = Chain(gap: gap, powers: gap == chain.gap ? chain.powers : nil)
            return
        }
        let powers =
            chain.powers ?? PowerSums(ratioComplement: drops.ratioComplement, steps: gap)
        let (rate, drop) = next
        let series = GeometricDrops(first: drop, ratioComplement: drops.ratioComplement)
        total.add(series.rateSum(from: rate, count: gap, powers: powers))
        chain.powers = powers
        chain.next = (rate - (drop * powers.difference).real, drop * powers.ratio)
        chain.links += 1
    }

    /// The rate at the present offset, and the complex drop after it.
    private var next: (rate: Double, drop: ComplexNumber) {
        if let next = chain.next { return next }
        let drops = piece.shape.geometricDrops(from: count, in: piece.span)
        return (piece.learningRate(at: count), drops?.first ?? .zero)
    }

    /// The state that goes on from one point to the next; see the same in `PieceAccumulator`.
    private struct Chain {
        static let longest = 64

        var gap = 0
        var powers: PowerSums?
        var links = 0
        var next: (rate: Double, drop: ComplexNumber)?
    }
}

/// A running sum that carries the rounding error of each addition along.
///
/// Source: Neumaier 1974, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen".
struct CompensatedSum: Sendable, Equatable {
    private var sum: Double
    private var lost = 0.0

    init(_ value: Double = 0) {
        sum = value
    }

    var value: Double { sum + lost }

    mutating func add(_ term: Double) {
        let total = sum + term
        lost += sum.magnitude >= term.magnitude ? (sum - total) + term : (term - total) + sum
        sum = total
    }
}
