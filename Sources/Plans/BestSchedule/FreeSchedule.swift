import Fitting
import Foundation
import Records
import Schedules

/// The best of all schedules that never rise after the warm-up, as straight lines between knots.
///
/// From stairs of a few cliffs, the falls between neighbouring knots are optimised together, and whole
/// cliffs are moved along the steps; then knots are added where the rate falls and where a further
/// fall pays most, and the falls are optimised again. Losses are the law's own, by its ordinary
/// evaluator; slopes are differences.
///
/// On the multi-power authors' own fit (24,000 steps, peak 3e-4, `isoloss-bench plans`) the result is
/// 0.003 nats below their 2.5332, from 10,000 steps of Adam on all rates. What stood here before,
/// stairs by Frank–Wolfe steps and ramps on plateaus with slopes of two laws written a second time,
/// took 1,490 lines for the same. An even way down as a start was tried: it costs five times as much
/// and ends nowhere lower.
struct FreeSchedule {
    let context: PlanContext
    let totalSteps: Int
    let warmupSteps: Int
    let peak: Double
    let minimumRate: Double

    /// Rates below this share of the peak are not told apart from it: some laws have infinite
    /// slopes at a rate of 0.
    static let lowestShare = 1e-6
    /// A fall at one step by more than this share of the peak is listed.
    private static let notableFall = 0.01
    /// The change of the predicted loss that writing rates with few digits may make, in nats.
    private static let roundingLimit = 1e-6
    /// A schedule of fewer free steps is searched from a cliff at each.
    private static let shortest = 16
    /// Falls that are optimised together at most.
    private static let mostKnots = 24
    /// Rounds of adding knots.
    private static let rounds = 5
    /// A round that lowers the loss by less, in nats, is the last.
    private static let worthwhile = 1e-6
    /// Two starts agree when their losses are this close, in nats.
    private static let agreement = 1e-6
    /// Slopes are differences over this much of a fall's logarithm, or of a mixture's share.
    private static let difference = 1e-4
    /// With more cliffs than this a way down is as good as smooth, and they are not moved.
    private static let fewCliffs = 4
    /// A move of a cliff that lowers the loss by less, in nats, is not made.
    private static let smallestGain = 1e-8
    /// No single fall is deeper, in its logarithm.
    private static let deepestFall = 40.0

    private struct Outcome {
        var decay: PiecewiseLinearDecay
        var loss = Double.infinity
        var gap = Double.infinity
        var iterations = 0
        var evaluations = 0
    }

    private var floor: Double {
        max(minimumRate, Self.lowestShare * peak, ScheduleLimits.learningRates.lowerBound)
    }
    private var freeSteps: Int { totalSteps - warmupSteps }

    /// Searches.
    ///
    /// - Parameters:
    ///   - family: The best member of a family.
    ///   - progress: Told how much is done, 0 to 1.
    /// - Returns: The best schedule.
    /// - Throws: `FittingError`, `ScheduleError`, or what ends a plan's budget.
    func best(
        comparedWith family: BestScheduleResult.Member, progress: (Double) -> Void
    ) throws -> BestScheduleResult.Free {
        var ends: [Outcome] = []
        for (index, start) in starts.enumerated() {
            ends.append(try search(from: start))
            progress(Double(index + 1) / Double(starts.count))
        }
        guard let best = ends.min(by: { $0.loss < $1.loss }) else {
            preconditionFailure("there is a start")
        }
        let (schedule, error) = try rounded(best)
        let gain = try context.predictor.differences(
            of: [.init(endOf: try LearningRateSchedule(parsing: family.schedule))],
            from: [.init(endOf: schedule)], features: context.features,
            interval: context.interval)
        return BestScheduleResult.Free(
            schedule: PlanText.language(schedule), final: try context.plannedLoss(of: schedule),
            gain: PlannedLoss(gain, 0), roundingError: error, optimalityGap: best.gap,
            iterations: ends.reduce(0) { $0 + $1.iterations },
            evaluations: ends.reduce(0) { $0 + $1.evaluations }, starts: ends.count,
            startsAgreeing: ends.count { $0.loss <= best.loss + Self.agreement },
            falls: falls(of: schedule), idleFromStep: idleStep(of: schedule))
    }

    /// Stairs of one cliff late, and of three that each leave two fifths of what is left; a short
    /// schedule has optima of its own, and starts from a cliff at every step.
    private var starts: [PiecewiseLinearDecay] {
        guard freeSteps > 1 else {
            return [PiecewiseLinearDecay([.init(step: 0, height: 1), .init(step: 1, height: 1)])]
        }
        let stairs = [[0.1], [0.5, 0.2, 0.08]].map { left in
            left.map { freeSteps - Int($0 * Double(freeSteps)) }.filter { $0 < freeSteps }
        }
        let single = freeSteps <= Self.shortest ? (1..<freeSteps).map { [$0] } : []
        return (stairs.filter { !$0.isEmpty } + single).map { cliffs in
            var decay = PiecewiseLinearDecay([
                .init(step: 0, height: 1), .init(step: freeSteps, height: 1),
            ]).adding(cliffs.flatMap { [$0 - 1, $0] })
            for index in decay.knots.indices {
                let passed = cliffs.count { $0 <= decay.knots[index].step }
                decay.knots[index].height = exp(-6 * Double(passed) / Double(cliffs.count))
            }
            return decay
        }
    }

    private func search(from start: PiecewiseLinearDecay) throws -> Outcome {
        var outcome = Outcome(decay: start)
        try optimiseFalls(&outcome)
        guard outcome.loss.isFinite else { throw context.noLoss }
        for _ in 0..<Self.rounds {
            let before = outcome.loss
            try moveCliffs(&outcome)
            let place = try optimality(&outcome)
            var next = outcome
            next.decay = refined(outcome.decay, at: place)
            try optimiseFalls(&next)
            outcome = next.loss < outcome.loss ? next : outcome
            guard outcome.loss < before - Self.worthwhile else { break }
        }
        return outcome
    }

    private func schedule(
        _ decay: PiecewiseLinearDecay, rate: (Double) -> Double
    ) throws -> LearningRateSchedule {
        var list = SegmentList()
        if warmupSteps > 0 { list.warmup(warmupSteps, to: peak) } else { list.jump(to: peak) }
        decay.write(to: &list, rate: rate)
        return try LearningRateSchedule(segments: list.segments)
    }

    private func loss(
        _ decay: PiecewiseLinearDecay, _ outcome: inout Outcome
    ) throws -> Double {
        outcome.evaluations += 1
        return try context.finalLoss(of: schedule(decay) { floor + (peak - floor) * $0 })
    }

    /// The falls between knots, all at once.
    ///
    /// - Parameters:
    ///   - outcome: The way down so far; receives a lower one.
    ///   - chosen: Which falls may change, since each slope costs an evaluation; nil for all.
    /// - Throws: `FittingError`, `ScheduleError`, or what ends a plan's budget.
    private func optimiseFalls(_ outcome: inout Outcome, only chosen: [Int]? = nil) throws {
        var trial = outcome
        var falls = outcome.decay.decrements
        let free = chosen ?? Array(falls.indices)
        func set(_ values: [Double]) {
            for (index, value) in zip(free, values) { falls[index] = value }
            trial.decay.decrements = falls
        }
        let found = try BoundedMinimizer(slopeTolerance: 1e-6, maximumIterations: 20).minimum(
            from: free.map { falls[$0] }, upper: Self.deepestFall
        ) { point in
            set(point)
            return try loss(trial.decay, &trial)
        } slopes: { point, value in
            try point.indices.map { index in
                var moved = point
                moved[index] += Self.difference
                set(moved)
                return (try loss(trial.decay, &trial) - value) / Self.difference
            }
        }
        set(found.point)
        outcome = trial
        outcome.iterations += found.iterations
        outcome.loss = found.value
        try fallToFloor(&outcome)
    }

    /// Lets the fall to next to nothing, or else the last one, go all the way where that is no worse:
    /// slopes by a fall's logarithm vanish long before its depth does.
    private func fallToFloor(_ outcome: inout Outcome) throws {
        let falling = outcome.decay.falling
        guard
            let fall = falling.first(where: { outcome.decay.knots[$0 + 1].height < 1e-3 })
                ?? falling.last
        else { return }
        var deepest = outcome.decay
        deepest.decrements[fall] = Self.deepestFall
        let loss = try loss(deepest, &outcome)
        if loss <= outcome.loss { (outcome.decay, outcome.loss) = (deepest, loss) }
    }

    /// Moves whole cliffs by ever smaller distances while that lowers the loss, which slopes by falls
    /// do not see where the loss is concave in parting a cliff in two.
    private func moveCliffs(_ outcome: inout Outcome) throws {
        guard (1...Self.fewCliffs).contains(outcome.decay.cliffs.count) else { return }
        outcome.decay = outcome.decay.trimmed
        outcome.loss = try loss(outcome.decay, &outcome)
        var distance = max(1, freeSteps / 16)
        while distance >= max(1, freeSteps / 50_000) {
            let before = outcome.loss
            for cliff in outcome.decay.cliffs {
                for offset in [distance, -distance] {
                    while let moved = moving(outcome.decay, cliff, by: offset) {
                        let loss = try loss(moved, &outcome)
                        guard loss < outcome.loss - Self.smallestGain else { break }
                        (outcome.decay, outcome.loss) = (moved, loss)
                    }
                }
            }
            // Depths follow where they fell to together, or else the next moves would be small.
            if outcome.loss < before {
                try optimiseFalls(&outcome, only: outcome.decay.falling)
            }
            if outcome.loss > before - Self.worthwhile { distance /= 2 }
        }
    }

    private func moving(
        _ decay: PiecewiseLinearDecay, _ cliff: Int, by offset: Int
    ) -> PiecewiseLinearDecay? {
        var moved = decay
        moved.knots[cliff - 1].step += offset
        moved.knots[cliff].step += offset
        let lowest = cliff > 1 ? moved.knots[cliff - 2].step : -1
        let highest =
            cliff + 1 < moved.knots.count ? moved.knots[cliff + 1].step : freeSteps + 1
        guard cliff > 1, moved.knots[cliff - 1].step > lowest, moved.knots[cliff].step < highest
        else { return nil }
        return moved
    }

    /// The distance from a first-order optimum, and the step where a further fall pays most.
    ///
    /// Any way down is a mixture of single cliffs from the peak to the floor; the gap is the most that
    /// moving towards one lowers the loss by to first order (Frank and Wolfe 1956), over cliffs at 40
    /// steps, ever closer towards the end, and ever closer to those that are there.
    private func optimality(_ outcome: inout Outcome) throws -> Int {
        var places = (1...40).map { index in
            freeSteps - Int(pow(Double(freeSteps), 1 - Double(index) / 41))
        }
        for cliff in outcome.decay.cliffs.prefix(Self.fewCliffs) {
            let step = outcome.decay.knots[cliff].step
            places += [1, 4, 16, 64, 256].flatMap { [step - $0, step + $0] }
        }
        var (gap, best) = (0.0, freeSteps - 1)
        for place in Set(places + [1, freeSteps - 1]).sorted()
        where place > 0 && place < freeSteps {
            let mixture = outcome.decay.mixed(Self.difference, withCliffAt: place)
            let gain = (outcome.loss - (try loss(mixture, &outcome))) / Self.difference
            if gain > gap { (gap, best) = (gain, place) }
        }
        outcome.gap = gap
        return best
    }

    /// More knots inside every fall and around it, and two for a cliff at a step; none where the rate
    /// keeps.
    private func refined(
        _ decay: PiecewiseLinearDecay, at place: Int
    ) -> PiecewiseLinearDecay {
        let decrements = decay.decrements
        var kept = decay.trimmed.adding([place - 1, place])
        for index in decay.falling.sorted(by: { decrements[$0] > decrements[$1] })
        where kept.knots.count < Self.mostKnots {
            let (from, to) = (decay.knots[index].step, decay.knots[index + 1].step)
            guard to > from + 1 else { continue }
            let reach = (to - from) / 2
            kept = kept.adding([from - reach, from + reach, to + reach])
        }
        return kept
    }

    /// The way down in as few segments and digits as the loss does not feel.
    private func rounded(
        _ found: Outcome
    ) throws -> (schedule: LearningRateSchedule, error: Double) {
        var digits = 4
        func written(_ decay: PiecewiseLinearDecay) throws -> LearningRateSchedule {
            try schedule(decay) { height in
                let rate = floor + (peak - floor) * height
                // The floor stands for the minimum, and a hair above the floor for the floor.
                return rate < floor + Self.lowestShare * peak
                    ? minimumRate : PlanText.rounded(rate, digits: digits)
            }
        }
        func error(_ decay: PiecewiseLinearDecay) throws -> Double {
            abs(try context.finalLoss(of: written(decay)) - found.loss)
        }
        while try error(found.decay) > 0.5 * Self.roundingLimit, digits < 12 { digits += 2 }
        // Each knot that can be left out is: first those that make a line's start look like a cliff.
        var decay = found.decay
        let cliffs = decay.cliffs.map { decay.knots[$0].step }
        let inner = decay.knots.dropFirst().dropLast().map(\.step).reversed()
        for step in cliffs + inner.filter({ !cliffs.contains($0) }) {
            var shorter = decay
            shorter.knots.removeAll { $0.step == step && $0.step < freeSteps }
            if try error(shorter) <= Self.roundingLimit { decay = shorter }
        }
        return (try written(decay), try error(decay))
    }

    /// The steps onto which the rate falls by more than a hundredth of the peak, of the schedule as
    /// it is written.
    private func falls(of schedule: LearningRateSchedule) -> [BestScheduleResult.Fall] {
        let edges = schedule.pieceStarts.filter { $0 > warmupSteps }
        // A line's own falls begin one step after its first rate.
        let steps = Set(edges + edges.map { $0 + 1 }.filter { $0 < totalSteps }).sorted()
        return steps.map { step in
            BestScheduleResult.Fall(
                step: step, from: schedule.learningRate(at: step - 1),
                to: schedule.learningRate(at: step))
        }.filter { $0.from - $0.to > Self.notableFall * peak }
    }

    /// The step from which on the rate is next to nothing; nil where it never is.
    private func idleStep(of schedule: LearningRateSchedule) -> Int? {
        let idle = schedule.pieceStarts.reversed().prefix { start in
            schedule.learningRate(at: start) <= Self.lowestShare * peak
        }
        return idle.last
    }
}
