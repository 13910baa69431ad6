/// A schedule known by a name, which stands for a list of segments.
///
/// To add one, copy `WarmupStableDecaySchedule.swift`, write its form and its segments, and add one
/// line to `ScheduleCatalog.schedules`; the conformance suite then checks it.
protocol NamedSchedule: SendableMetatype {
    /// Usage, parameters, meaning and an example.
    static var form: ScheduleForm { get }

    /// The segments that the name stands for.
    ///
    /// - Parameter arguments: the values given, and the standard ones for the others.
    /// - Returns: the segments in order.
    /// - Throws: `ScheduleError` for a missing or an impossible argument.
    static func segments(
        _ arguments: ScheduleArguments
    ) throws(ScheduleError) -> [ScheduleSegment]
}

/// The arguments of one named schedule: read by name, checked by kind.
struct ScheduleArguments {
    private let form: ScheduleForm
    private let place: ScheduleError.Place
    private var given: [String: (text: String, place: ScheduleError.Place)] = [:]

    init(form: ScheduleForm, place: ScheduleError.Place) {
        self.form = form
        self.place = place
    }

    /// Takes one argument.
    ///
    /// - Parameters:
    ///   - text: the value as written.
    ///   - name: the argument's name.
    ///   - place: where the name stands.
    ///   - valuePlace: where the value stands.
    /// - Throws: `ScheduleError` for an unknown name, or one given twice.
    mutating func add(
        _ text: String, for name: String, at place: ScheduleError.Place,
        valueAt valuePlace: ScheduleError.Place
    ) throws(ScheduleError) {
        let known = form.parameters.map(\.name)
        guard known.contains(name) else {
            throw ScheduleError(
                .unknownField(name, owner: "\(form.name)(…)", known: known), at: place)
        }
        guard given.updateValue((text, valuePlace), forKey: name) == nil else {
            throw ScheduleError(.repeatedField(name), at: place)
        }
    }

    func learningRate(_ name: String) throws(ScheduleError) -> Double {
        try value(name, rule: .learningRate, ScheduleValue.learningRate)
    }

    func positiveLearningRate(_ name: String) throws(ScheduleError) -> Double {
        try value(name, rule: .positiveLearningRate) {
            ScheduleValue.learningRate($0).flatMap { $0 > 0 ? $0 : nil }
        }
    }

    func positiveNumber(_ name: String) throws(ScheduleError) -> Double {
        try value(name, rule: .positiveNumber) {
            NumberText.value($0).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
        }
    }

    /// The power of a polynomial.
    func power(_ name: String) throws(ScheduleError) -> Double {
        try value(name, rule: .power) {
            NumberText.value($0).flatMap { ScheduleLimits.powers.contains($0) ? $0 : nil }
        }
    }

    /// A number of steps; `atLeast` is 1 or 0.
    func steps(_ name: String, atLeast least: Int = 1) throws(ScheduleError) -> Int {
        try value(name, rule: least == 0 ? .stepCountOrZero : .stepCount) {
            ScheduleValue.count($0, atLeast: least)
        }
    }

    func count(_ name: String) throws(ScheduleError) -> Int {
        try value(name, rule: .wholeCount) { ScheduleValue.count($0, atLeast: 1) }
    }

    /// A cooldown by the name of its shape, a parameter included (`poly2`).
    func cooldown(_ name: String) throws(ScheduleError) -> any SegmentShape {
        try value(name, rule: .oneOf(ScheduleCatalog.cooldownNames)) { word in
            ScheduleCatalog.shape(named: word).flatMap { shape in
                type(of: shape).takesTarget && word != LinearShape.warmupName ? shape : nil
            }
        }
    }

    /// One of a few words.
    func word(_ name: String, of words: [String]) throws(ScheduleError) -> String {
        try value(name, rule: .oneOf(words)) { words.contains($0) ? $0 : nil }
    }

    /// True when the argument was written.
    func has(_ name: String) -> Bool {
        given[name] != nil
    }

    /// An error about an argument's value, at the value.
    func fault(_ name: String, rule: ScheduleError.Rule) -> ScheduleError {
        let value = given[name]?.text ?? standard(name) ?? ""
        return ScheduleError(
            .invalid(field: name, value: value, rule: rule), at: given[name]?.place ?? place)
    }

    /// Begins the schedule: a warm-up to the peak, or a jump where it has no steps.
    func warmedUp(to peak: Double) throws(ScheduleError) -> SegmentList {
        var list = SegmentList(place: place)
        let warmup = try steps("warmup", atLeast: 0)
        if warmup > 0 {
            list.run(LinearShape.warmup, steps: warmup, to: peak)
        } else {
            list.jump(to: peak)
        }
        return list
    }

    /// A warm-up, then one segment from the peak to the final rate.
    func decayed(by shape: some SegmentShape) throws(ScheduleError) -> [ScheduleSegment] {
        let left = try stepsLeft(after: ["warmup"])
        var list = try warmedUp(to: learningRate("peak"))
        list.run(shape, steps: left, to: try learningRate("final"))
        return list.segments
    }

    /// Steps that remain when the named phases have taken theirs, 0 or more.
    func stepsLeft(after phases: [String]) throws(ScheduleError) -> Int {
        let steps = try steps("steps")
        var sum = 0
        for phase in phases {
            sum += try self.steps(phase, atLeast: 0)
        }
        guard sum <= steps else {
            throw ScheduleError(.phasesTooLong(phases: phases, sum: sum, steps: steps), at: place)
        }
        return steps - sum
    }

    /// The argument `cycles`, each of which needs a step.
    func cycles(sharing steps: Int) throws(ScheduleError) -> Int {
        let cycles = try count("cycles")
        guard cycles == 1 || cycles <= steps else {
            throw fault("cycles", rule: .atMost(field: "steps to share", value: "\(steps)"))
        }
        return cycles
    }

    /// An empty list whose errors point at this schedule.
    var emptyList: SegmentList { SegmentList(place: place) }

    private func standard(_ name: String) -> String? {
        form.parameters.first { $0.name == name }?.standard
    }

    private func value<Value>(
        _ name: String, rule: ScheduleError.Rule, _ read: (String) -> Value?
    ) throws(ScheduleError) -> Value {
        guard let text = given[name]?.text ?? standard(name) else {
            throw ScheduleError(.missing(field: name, owner: "\(form.name)(…)"), at: place)
        }
        guard let value = read(text) else { throw fault(name, rule: rule) }
        return value
    }
}

/// Segments as programs write them, without text in between; a run of no steps writes nothing.
///
///     var list = SegmentList()
///     list.warmup(2_160, to: 3e-4)
///     list.hold(20_000)
///     list.line(1_840, to: 0)
///     let schedule = try LearningRateSchedule(segments: list.segments)
package struct SegmentList {
    private let place: ScheduleError.Place
    package private(set) var segments: [ScheduleSegment] = []

    /// - Parameter place: Where errors found later point.
    package init(place: ScheduleError.Place = .schedule) {
        self.place = place
    }

    mutating func run(_ shape: any SegmentShape, steps: Int, to target: Double? = nil) {
        guard steps > 0 else { return }
        segments.append(
            ScheduleSegment(.run(shape: shape, steps: steps, whole: nil, target: target), at: place)
        )
    }

    package mutating func hold(_ steps: Int) {
        run(HoldShape(), steps: steps)
    }

    /// A straight line to a rate.
    package mutating func line(_ steps: Int, to rate: Double) {
        run(LinearShape.linear, steps: steps, to: rate)
    }

    /// A straight line that is the schedule's warm-up where it leads.
    package mutating func warmup(_ steps: Int, to rate: Double) {
        run(LinearShape.warmup, steps: steps, to: rate)
    }

    /// A jump to a rate within `ScheduleLimits`.
    package mutating func jump(to rate: Double) {
        segments.append(ScheduleSegment(.jump(to: rate), at: place))
    }

    /// Writes `count` like phases that share `steps`; the first ones are a step longer where the
    /// steps do not divide.
    mutating func cycles(
        _ count: Int, sharing steps: Int, _ phase: (_ list: inout SegmentList, _ steps: Int) -> Void
    ) {
        let (length, longer) = steps.quotientAndRemainder(dividingBy: count)
        for (times, steps) in [(longer, length + 1), (count - longer, length)] where times > 0 {
            var inside = SegmentList(place: place)
            phase(&inside, steps)
            guard times > 1 else {
                segments += inside.segments
                continue
            }
            segments.append(
                ScheduleSegment(.repetition(times: times, segments: inside.segments), at: place))
        }
    }
}
