/// The annealing sums of a schedule at ascending steps.
///
/// Within a piece the sums are kept at three places: at its `entry`, from which every closed form
/// is taken so that rounding does not pile up over points; at the `anchor`, where the last
/// closed form was taken; and at the present offset.
struct AnnealingWalk {
    private(set) var sums = AnnealingSums()

    private let schedule: LearningRateSchedule
    private var kernel: AnnealingKernel
    private let restStep: Int

    private var index: Int
    private var piece: SchedulePiece
    private var drops: GeometricDrops?
    private var entry: AnnealingSums
    private var entryOffset: Int
    private var anchor: Int
    private var offset: Int
    private var ended = false
    private var chain = Chain()

    /// Begins at rest.
    ///
    /// - Parameters:
    ///   - schedule: the schedule.
    ///   - decay: λ, 0 … 1.
    ///   - restStep: the step after which changes of rate count.
    init(_ schedule: LearningRateSchedule, decay: Double, restStep: Int) {
        self.schedule = schedule
        kernel = AnnealingKernel(decay: decay)
        self.restStep = restStep
        index = schedule.pieceIndex(at: restStep)
        piece = schedule.pieces[index]
        entryOffset = min(restStep - piece.span.firstStep, piece.steps)
        anchor = entryOffset
        offset = entryOffset
        entry = sums
        drops = piece.shape.geometricDrops(from: entryOffset, in: piece.span)
    }

    /// Goes on to a step, no earlier than the step before; at or before `restStep` all is 0.
    mutating func advance(to step: Int) {
        guard step > restStep, !ended else { return }
        while step >= piece.endStep {
            move(to: piece.steps)
            guard index + 1 < schedule.pieces.count else {
                sums.jump(by: piece.end - schedule.finalLearningRate)
                ended = true
                return
            }
            enterNextPiece()
        }
        move(to: step - piece.span.firstStep)
    }

    private mutating func enterNextPiece() {
        let end = piece.end
        index += 1
        piece = schedule.pieces[index]
        sums.jump(by: end - piece.span.from)
        entry = sums
        entryOffset = 0
        anchor = 0
        offset = 0
        chain = Chain()
        drops = piece.shape.geometricDrops(from: 0, in: piece.span)
    }

    private mutating func move(to target: Int) {
        guard target > offset else { return }
        if let drops {
            if target - anchor > ScheduleAreas.denseSteps {
                carry(by: drops, to: target)
                anchor = target
            } else {
                walk(by: drops, to: target)
            }
        } else {
            piece.shape.accumulate(
                &sums, from: offset, to: target, in: piece.span, kernel: &kernel)
        }
        offset = target
    }

    private mutating func walk(by drops: GeometricDrops, to target: Int) {
        let ratio = drops.ratioComplement.complement
        var drop = nextDrop
        var local = sums.withoutAreas
        for _ in offset..<target {
            local.step(drop: drop.real, decay: kernel.decay)
            drop = drop * ratio
        }
        sums.append(local)
        chain.nextDrop = drop
    }

    private mutating func carry(by drops: GeometricDrops, to target: Int) {
        // At rest and level, nothing happens however long it lasts.
        guard drops.first != .zero || entry.momentum != 0 || entry.momentumDerivative != 0 else {
            sums = entry
            return
        }
        let gap = target - offset
        guard gap == chain.gap, chain.links < Chain.longest else {
            let powers = powers(drops, steps: target - entryOffset)
            sums = powers.carry(entry, first: drops.first, decay: kernel.decay)
            chain = Chain(gap: gap, powers: gap == chain.gap ? chain.powers : nil)
            return
        }
        let powers = chain.powers ?? powers(drops, steps: gap)
        let drop = nextDrop
        sums = powers.carry(sums, first: drop, decay: kernel.decay)
        chain.powers = powers
        chain.nextDrop = drop * powers.ratio
        chain.links += 1
    }

    /// The complex drop onto the step after the present one.
    private var nextDrop: ComplexNumber {
        chain.nextDrop ?? piece.shape.geometricDrops(from: offset, in: piece.span)?.first ?? .zero
    }

    private func powers(_ drops: GeometricDrops, steps: Int) -> DecayedPowerSums {
        DecayedPowerSums(
            ratioComplement: drops.ratioComplement, decay: kernel.decay, steps: steps)
    }

    /// What goes on from one point to the next within a piece.
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
