package import JSONText

extension LearningRateSchedule: Codable {
    /// Reads `{"segments":…}`, `{"points":…}`, `{"values":…}`, `{"from":…,"segments":…}`, or a text
    /// of the language.
    ///
    /// - Parameters:
    ///   - json: The object or the text.
    ///   - pointer: Where it stands, "" for the whole body.
    ///   - runs: The runs that `from` may continue; nil where none are known.
    /// - Throws: `ScheduleError` with the pointer, or with the character of a text.
    package init(
        json: JSONValue, at pointer: String = "", runs: ScheduledRuns? = nil
    ) throws(ScheduleError) {
        if case .string(let text) = json {
            try self.init(parsing: text, runs: runs)
            return
        }
        let object = try ScheduleObject(json, at: pointer, owner: "a schedule")
        if object.has("from") {
            try self.init(continuing: object, runs: runs)
            return
        }
        let forms = ["segments", "points", "values"].filter(object.has)
        guard forms.count == 1 else { throw ScheduleError(.notOneForm, at: object.place()) }
        switch forms[0] {
        case "segments":
            try object.allowOnly(["segments"])
            try self.init(segments: object.segments())
        case "points": self.init(.points(try PointList(object)))
        default:
            try object.allowOnly(["values"])
            self.init(.values(try object.learningRates("values")))
        }
    }

    private init(
        continuing object: ScheduleObject, runs: ScheduledRuns?
    ) throws(ScheduleError) {
        try object.allowOnly(["from", "segments"])
        let from = try ScheduleObject(
            object.value("from"), at: "\(object.pointer)/from", owner: "from")
        try from.allowOnly(["run", "step"])
        let reference = try RunReference(
            run: from.text("run"), step: from.count("step"), runAt: from.place("run"),
            stepAt: from.place("step"))
        let head = try reference.head(in: runs)
        let later = object.has("segments") ? try object.segments() : []
        try self.init(segments: head.segments + later, reading: head.reading)
    }

    package init(from decoder: any Decoder) throws {
        let pointer = decoder.codingPath.map { "/" + pointerComponent($0.stringValue) }.joined()
        try self.init(json: JSONValue(from: decoder), at: pointer)
    }

    package func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }

    static func decoded(
        fromJSON text: String, runs: ScheduledRuns?
    ) throws(ScheduleError) -> LearningRateSchedule {
        let json: JSONValue
        do throws(JSONSyntaxError) {
            json = try JSONParser.parse(Array(text.utf8))
        } catch {
            guard case .tooDeep = error.kind else { throw ScheduleError(.notJSON, at: .schedule) }
            throw ScheduleError(.tooDeep, at: .schedule)
        }
        return try LearningRateSchedule(json: json, runs: runs)
    }

    /// The schedule as answers show it, which can be sent back: segments as text, with named schedules
    /// written out, lists as objects.
    package var json: JSONValue { segmentText.map(JSONValue.string) ?? object }

    /// The same as text that parses to the same schedule.
    package var specification: String { segmentText ?? JSONWriter.text(of: object) }

    /// The schedule as an object, whether it has a text or not; its members stand by name.
    var object: JSONValue {
        switch source {
        case .segments(let segments): ["segments": .array(segments.map(\.json))]
        case .listed(.points(let points)): .object(points.members())
        case .listed(.values(let values)): ["values": .array(values.map(JSONValue.number))]
        }
    }
}

// MARK: Segments

extension ScheduleSegment {
    /// Reads a segment's object.
    init(_ json: JSONValue, at pointer: String) throws(ScheduleError) {
        let object = try ScheduleObject(json, at: pointer, owner: "a segment")
        let name = try object.text("shape")
        let place = object.place()
        switch name {
        case "step":
            try object.allowOnly(["shape", "to"])
            self.init(.jump(to: try object.learningRate("to")), at: place)
        case "repeat": self.init(try Self.repetition(object), at: place)
        case "points":
            let list = try PointList(object, total: "of", beside: ["shape", "steps"])
            self.init(try Self.listed(.points(list), object), at: place)
        case "values":
            try object.allowOnly(["shape", "values", "steps"])
            let values = try object.learningRates("values")
            self.init(try Self.listed(.values(values), object), at: place)
        default: self.init(try Self.run(name, object), at: place)
        }
    }

    private static func repetition(_ object: ScheduleObject) throws(ScheduleError) -> Body {
        try object.allowOnly(["shape", "times", "segments"])
        let times = try object.count("times", rule: .wholeCount)
        let inside = try object.segments()
        guard !inside.isEmpty else { throw ScheduleError(.empty, at: object.place("segments")) }
        return .repetition(times: times, segments: inside)
    }

    /// Rates that are listed, of which only the first `steps` are taken where the object has them.
    private static func listed(
        _ list: RateList, _ object: ScheduleObject
    ) throws(ScheduleError) -> Body {
        guard object.has("steps") else { return .listed(list, steps: list.totalSteps) }
        let steps = try object.count("steps")
        try object.check(steps, isAtMost: list.totalSteps, named: "the steps listed")
        return .listed(list, steps: steps)
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
        try object.check(steps, isAtMost: whole, named: "of")
        return .run(
            shape: shape, steps: steps, whole: whole == steps ? nil : whole,
            target: takesTarget ? try object.learningRate("to") : nil)
    }

    /// The object that is read back.
    var json: JSONValue {
        switch body {
        case .run(let shape, let steps, let whole, let target):
            .present([
                "of": whole.map(JSONValue.integer), "shape": .string(shape.name),
                "steps": .integer(steps), "to": target.map(JSONValue.number),
            ])
        case .jump(let rate): ["shape": "step", "to": .number(rate)]
        case .repetition(let times, let segments):
            [
                "segments": .array(segments.map(\.json)), "shape": "repeat",
                "times": .integer(times),
            ]
        case .listed(.points(let points), let steps):
            .object(
                (points.members(total: "of") + [
                    .init("shape", "points"), .init("steps", .integer(steps)),
                ]).sorted { $0.name < $1.name })
        case .listed(.values(let values), let steps):
            [
                "shape": "values", "steps": .integer(steps),
                "values": .array(values.map(JSONValue.number)),
            ]
        }
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
        let expected = "a list of pairs [step, learning rate]"
        let pairs = try object.list("points", expected: expected)
        var steps: [Int] = []
        var rates: [Double] = []
        for (index, value) in pairs.enumerated() {
            let pointer = "\(pointers.list)/\(index)"
            guard case .array(let pair) = value else {
                throw ScheduleError(.wrongType(expected: expected), at: .pointer(pointer))
            }
            let numbers = try ScheduleObject.numbers(pair, at: pointer, expected: expected)
            guard numbers.count == 2 else {
                throw ScheduleError(
                    .wrongType(expected: "a pair [step, learning rate]"), at: .pointer(pointer))
            }
            guard let step = ScheduleValue.count(numbers[0], atLeast: 0) else {
                let text = NumberText.text(numbers[0])
                throw ScheduleError(
                    .invalid(field: "step", value: text, rule: .stepIndex),
                    at: .pointer(pointers.step(index)))
            }
            steps.append(step)
            rates.append(numbers[1])
        }
        try self.init(
            steps: steps, learningRates: rates, interpolation: try Self.interpolation(object),
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
            throw object.fault(
                "interpolation", word, .oneOf(Interpolation.allCases.map(\.rawValue)))
        }
        return interpolation
    }

    /// The same keys.
    func members(total: String = "steps") -> [JSONValue.Member] {
        let pairs = zip(steps, learningRates).map { JSONValue.array([.integer($0), .number($1)]) }
        var members: [JSONValue.Member] = [
            .init("interpolation", .string(interpolation.rawValue)), .init("points", .array(pairs)),
            .init(total, .integer(totalSteps)),
        ]
        if let statedWarmupSteps {
            members.append(.init("warmup_steps", .integer(statedWarmupSteps)))
        }
        return members
    }
}

// MARK: Objects

/// A JSON object of a schedule, read key by key; every error points at the key.
struct ScheduleObject {
    private let members: [JSONValue.Member]
    let pointer: String
    let owner: String

    /// Opens an object.
    ///
    /// - Parameters:
    ///   - value: What should be one.
    ///   - pointer: Where it stands.
    ///   - owner: What it is, for errors.
    /// - Throws: `ScheduleError` where there is no object.
    init(_ value: JSONValue, at pointer: String, owner: String) throws(ScheduleError) {
        guard case .object(let members) = value else {
            throw ScheduleError(.wrongType(expected: "an object or a text"), at: .pointer(pointer))
        }
        self.members = members
        self.pointer = pointer
        self.owner = owner
    }

    /// The place of a key, or of the object itself.
    func place(_ key: String? = nil) -> ScheduleError.Place {
        .pointer(pointer + (key.map { "/" + pointerComponent($0) } ?? ""))
    }

    func has(_ key: String) -> Bool { members.contains { $0.name == key } }

    func value(_ key: String) throws(ScheduleError) -> JSONValue {
        guard let member = members.first(where: { $0.name == key }) else {
            throw ScheduleError(.missing(field: key, owner: owner), at: place())
        }
        return member.value
    }

    /// Refuses keys that mean nothing here.
    ///
    /// - Parameter known: the keys that do.
    /// - Throws: `ScheduleError` at the first other key.
    func allowOnly(_ known: [String]) throws(ScheduleError) {
        if let other = members.map(\.name).sorted().first(where: { !known.contains($0) }) {
            throw ScheduleError(.unknownField(other, owner: owner, known: known), at: place(other))
        }
    }

    func text(_ key: String) throws(ScheduleError) -> String {
        guard let text = try value(key).string else {
            throw ScheduleError(.wrongType(expected: "a text"), at: place(key))
        }
        return text
    }

    private func number(_ key: String) throws(ScheduleError) -> Double {
        guard let number = try value(key).double else {
            throw ScheduleError(.wrongType(expected: "a number"), at: place(key))
        }
        return number
    }

    func count(
        _ key: String, atLeast least: Int = 1, rule: ScheduleError.Rule = .stepCount
    ) throws(ScheduleError) -> Int {
        let number = try number(key)
        guard let count = ScheduleValue.count(number, atLeast: least) else {
            throw fault(key, NumberText.text(number), rule)
        }
        return count
    }

    /// Refuses more steps than there are.
    func check(_ steps: Int, isAtMost most: Int, named name: String) throws(ScheduleError) {
        guard steps > most else { return }
        throw fault("steps", "\(steps)", .atMost(field: name, value: "\(most)"))
    }

    func learningRate(_ key: String) throws(ScheduleError) -> Double {
        let number = try number(key)
        guard let rate = ScheduleValue.learningRate(number) else {
            throw fault(key, NumberText.text(number), .learningRate)
        }
        return rate
    }

    /// A list of rates or points, at most as many as a schedule may list.
    func list(_ key: String, expected: String) throws(ScheduleError) -> [JSONValue] {
        guard case .array(let values) = try value(key) else {
            throw ScheduleError(.wrongType(expected: expected), at: place(key))
        }
        guard values.count <= ScheduleLimits.listedRates else {
            throw ScheduleError(.tooManyRates, at: place(key))
        }
        return values
    }

    /// The list of segments, at most as many as a schedule may have.
    func segments() throws(ScheduleError) -> [ScheduleSegment] {
        let list = try list("segments", expected: "a list of segments")
        var segments: [ScheduleSegment] = []
        for (index, value) in list.enumerated() {
            guard index < ScheduleLimits.segments else {
                throw ScheduleError(.tooManySegments, at: place("segments"))
            }
            segments.append(try ScheduleSegment(value, at: "\(pointer)/segments/\(index)"))
        }
        return segments
    }

    /// A list of one learning rate per step.
    func learningRates(_ key: String) throws(ScheduleError) -> [Double] {
        let expected = "a list of learning rates"
        let values = try Self.numbers(
            list(key, expected: expected), at: "\(pointer)/\(key)", expected: expected)
        try LearningRateSchedule.check(values, pointer: "\(pointer)/\(key)")
        return values
    }

    static func numbers(
        _ values: [JSONValue], at pointer: String, expected: String
    ) throws(ScheduleError) -> [Double] {
        var numbers: [Double] = []
        numbers.reserveCapacity(values.count)
        for value in values {
            guard let number = value.double else {
                throw ScheduleError(
                    .wrongType(expected: expected), at: .pointer("\(pointer)/\(numbers.count)"))
            }
            numbers.append(number)
        }
        return numbers
    }

    func fault(
        _ key: String, _ value: String, _ rule: ScheduleError.Rule
    ) -> ScheduleError {
        ScheduleError(.invalid(field: key, value: value, rule: rule), at: place(key))
    }
}
