/// The annealing sums of a schedule at ascending steps.
///
/// Pieces that lie whole between two steps are passed at once; those with a step that is asked for
/// are gone through by `PieceAccumulator`.
struct AnnealingAccumulator {
    /// The sums since the present piece was entered, with the areas from 0.
    private var local = AnnealingSums()
    /// S2 and ∂S2/∂λ before, which many pieces may make up.
    private var area = CompensatedSum()
    private var areaDerivative = CompensatedSum()

    private let pieces: [SchedulePiece]
    private let restStep: Int
    private let restRate: Double
    private let finalRate: Double
    private var kernel: AnnealingKernel
    /// The present piece; past the last at the schedule's end.
    private var index: Int
    private var present: PieceAccumulator

    /// Begins at rest.
    ///
    /// - Parameters:
    ///   - schedule: the schedule.
    ///   - decay: λ, 0 … 1.
    ///   - restStep: the step after which changes of rate count.
    init(_ schedule: LearningRateSchedule, decay: Double, restStep: Int) {
        self.restStep = restStep
        pieces = schedule.pieces
        restRate = schedule.learningRate(at: min(restStep, schedule.totalSteps))
        finalRate = schedule.finalLearningRate
        kernel = AnnealingKernel(decay: decay)
        index = pieces.index(at: min(restStep, schedule.totalSteps - 1))
        let piece = pieces[index]
        present = PieceAccumulator(piece, from: restStep - piece.span.firstStep, entry: local)
    }

    var sums: AnnealingSums {
        var sums = local
        sums.area += area.value
        sums.areaDerivative += areaDerivative.value
        return sums
    }

    /// Goes on to a step, no earlier than the step before; at or before `restStep` all is 0.
    mutating func advance(to step: Int) {
        guard step > restStep, index < pieces.count else { return }
        while step >= present.piece.endStep {
            finishPiece()
            guard index < pieces.count else { return }
        }
        local = present.advance(to: step - present.piece.span.firstStep, &kernel)
    }

    /// Passes what is left of the present piece, and the change of rate onto the next.
    private mutating func finishPiece() {
        let piece = present.piece
        local = present.advance(to: piece.steps, &kernel)
        area.add(local.area)
        areaDerivative.add(local.areaDerivative)
        local = local.withoutAreas
        settle(at: piece.end)
        index += 1
        guard index < pieces.count else { return local.jump(by: piece.end - finalRate) }
        let next = pieces[index]
        local.jump(by: piece.end - next.from)
        present = PieceAccumulator(next, from: 0, entry: local)
    }

    /// Takes out the rounding of many pieces by the sum of all drops, which is known exactly.
    private mutating func settle(at rate: Double) {
        let totalDrop = restRate - rate
        var sums = sums
        guard kernel.decay < 0.5 else {
            // The momentum follows from S2, whose own errors then decay with it: where it hardly
            // decays it would keep every rounding, the same in each of many like pieces.
            sums.settleMomentum(totalDrop: totalDrop, decay: kernel.decay)
            local = sums.withoutAreas
            return
        }
        sums.settleAreas(totalDrop: totalDrop, decay: kernel.decay)
        area = CompensatedSum(sums.area)
        areaDerivative = CompensatedSum(sums.areaDerivative)
        local = sums.withoutAreas
    }
}

/// The annealing sums within a piece at ascending offsets.
///
/// They are kept at three places: at the `entry`, from which every closed form is taken so that
/// rounding does not pile up over points; at the `anchor`, where the last closed form was taken; and
/// at the present offset.
struct PieceAccumulator {
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
    mutating func advance(to target: Int, _ kernel: inout AnnealingKernel) -> AnnealingSums {
        guard target > offset else { return sums }
        if let drops {
            if target - anchor > ScheduleAreas.denseSteps {
                carry(by: drops, to: target, kernel.decay)
                anchor = target
            } else {
                step(by: drops, to: target, kernel.decay)
            }
        } else {
            piece.shape.accumulate(
                &sums, from: offset, to: target, in: piece.span, kernel: &kernel)
        }
        offset = target
        return sums
    }

    private mutating func step(by drops: GeometricDrops, to target: Int, _ decay: Double) {
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
            sums = powers.map(first: drops.first, decay: decay).after(entry)
            chain = Chain(gap: gap, powers: gap == chain.gap ? chain.powers : nil)
            return
        }
        let powers = chain.powers ?? powers(drops, decay, steps: gap)
        let drop = nextDrop
        sums = powers.map(first: drop, decay: decay).after(sums)
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

    /// The state that goes on from one point to the next.
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
