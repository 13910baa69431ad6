/// The annealing sums of a schedule at ascending steps.
///
/// Whole cycles are passed at once, and within a cycle whole parts; only pieces with a step that is
/// asked for, and those outside of cycles, are gone through themselves.
struct AnnealingWalk {
    /// The sums since the present piece was entered, with the areas from 0.
    private var local = AnnealingSums()
    /// S2 and ∂S2/∂λ before, which a million pieces may make up.
    private var area = CompensatedSum()
    private var areaDerivative = CompensatedSum()

    private let restStep: Int
    private let restRate: Double
    private let finalRate: Double
    private var kernel: AnnealingKernel
    /// The parts among which the present piece is, the schedule's own first.
    private var levels: [Level] = []
    private var walk: PieceWalk
    private var firstStep: Int
    private var ended = false

    /// Begins at rest.
    ///
    /// - Parameters:
    ///   - schedule: the schedule.
    ///   - decay: λ, 0 … 1.
    ///   - restStep: the step after which changes of rate count.
    init(_ schedule: LearningRateSchedule, decay: Double, restStep: Int) {
        self.restStep = restStep
        restRate = schedule.learningRate(at: min(restStep, schedule.totalSteps))
        finalRate = schedule.finalLearningRate
        kernel = AnnealingKernel(decay: decay)
        let step = min(restStep, schedule.totalSteps - 1)
        var level = Level(schedule.parts)
        level.index = level.parts.index(at: step)
        while case .cycles(let cycles) = level.parts[level.index] {
            let inner = level.inside(
                cycles, after: cycles.completed(before: step - level.shift), &kernel)
            levels.append(level)
            level = inner
            level.index = level.parts.index(at: step - level.shift)
        }
        levels.append(level)
        let piece = level.parts[level.index].firstPiece
        firstStep = piece.span.firstStep + level.shift
        walk = PieceWalk(piece, from: restStep - firstStep, entry: local)
    }

    var sums: AnnealingSums {
        var sums = local
        sums.area += area.value
        sums.areaDerivative += areaDerivative.value
        return sums
    }

    /// Goes on to a step, no earlier than the step before; at or before `restStep` all is 0.
    mutating func advance(to step: Int) {
        guard step > restStep, !ended else { return }
        if step >= firstStep + walk.piece.steps {
            take(walk.move(to: walk.piece.steps, &kernel))
            enterPiece(of: step)
            guard !ended else { return }
        }
        local = walk.move(to: step - firstStep, &kernel)
    }

    private mutating func take(_ sums: AnnealingSums) {
        area.add(sums.area)
        areaDerivative.add(sums.areaDerivative)
        local = sums.withoutAreas
    }

    /// Passes what lies whole before a step, from the end of the present piece.
    private mutating func enterPiece(of step: Int) {
        var rate = walk.piece.end
        while let top = levels.indices.last {
            levels[top].index += 1
            if levels[top].index == levels[top].parts.count, let cycles = levels[top].cycles {
                take(levels[top].turn(towards: step, local))
                settle(after: levels[top].round, of: cycles, before: step)
            }
            guard levels[top].isWithin else {
                levels.removeLast()
                continue
            }
            let (part, shift) = (levels[top].part, levels[top].shift)
            switch part {
            case .piece(let piece):
                guard step >= piece.endStep + shift else {
                    local.jump(by: rate - piece.span.from)
                    walk = PieceWalk(piece, from: 0, entry: local)
                    firstStep = piece.span.firstStep + shift
                    return
                }
                pass(piece, from: rate)
            case .cycles(let cycles):
                // A cycle begins after the rate at which it ends; what comes before may differ.
                local.jump(by: rate - cycles.end)
                let completed = cycles.completed(before: step - shift)
                let inner = levels[top].inside(cycles, after: completed, &kernel)
                take(inner.passages.whole.repeated(completed).after(local))
                settle(after: completed, of: cycles, before: step)
                if completed < cycles.times { levels.append(inner) }
            }
            rate = part.end
        }
        local.jump(by: rate - finalRate)
        ended = true
    }

    private mutating func pass(_ piece: SchedulePiece, from rate: Double) {
        if let passage = levels[levels.count - 1].passage {
            take(passage.after(local))
        } else {
            local.jump(by: rate - piece.span.from)
            var walk = PieceWalk(piece, from: 0, entry: local)
            take(walk.move(to: piece.steps, &kernel))
            settle(at: piece.end)
        }
    }

    /// Takes out the rounding of many pieces, where the drops that count are long ago.
    private mutating func settle(at rate: Double) {
        let totalDrop = restRate - rate
        guard kernel.decay < 1, totalDrop.magnitude > 2 * local.momentum.magnitude else { return }
        var sums = sums
        sums.settleAreas(totalDrop: totalDrop, decay: kernel.decay)
        replace(by: sums)
    }

    /// Takes out the rounding of many cycles.
    private mutating func settle(
        after completed: Int, of cycles: ScheduleCycles, before step: Int
    ) {
        guard completed > 0 else { return }
        let steps = min(completed * cycles.steps, step - restStep)
        let totalDrop = restRate - cycles.end
        var sums = sums
        if Double(steps) * (1 - kernel.decay) < 1 {
            sums.settleMomentum(totalDrop: totalDrop, decay: kernel.decay)
        } else {
            sums.settleAreas(totalDrop: totalDrop, decay: kernel.decay)
        }
        replace(by: sums)
    }

    private mutating func replace(by sums: AnnealingSums) {
        area = CompensatedSum(sums.area)
        areaDerivative = CompensatedSum(sums.areaDerivative)
        local = sums.withoutAreas
    }
}

/// Some parts in a row, and where among them a walk is.
private struct Level {
    let parts: [SchedulePart]
    /// How many steps later than they say the parts come.
    private(set) var shift = 0
    var index = -1
    /// The cycles that the parts make up; nil for a schedule's own parts.
    private(set) var cycles: ScheduleCycles?
    private(set) var passages = CyclePassages()
    private(set) var round = 0

    init(_ parts: [SchedulePart]) {
        self.parts = parts
    }

    var part: SchedulePart { parts[index] }

    /// What the present part does, where that is known.
    var passage: AnnealingPassage? { cycles == nil ? nil : passages.parts[index] }

    /// Whether there is a present part.
    var isWithin: Bool { index < parts.count && round < (cycles?.times ?? 1) }

    /// The parts of the cycle after some completed ones, from its beginning.
    func inside(
        _ cycles: ScheduleCycles, after completed: Int, _ kernel: inout AnnealingKernel
    ) -> Level {
        var level = Level(cycles.parts)
        level.cycles = cycles
        level.round = completed
        level.shift = shift + completed * cycles.steps
        level.passages =
            self.cycles == nil
            ? CyclePassages(cycles, kernel: &kernel) : passages.inside[index]
        return level
    }

    /// Goes from the end of a cycle to the next that does not lie whole before a step.
    ///
    /// - Returns: The sums there.
    mutating func turn(towards step: Int, _ sums: AnnealingSums) -> AnnealingSums {
        guard let cycles else { return sums }
        shift -= round * cycles.steps
        let passed = cycles.completed(before: step - shift) - round
        round += passed
        shift += round * cycles.steps
        index = 0
        return passages.whole.repeated(passed - 1).after(sums)
    }
}
