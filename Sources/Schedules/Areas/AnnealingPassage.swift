/// What some steps in a row do to the annealing sums, whatever those were before: an affine map.
///
/// A momentum m decays to Λ·m with Λ = λ^n and adds E·m to S2 on the way, E = Σ_{j=1..n} λ^j; the
/// drops of the steps add what they would from rest. Maps in a row are one map, so that k equal
/// cycles are a power, in log₂ k compositions. Λ and E are sums of positive terms under composition
/// and keep their digits; Λ is held as 1 − Λ, which has digits where Λ is close to 1.
struct AnnealingPassage: Sendable {
    /// 1 − Λ.
    var decayComplement = 0.0
    /// ∂Λ/∂λ.
    var decaySlope = 0.0
    /// E.
    var gain = 0.0
    /// ∂E/∂λ.
    var gainSlope = 0.0
    /// The sums from rest.
    var rest = AnnealingSums()

    /// The sums after the steps.
    @inline(__always)
    func after(_ start: AnnealingSums) -> AnnealingSums {
        // m − u·m, not (1 − u)·m: the rounding of 1 − u would be the same in each of many blocks,
        // and add up where the decay is slow.
        var end = AnnealingSums()
        end.momentum = start.momentum + (rest.momentum - decayComplement * start.momentum)
        end.momentumDerivative =
            start.momentumDerivative
            + (decaySlope * start.momentum + rest.momentumDerivative
                - decayComplement * start.momentumDerivative)
        end.area = start.area + (gain * start.momentum + rest.area)
        end.areaDerivative =
            start.areaDerivative
            + (gain * start.momentumDerivative + gainSlope * start.momentum + rest.areaDerivative)
        return end
    }

    /// This and then another.
    func then(_ next: AnnealingPassage) -> AnnealingPassage {
        let decay = 1 - decayComplement
        var both = AnnealingPassage()
        both.decayComplement = decayComplement + decay * next.decayComplement
        both.decaySlope = decaySlope * (1 - next.decayComplement) + decay * next.decaySlope
        both.gain = gain + decay * next.gain
        both.gainSlope = gainSlope + decaySlope * next.gain + decay * next.gainSlope
        both.rest = next.after(rest)
        return both
    }

    /// The same some times over.
    func repeated(_ times: Int) -> AnnealingPassage {
        var power = AnnealingPassage()
        let width = Int.bitWidth - times.leadingZeroBitCount
        for bit in stride(from: width - 1, through: 0, by: -1) {
            power = power.then(power)
            if times >> bit & 1 == 1 { power = power.then(self) }
        }
        return power
    }
}

/// The passages of a cycle's parts, each from the end of the part before it.
struct CyclePassages {
    private(set) var parts: [AnnealingPassage] = []
    /// For parts that are cycles themselves, those within; the others' are empty.
    private(set) var inside: [CyclePassages] = []
    /// That of the whole cycle.
    private(set) var whole = AnnealingPassage()

    /// Nothing.
    init() {}

    init(_ cycles: ScheduleCycles, kernel: inout AnnealingKernel) {
        var rate = cycles.end
        for part in cycles.parts {
            var passage = AnnealingPassage()
            switch part {
            case .piece(let piece):
                inside.append(CyclePassages())
                passage.rest.jump(by: rate - piece.span.from)
                passage = passage.then(piece.passage(&kernel))
            case .cycles(let inner):
                let passages = CyclePassages(inner, kernel: &kernel)
                inside.append(passages)
                passage.rest.jump(by: rate - inner.end)
                passage = passage.then(passages.whole.repeated(inner.times))
            }
            parts.append(passage)
            whole = whole.then(passage)
            rate = part.end
        }
        if Double(cycles.steps) * (1 - kernel.decay) < 1 {
            whole.rest.settleMomentum(totalDrop: 0, decay: kernel.decay)
        }
    }
}

extension SchedulePiece {
    /// What all its steps do.
    fileprivate func passage(_ kernel: inout AnnealingKernel) -> AnnealingPassage {
        let drops = shape.geometricDrops(from: 0, in: span)
        let powers = DecayedPowerSums(
            ratioComplement: drops?.ratioComplement ?? .zero, decay: kernel.decay, steps: steps)
        var passage = powers.passage(first: drops?.first ?? .zero, decay: kernel.decay)
        if drops == nil {
            shape.accumulate(&passage.rest, from: 0, to: steps, in: span, kernel: &kernel)
        }
        return passage
    }
}
