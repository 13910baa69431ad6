/// The annealing sums within a piece at ascending offsets.
///
/// They are kept at three places: at the `entry`, from which every closed form is taken so that
/// rounding does not pile up over points; at the `anchor`, where the last closed form was taken; and
/// at the present offset.
struct PieceWalk {
    let piece: SchedulePiece

    private let drops: GeometricDrops?
    private let entry: AnnealingSums
    private let entryOffset: Int
    private var sums: AnnealingSums
    private var anchor: Int
    private var offset: Int
    private var chain = Chain()

    /// - Parameters:
    ///   - piece: the piece.
    ///   - offset: where it is entered.
    ///   - entry: the sums there.
    init(_ piece: SchedulePiece, from offset: Int, entry: AnnealingSums) {
        self.piece = piece
        self.entry = entry
        entryOffset = offset
        sums = entry
        anchor = offset
        self.offset = offset
        drops = piece.shape.geometricDrops(from: offset, in: piece.span)
    }

    /// The sums at an offset, no lower than the one before.
    mutating func move(to target: Int, _ kernel: inout AnnealingKernel) -> AnnealingSums {
        guard target > offset else { return sums }
        if let drops {
            if target - anchor > ScheduleAreas.denseSteps {
                carry(by: drops, to: target, kernel.decay)
                anchor = target
            } else {
                walk(by: drops, to: target, kernel.decay)
            }
        } else {
            piece.shape.accumulate(
                &sums, from: offset, to: target, in: piece.span, kernel: &kernel)
        }
        offset = target
        return sums
    }

    private mutating func walk(by drops: GeometricDrops, to target: Int, _ decay: Double) {
        let ratio = drops.ratioComplement.complement
        var drop = nextDrop
        var local = sums.withoutAreas
        for _ in offset..<target {
            local.step(drop: drop.real, decay: decay)
            drop = drop * ratio
        }
        sums.append(local)
        chain.nextDrop = drop
    }

    private mutating func carry(by drops: GeometricDrops, to target: Int, _ decay: Double) {
        // At rest and level, nothing happens however long it lasts.
        guard drops.first != .zero || entry.momentum != 0 || entry.momentumDerivative != 0 else {
            sums = entry
            return
        }
        let gap = target - offset
        guard gap == chain.gap, chain.links < Chain.longest else {
            let powers = powers(drops, decay, steps: target - entryOffset)
            sums = powers.passage(first: drops.first, decay: decay).after(entry)
            chain = Chain(gap: gap, powers: gap == chain.gap ? chain.powers : nil)
            return
        }
        let powers = chain.powers ?? powers(drops, decay, steps: gap)
        let drop = nextDrop
        sums = powers.passage(first: drop, decay: decay).after(sums)
        chain.powers = powers
        chain.nextDrop = drop * powers.ratio
        chain.links += 1
    }

    /// The complex drop onto the step after the present one.
    private var nextDrop: ComplexNumber {
        chain.nextDrop ?? piece.shape.geometricDrops(from: offset, in: piece.span)?.first ?? .zero
    }

    private func powers(
        _ drops: GeometricDrops, _ decay: Double, steps: Int
    ) -> DecayedPowerSums {
        DecayedPowerSums(ratioComplement: drops.ratioComplement, decay: decay, steps: steps)
    }

    /// What goes on from one point to the next.
    ///
    /// Equal gaps in a row, as a curve drawn every k steps has them, share one set of powers.
    private struct Chain {
        /// Links after which the closed form is taken from the entry again, so that rounding stays
        /// that of a few dozen operations.
        static let longest = 64

        var gap = 0
        var powers: DecayedPowerSums?
        var links = 0
        /// The drop onto the step after the present one, where it is known.
        var nextDrop: ComplexNumber?
    }
}
