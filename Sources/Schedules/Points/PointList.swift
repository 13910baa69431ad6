/// Learning rates listed at some steps, with a rule for the steps between.
package struct PointList: Sendable, Equatable {
    /// The rule for the steps between two points.
    package enum Interpolation: String, Sendable, CaseIterable {
        /// A straight line.
        case linear
        /// The value of the point before.
        case step
    }

    /// Where the rates before the first listed step come from.
    package enum LeadIn: Sendable, Equatable {
        /// The list begins at step 0.
        case none
        /// The warm-up that was stated: a straight line from 0.
        case statedWarmup
        /// The first listed value, held.
        case firstValueHeld
    }

    /// Ascending, from 0 to `totalSteps` at most.
    package private(set) var steps: [Int]
    package private(set) var learningRates: [Double]
    package let interpolation: Interpolation
    package private(set) var totalSteps: Int
    /// Steps of the stated warm-up, if one was stated.
    package let statedWarmupSteps: Int?

    package var leadIn: LeadIn {
        guard let first = steps.first, first > 0 else { return .none }
        return (statedWarmupSteps ?? 0) > 0 ? .statedWarmup : .firstValueHeld
    }

    /// The warm-up: as stated, else the leading run of rising rates.
    var warmupSteps: Int {
        if let statedWarmupSteps { return statedWarmupSteps }
        let run = risingRun(learningRates)
        return run > 0 ? steps[run] : 0
    }

    /// Checks a list.
    ///
    /// - Parameters:
    ///   - steps: ascending steps from 0.
    ///   - learningRates: one for each, finite and at least 0.
    ///   - interpolation: the rule for the steps between.
    ///   - totalSteps: S; without it the last listed step is taken for the last step, S − 1.
    ///   - statedWarmupSteps: steps of a warm-up known from elsewhere.
    ///   - pointers: the JSON pointers of a point's step and rate, for errors.
    /// - Throws: `ScheduleError` at the point or the field.
    init(
        steps: [Int], learningRates: [Double], interpolation: Interpolation, totalSteps: Int?,
        statedWarmupSteps: Int?, pointers: PointPointers
    ) throws(ScheduleError) {
        guard let last = steps.last, steps.count == learningRates.count else {
            throw ScheduleError(.noPoints, at: .pointer(pointers.list))
        }
        let total = totalSteps ?? last + 1
        for (index, step) in steps.enumerated() {
            let place = ScheduleError.Place.pointer(pointers.step(index))
            let previous = index > 0 ? steps[index - 1] : -1
            guard step >= 0, step <= ScheduleLimits.steps else {
                throw Self.fault("step", "\(step)", .stepIndex, place)
            }
            guard step > previous else {
                let rule = ScheduleError.Rule.above(field: "the step before", value: "\(previous)")
                throw Self.fault("step", "\(step)", rule, place)
            }
            guard step <= total else {
                throw Self.fault(
                    "step", "\(step)", .atMost(field: "steps", value: "\(total)"), place)
            }
        }
        for (index, rate) in learningRates.enumerated() {
            guard ScheduleValue.learningRate(rate) != nil else {
                throw Self.fault(
                    "learning rate", "\(rate)", .learningRate, .pointer(pointers.rate(index)))
            }
        }
        guard (1...ScheduleLimits.steps).contains(total) else {
            throw Self.fault("steps", "\(total)", .stepCount, .pointer(pointers.total))
        }
        if let stated = statedWarmupSteps, !(0...total).contains(stated) {
            throw Self.fault(
                "warmup_steps", "\(stated)", .atMost(field: "steps", value: "\(total)"),
                .pointer(pointers.warmup))
        }
        self.steps = steps
        self.learningRates = learningRates
        self.interpolation = interpolation
        self.totalSteps = total
        self.statedWarmupSteps = statedWarmupSteps
    }

    /// The points that set the rates at steps 0 … `count`: the one at or after `count` is the last.
    func prefix(_ count: Int) -> PointList {
        let kept = (steps.firstIndex { $0 >= count } ?? steps.count - 1) + 1
        var list = self
        list.steps = Array(steps.prefix(kept))
        list.learningRates = Array(learningRates.prefix(kept))
        list.totalSteps = max(count, list.steps[kept - 1], statedWarmupSteps ?? 0)
        return list
    }

    private static func fault(
        _ field: String, _ value: String, _ rule: ScheduleError.Rule, _ place: ScheduleError.Place
    ) -> ScheduleError {
        ScheduleError(.invalid(field: field, value: value, rule: rule), at: place)
    }
}
