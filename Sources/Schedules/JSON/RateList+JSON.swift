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
            let values = try object.value(
                "values", as: [Double].self, expected: "a list of learning rates")
            let pointer = "\(object.pointer)/values"
            _ = try LearningRateSchedule.tabulated(values, pointer: pointer)
            list = .values(values)
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
