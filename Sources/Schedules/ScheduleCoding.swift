import Foundation

extension LearningRateSchedule: Codable {
    /// Reads `{"segments":…}`, `{"points":…}`, `{"values":…}`, `{"from":…,"segments":…}`, or a text
    /// of the language; `from` needs runs in the decoder's `userInfo`.
    package init(from decoder: any Decoder) throws {
        let runs = decoder.scheduledRuns
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            try self.init(parsing: text, runs: runs)
            return
        }
        let object = try ScheduleObject(decoder, owner: "a schedule")
        if object.has("from") {
            try self.init(continuing: object, runs: runs)
            return
        }
        let forms = ["segments", "points", "values"].filter(object.has)
        guard forms.count == 1 else { throw ScheduleError(.notOneForm, at: object.place()) }
        switch forms[0] {
        case "segments":
            try object.allowOnly(["segments"])
            try self.init(segments: try object.segments())
        case "points":
            self.init(points: try PointList(object))
        default:
            try object.allowOnly(["values"])
            self = LearningRateSchedule(checkedValues: try object.learningRates("values"))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: ScheduleObject.Key.self)
        switch source {
        case .segments(let segments):
            try object.encode(segments, forKey: .init("segments"))
        case .points(let points):
            try points.encode(to: &object)
        case .values(let values):
            try object.encode(values, forKey: .init("values"))
        }
    }

    private init(continuing object: ScheduleObject, runs: ScheduledRuns?) throws {
        try object.allowOnly(["from", "segments"])
        let reference = try object.value(
            "from", as: RunReference.self, expected: #"an object {"run":…,"step":…}"#)
        let head = try reference.head(in: runs)
        let later = object.has("segments") ? try object.segments() : []
        try self.init(segments: head.segments + later, reading: head.reading)
    }

    /// The schedule as text that parses to the same schedule: segments where it has them, with
    /// named schedules written out, else JSON.
    package var specification: String { segmentText ?? json }

    private var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Every rate is finite, so that encoding cannot fail.
        guard let data = try? encoder.encode(self) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    static func decoded(
        fromJSON text: String, runs: ScheduledRuns?
    ) throws(ScheduleError) -> LearningRateSchedule {
        do {
            let decoder = JSONDecoder()
            decoder.know(runs)
            return try decoder.decode(LearningRateSchedule.self, from: Data(text.utf8))
        } catch let error as ScheduleError {
            throw error
        } catch {
            throw ScheduleError(.notJSON, at: .schedule)
        }
    }
}

// MARK: Segments

extension ScheduleSegment: Codable {
    package init(from decoder: any Decoder) throws {
        let object = try ScheduleObject(decoder, owner: "a segment")
        guard object.pointer.split(separator: "/").count < 4 * ScheduleLimits.depth else {
            throw ScheduleError(.tooDeep, at: object.place())
        }
        let name = try object.text("shape")
        let place = object.place()
        switch name {
        case "step":
            try object.allowOnly(["shape", "to"])
            self.init(.jump(to: try object.learningRate("to")), at: place)
        case "repeat":
            self.init(try Self.repetition(object), at: place)
        case let shape where RateList.shapes.contains(shape):
            self.init(try RateList.segment(shape, object), at: place)
        default:
            self.init(try Self.run(name, object), at: place)
        }
    }

    private static func repetition(_ object: ScheduleObject) throws(ScheduleError) -> Body {
        try object.allowOnly(["shape", "times", "segments"])
        let times = try object.count("times", rule: .wholeCount)
        let inside = try object.segments()
        guard !inside.isEmpty else { throw ScheduleError(.empty, at: object.place("segments")) }
        return .repetition(times: times, segments: inside)
    }

    private static func run(
        _ name: String, _ object: ScheduleObject
    ) throws(ScheduleError) -> Body {
        guard let shape = ScheduleCatalog.shape(named: name) else {
            throw ScheduleError(.unknownSegment(name), at: object.place("shape"))
        }
        let takesTarget = type(of: shape).takesTarget
        try object.allowOnly(["shape", "steps"] + (takesTarget ? ["to", "of"] : []))
        let steps = try object.count("steps")
        let whole = object.has("of") ? try object.count("of") : steps
        guard steps <= whole else {
            let rule = ScheduleError.Rule.atMost(field: "of", value: "\(whole)")
            throw ScheduleError(
                .invalid(field: "steps", value: "\(steps)", rule: rule), at: object.place("steps"))
        }
        return .run(
            shape: shape, steps: steps, whole: whole == steps ? nil : whole,
            target: takesTarget ? try object.learningRate("to") : nil)
    }

    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: ScheduleObject.Key.self)
        switch body {
        case .run(let shape, let steps, let whole, let target):
            try object.encode(shape.name, forKey: .init("shape"))
            try object.encode(steps, forKey: .init("steps"))
            try object.encodeIfPresent(whole, forKey: .init("of"))
            try object.encodeIfPresent(target, forKey: .init("to"))
        case .jump(let rate):
            try object.encode("step", forKey: .init("shape"))
            try object.encode(rate, forKey: .init("to"))
        case .repetition(let times, let segments):
            try object.encode("repeat", forKey: .init("shape"))
            try object.encode(times, forKey: .init("times"))
            try object.encode(segments, forKey: .init("segments"))
        case .listed(let list, let steps):
            try list.encode(steps: steps, to: &object)
        }
    }
}

extension RunReference: Decodable {
    init(from decoder: any Decoder) throws {
        let object = try ScheduleObject(decoder, owner: "from")
        try object.allowOnly(["run", "step"])
        try self.init(
            run: object.text("run"), step: object.count("step"), runAt: object.place("run"),
            stepAt: object.place("step"))
    }
}

// MARK: Lists of rates

extension PointList {
    /// Reads `{"points":[[step,rate],…],"interpolation":…,"steps":…,"warmup_steps":…}`.
    ///
    /// - Parameters:
    ///   - object: the schedule object.
    ///   - total: the key of S.
    ///   - others: keys that mean something to the caller.
    /// - Throws: `ScheduleError` at the key or the point.
    init(
        _ object: ScheduleObject, total: String = "steps", beside others: [String] = []
    ) throws(ScheduleError) {
        try object.allowOnly(["points", "interpolation", total, "warmup_steps"] + others)
        let pointers = PointPointers(pairsAt: object.pointer, total: total)
        let pairs = try object.value(
            "points", as: [[Double]].self, expected: "a list of pairs [step, learning rate]")
        guard pairs.count <= ScheduleLimits.listedRates else {
            throw ScheduleError(.tooManyRates, at: .pointer(pointers.list))
        }
        var steps: [Int] = []
        for (index, pair) in pairs.enumerated() {
            let place = ScheduleError.Place.pointer("\(pointers.list)/\(index)")
            guard pair.count == 2 else {
                throw ScheduleError(.wrongType(expected: "a pair [step, learning rate]"), at: place)
            }
            guard let step = ScheduleValue.count(pair[0], atLeast: 0) else {
                let text = NumberText.text(pair[0])
                throw ScheduleError(
                    .invalid(field: "step", value: text, rule: .stepIndex),
                    at: .pointer(pointers.step(index)))
            }
            steps.append(step)
        }
        try self.init(
            steps: steps, learningRates: pairs.map { $0[1] },
            interpolation: try Self.interpolation(object),
            totalSteps: object.has(total) ? try object.count(total) : nil,
            statedWarmupSteps: object.has("warmup_steps")
                ? try object.count("warmup_steps", atLeast: 0, rule: .stepCountOrZero) : nil,
            pointers: pointers)
    }

    private static func interpolation(
        _ object: ScheduleObject
    ) throws(ScheduleError) -> Interpolation {
        guard object.has("interpolation") else { return .linear }
        let word = try object.text("interpolation")
        guard let interpolation = Interpolation(rawValue: word) else {
            let rule = ScheduleError.Rule.oneOf(Interpolation.allCases.map(\.rawValue))
            throw ScheduleError(
                .invalid(field: "interpolation", value: word, rule: rule),
                at: object.place("interpolation"))
        }
        return interpolation
    }

    /// Writes the same keys.
    func encode(
        to object: inout KeyedEncodingContainer<ScheduleObject.Key>, total: String = "steps"
    ) throws {
        var points = object.nestedUnkeyedContainer(forKey: .init("points"))
        for (step, rate) in zip(steps, learningRates) {
            var pair = points.nestedUnkeyedContainer()
            try pair.encode(step)
            try pair.encode(rate)
        }
        try object.encode(interpolation.rawValue, forKey: .init("interpolation"))
        try object.encode(totalSteps, forKey: .init(total))
        try object.encodeIfPresent(statedWarmupSteps, forKey: .init("warmup_steps"))
    }
}

extension RateList {
    /// The two shapes of a segment that lists rates.
    static let shapes = ["points", "values"]

    /// Reads a segment such as `{"shape":"points","points":[…],"steps":n,"of":S}`, of which only
    /// the first `steps` are taken; `{"shape":"values","values":[…],"steps":n}` likewise.
    ///
    /// - Parameters:
    ///   - shape: One of `shapes`.
    ///   - object: The segment's object.
    /// - Returns: The segment.
    /// - Throws: `ScheduleError` at the key or the point.
    static func segment(
        _ shape: String, _ object: ScheduleObject
    ) throws(ScheduleError) -> ScheduleSegment.Body {
        let list: RateList
        if shape == "points" {
            list = .points(try PointList(object, total: "of", beside: ["shape", "steps"]))
        } else {
            try object.allowOnly(["shape", "values", "steps"])
            list = .values(try object.learningRates("values"))
        }
        guard object.has("steps") else { return .listed(list, steps: list.totalSteps) }
        let steps = try object.count("steps")
        guard steps <= list.totalSteps else {
            let rule = ScheduleError.Rule.atMost(
                field: "the steps listed", value: "\(list.totalSteps)")
            throw ScheduleError(
                .invalid(field: "steps", value: "\(steps)", rule: rule), at: object.place("steps"))
        }
        return .listed(list, steps: steps)
    }

    /// Writes the segment that `segment` reads.
    func encode(
        steps: Int, to object: inout KeyedEncodingContainer<ScheduleObject.Key>
    ) throws {
        switch self {
        case .points(let points):
            try object.encode("points", forKey: .init("shape"))
            try points.encode(to: &object, total: "of")
        case .values(let values):
            try object.encode("values", forKey: .init("shape"))
            try object.encode(values, forKey: .init("values"))
        }
        try object.encode(steps, forKey: .init("steps"))
    }
}

// MARK: Runs that a schedule may continue

extension JSONDecoder {
    /// Has the decoder know runs, for the schedules that it reads.
    func know(_ runs: ScheduledRuns?) {
        guard let key = ScheduledRuns.key else { return }
        userInfo[key] = runs
    }
}

extension Decoder {
    /// The runs that the decoder knows, if any.
    var scheduledRuns: ScheduledRuns? {
        ScheduledRuns.key.flatMap { userInfo[$0] as? ScheduledRuns }
    }
}

extension ScheduledRuns {
    /// Any name makes a key; the initializer is failable all the same.
    fileprivate static let key = CodingUserInfoKey(rawValue: "scheduledRuns")
}

// MARK: Objects

/// A JSON object of a schedule, read key by key; every error points at the key.
struct ScheduleObject {
    /// Any key, or an index.
    struct Key: CodingKey {
        let stringValue: String
        let intValue: Int?

        init(stringValue: String) {
            self.stringValue = stringValue
            intValue = nil
        }

        init(intValue: Int) {
            stringValue = "\(intValue)"
            self.intValue = intValue
        }

        init(_ name: String) {
            self.init(stringValue: name)
        }
    }

    private let container: KeyedDecodingContainer<Key>
    private let path: [any CodingKey]
    let owner: String

    /// Opens an object.
    ///
    /// - Parameters:
    ///   - decoder: the decoder at the object.
    ///   - owner: what it is, for errors.
    /// - Throws: `ScheduleError` where there is no object.
    init(_ decoder: any Decoder, owner: String) throws(ScheduleError) {
        path = decoder.codingPath
        self.owner = owner
        do {
            container = try decoder.container(keyedBy: Key.self)
        } catch {
            let place = ScheduleError.Place.pointer(Self.pointer(path))
            throw ScheduleError(.wrongType(expected: "an object or a text"), at: place)
        }
    }

    /// The place of a key, or of the object itself.
    func place(_ key: String? = nil) -> ScheduleError.Place {
        .pointer(Self.pointer(path + (key.map { [Key($0)] } ?? [])))
    }

    var pointer: String { Self.pointer(path) }

    func has(_ key: String) -> Bool {
        container.contains(Key(key))
    }

    /// Refuses keys that mean nothing here.
    ///
    /// - Parameter known: the keys that do.
    /// - Throws: `ScheduleError` at the first other key.
    func allowOnly(_ known: [String]) throws(ScheduleError) {
        let names = container.allKeys.map(\.stringValue).sorted()
        if let other = names.first(where: { !known.contains($0) }) {
            throw ScheduleError(.unknownField(other, owner: owner, known: known), at: place(other))
        }
    }

    func text(_ key: String) throws(ScheduleError) -> String {
        try value(key, as: String.self, expected: "a text")
    }

    func number(_ key: String) throws(ScheduleError) -> Double {
        try value(key, as: Double.self, expected: "a number")
    }

    func count(
        _ key: String, atLeast least: Int = 1, rule: ScheduleError.Rule = .stepCount
    ) throws(ScheduleError) -> Int {
        let number = try number(key)
        guard let count = ScheduleValue.count(number, atLeast: least) else {
            throw fault(key, number, rule)
        }
        return count
    }

    func learningRate(_ key: String) throws(ScheduleError) -> Double {
        let number = try number(key)
        guard let rate = ScheduleValue.learningRate(number) else {
            throw fault(key, number, .learningRate)
        }
        return rate
    }

    /// The list of segments, at most as many as a schedule may have.
    func segments() throws(ScheduleError) -> [ScheduleSegment] {
        let key = "segments"
        let list = try value(key, as: Segments.self, expected: "a list of segments")
        guard !list.isCut else { throw ScheduleError(.tooManySegments, at: place(key)) }
        return list.segments
    }

    /// Segments up to the limit; those beyond are not read.
    private struct Segments: Decodable {
        var segments: [ScheduleSegment] = []
        let isCut: Bool

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            while !list.isAtEnd, segments.count < ScheduleLimits.segments {
                segments.append(try list.decode(ScheduleSegment.self))
            }
            isCut = !list.isAtEnd
        }
    }

    /// A list of one learning rate per step.
    func learningRates(_ key: String) throws(ScheduleError) -> [Double] {
        let values = try value(key, as: [Double].self, expected: "a list of learning rates")
        guard values.count <= ScheduleLimits.listedRates else {
            throw ScheduleError(.tooManyRates, at: place(key))
        }
        try LearningRateSchedule.check(values, pointer: "\(pointer)/\(key)")
        return values
    }

    /// A value of a type that may itself throw a `ScheduleError`.
    func value<Value: Decodable>(
        _ key: String, as type: Value.Type, expected: String
    ) throws(ScheduleError) -> Value {
        guard has(key) else {
            throw ScheduleError(.missing(field: key, owner: owner), at: place())
        }
        do {
            return try container.decode(type, forKey: Key(key))
        } catch let error as ScheduleError {
            throw error
        } catch DecodingError.typeMismatch(_, let context) {
            let inner = ScheduleError.Place.pointer(Self.pointer(context.codingPath))
            throw ScheduleError(.wrongType(expected: expected), at: inner)
        } catch {
            throw ScheduleError(.wrongType(expected: expected), at: place(key))
        }
    }

    private func fault(
        _ key: String, _ value: Double, _ rule: ScheduleError.Rule
    ) -> ScheduleError {
        let text = NumberText.text(value)
        return ScheduleError(.invalid(field: key, value: text, rule: rule), at: place(key))
    }

    /// An RFC 6901 pointer.
    static func pointer(_ path: [any CodingKey]) -> String {
        path.reduce(into: "") { pointer, key in
            pointer += "/"
            for character in key.intValue.map(String.init) ?? key.stringValue {
                switch character {
                case "~": pointer += "~0"
                case "/": pointer += "~1"
                default: pointer.append(character)
                }
            }
        }
    }
}
