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
        let inside = try object.value(
            "segments", as: [ScheduleSegment].self, expected: "a list of segments")
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
