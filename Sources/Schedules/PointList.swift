/// Learning rates listed at some steps, with a rule for the steps between.
package struct PointList: Sendable, Equatable {
    /// The rule for the steps between two points.
    package enum Interpolation: String, Sendable, CaseIterable {
        /// A straight line.
        case linear
        /// The value of the point before.
        case step
    }

    /// The source of the rates before the first listed step.
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
        let run = Self.risingRun(learningRates)
        return run > 0 ? steps[run] : 0
    }

    /// The index at which a list's leading run of rising rates ends; 0 where it does not rise.
    static func risingRun(_ rates: [Double]) -> Int {
        var index = 0
        while index + 1 < rates.count, rates[index + 1] > rates[index] {
            index += 1
        }
        return index
    }

    /// Checks a list.
    ///
    /// - Parameters:
    ///   - steps: ascending steps from 0.
    ///   - learningRates: one for each, within `ScheduleLimits`.
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
        // A step beyond the limit is refused below; it must not overflow here.
        let total = totalSteps ?? min(last, ScheduleLimits.steps) + 1
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

/// Rates given one by one, at every step or at some.
package enum RateList: Sendable, Equatable {
    case points(PointList)
    /// One rate per step.
    case values([Double])

    /// Steps for which it gives rates, S.
    var totalSteps: Int {
        switch self {
        case .points(let points): points.totalSteps
        case .values(let values): values.count
        }
    }

    /// The part of the list that gives the rates at steps 0 … `steps`.
    ///
    /// - Parameter steps: Below `totalSteps`.
    /// - Returns: The list without what lies beyond.
    func prefix(_ steps: Int) -> RateList {
        switch self {
        case .points(let points): .points(points.prefix(steps))
        case .values(let values): .values(Array(values.prefix(steps + 1)))
        }
    }
}

/// The JSON pointers of a list of points, as its sender wrote them.
struct PointPointers {
    let list: String
    let total: String
    let warmup: String
    private let stepKey: String
    private let rateKey: String

    /// Points as pairs in a schedule object that stands at `prefix`.
    init(pairsAt prefix: String, total name: String) {
        list = "\(prefix)/points"
        total = "\(prefix)/\(name)"
        warmup = "\(prefix)/warmup_steps"
        stepKey = "0"
        rateKey = "1"
    }

    /// The points of a run's curve.
    static let curve = PointPointers()

    private init() {
        list = "/points"
        total = "/total_steps"
        warmup = "/warmup_steps"
        stepKey = "step"
        rateKey = "learning_rate"
    }

    func step(_ index: Int) -> String { "\(list)/\(index)/\(stepKey)" }
    func rate(_ index: Int) -> String { "\(list)/\(index)/\(rateKey)" }
}

// MARK: Pieces

extension PointList {
    /// The list as pieces: lines or holds between points, or a table where points are dense.
    var pieces: [SchedulePiece] {
        var builder = Builder()
        for index in steps.indices {
            append(index, to: &builder)
        }
        builder.hold(until: totalSteps)
        // A piece costs as much as some sixteen steps of a table.
        guard steps.count * 16 > totalSteps else { return builder.pieces }
        var values: [Double] = []
        values.reserveCapacity(totalSteps)
        for piece in builder.pieces {
            piece.shape.write(piece.span.steps, in: piece.span, into: &values)
        }
        return [.table(values, endingAt: finalLearningRate)]
    }

    /// The learning rate at S.
    var finalLearningRate: Double { learningRates.last ?? 0 }

    private func append(_ index: Int, to builder: inout Builder) {
        let step = steps[index]
        let rate = learningRates[index]
        guard index > 0 else {
            if leadIn == .statedWarmup {
                builder.line(until: min(statedWarmupSteps ?? 0, step), to: rate)
            }
            builder.rate = rate
            builder.hold(until: step)
            return
        }
        switch interpolation {
        case .linear:
            builder.line(until: step, to: rate)
        case .step:
            builder.hold(until: step)
            builder.rate = rate
        }
    }

    private struct Builder {
        var pieces: [SchedulePiece] = []
        var rate = 0.0
        private var step = 0

        mutating func hold(until end: Int) {
            append(HoldShape(), until: end, to: rate)
        }

        mutating func line(until end: Int, to target: Double) {
            append(LinearShape.linear, until: end, to: target)
            rate = target
        }

        private mutating func append(_ shape: any SegmentShape, until end: Int, to target: Double) {
            guard end > step else { return }
            let span = SegmentSpan(firstStep: step, steps: end - step, from: rate, to: target)
            pieces.append(SchedulePiece(shape: shape, span: span))
            step = end
        }
    }
}

/// One learning rate per step, from an explicit list: η_j = values[j], the last one held at the end.
struct TabulatedShape: SegmentShape {
    static let form = ScheduleForm(
        name: "values", usage: #"{"values":[…]}"#, meaning: "one learning rate per step",
        example: #"{"values":[0,1e-4,2e-4,3e-4,2.5e-4,1e-4]}"#)

    let name = "values"
    let values: [Double]

    init?(name: String) { nil }

    init(values: [Double]) {
        self.values = values
    }

    func learningRate(at offset: Int, in span: SegmentSpan) -> Double {
        offset < values.count ? values[offset] : span.to
    }
}
