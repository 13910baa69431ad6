/// The areas under a schedule, S1 and S2, prepared once and asked for many decays.
///
/// S1(s) = Σ_{t≤s} η_t and S2(s) = Σ_{i≤s} m_i with m_i = λ·m_{i−1} + (η_{i−1} − η_i), of the
/// LR-annealing law (Tissue et al. 2024, arXiv 2408.11029). Segments whose drops are a geometric
/// series (hold, linear, exp, cosine) cost O(log n) for a point; the others are taken in smooth
/// blocks, step by step near a singular point only. Points closer than `denseSteps` are reached step
/// by step in either case.
///
///     let areas = ScheduleAreas(try LearningRateSchedule(parsing: "warmup:100@3e-4,linear:900@0"))
///     areas.forwardArea(at: [499, 999])
///     areas.annealingArea(at: [499, 999], decay: 0.999, from: 101).areas
package struct ScheduleAreas: Sendable {
    /// A gap of fewer steps is cheaper walked than jumped.
    static let denseSteps = 32

    package let schedule: LearningRateSchedule

    /// Σ of the rates before each piece, and before the end as the last element.
    package let before: [Double]

    package init(_ schedule: LearningRateSchedule) {
        self.schedule = schedule
        var total = CompensatedSum()
        var before = [0.0]
        before.reserveCapacity(schedule.pieces.count + 1)
        for piece in schedule.pieces {
            var sums = ForwardAccumulator(piece)
            total.add(sums.advance(to: piece.steps))
            before.append(total.value)
        }
        self.before = before
    }

    /// The forward area S1 at some steps.
    ///
    /// - Parameter steps: ascending, within 0 … S.
    /// - Returns: Σ_{t≤s} η_t for each step s, in LR·steps.
    package func forwardArea(at steps: [Int]) -> [Double] {
        [Double](unsafeUninitializedCapacity: steps.count) { areas, count in
            forwardArea(at: steps, into: areas)
            count = steps.count
        }
    }

    /// The part of S1 that the warm-up makes up, in LR·steps; 0 without one.
    package var warmupArea: Double {
        schedule.warmupSteps > 0 ? forwardArea(at: [schedule.warmupSteps - 1])[0] : 0
    }

    private func check(_ steps: [Int]) {
        var previous = 0
        for step in steps {
            precondition(step >= previous, "steps ascend from 0")
            previous = step
        }
        precondition(previous <= schedule.totalSteps, "steps lie within the schedule")
    }

    private func forwardArea(at steps: [Int], into areas: UnsafeMutableBufferPointer<Double>) {
        check(steps)
        let pieces = schedule.pieces
        var cursor = 0
        while cursor < steps.count, steps[cursor] < schedule.totalSteps {
            let index = pieces.index(at: steps[cursor])
            let piece = pieces[index]
            var sums = ForwardAccumulator(piece)
            while cursor < steps.count, steps[cursor] < piece.endStep {
                let count = steps[cursor] - piece.span.firstStep + 1
                areas[cursor] = before[index] + sums.advance(to: count)
                cursor += 1
            }
        }
        let end = before[pieces.count] + schedule.finalLearningRate
        while cursor < steps.count {
            areas[cursor] = end
            cursor += 1
        }
    }

    /// The annealing area S2 at some steps, and ∂S2/∂λ where asked, in one pass.
    ///
    /// - Parameters:
    ///   - steps: ascending, within 0 … S.
    ///   - decay: λ, 0 … 1.
    ///   - firstDropStep: changes of rate onto earlier steps are left out; 1 keeps them all, and
    ///     `schedule.warmupSteps + 1` leaves out the warm-up and the change onto the step after.
    ///   - areas: receives S2 for each step.
    ///   - derivatives: receives ∂S2/∂λ for each step.
    package func annealingArea(
        at steps: [Int], decay: Double, from firstDropStep: Int,
        into areas: UnsafeMutableBufferPointer<Double>,
        derivatives: UnsafeMutableBufferPointer<Double>? = nil
    ) {
        precondition((0...1).contains(decay), "the decay lies within 0 … 1")
        precondition(areas.count >= steps.count, "room for an area at each step")
        precondition((derivatives?.count ?? steps.count) >= steps.count, "room for derivatives")
        check(steps)
        var accumulator = AnnealingAccumulator(
            schedule, decay: decay, restStep: max(firstDropStep, 1) - 1)
        for (index, step) in steps.enumerated() {
            accumulator.advance(to: step)
            let sums = accumulator.sums
            areas[index] = sums.area
            if let derivatives { derivatives[index] = sums.areaDerivative }
        }
    }

    /// The annealing area S2 at some steps.
    ///
    /// - Parameters:
    ///   - steps: ascending, within 0 … S.
    ///   - decay: λ, 0 … 1.
    ///   - firstDropStep: changes of rate onto earlier steps are left out.
    /// - Returns: S2 and ∂S2/∂λ for each step.
    package func annealingArea(
        at steps: [Int], decay: Double, from firstDropStep: Int
    ) -> (areas: [Double], derivatives: [Double]) {
        var areas = [Double](repeating: 0, count: steps.count)
        var derivatives = areas
        areas.withUnsafeMutableBufferPointer { areas in
            derivatives.withUnsafeMutableBufferPointer { derivatives in
                annealingArea(
                    at: steps, decay: decay, from: firstDropStep, into: areas,
                    derivatives: derivatives)
            }
        }
        return (areas, derivatives)
    }
}
