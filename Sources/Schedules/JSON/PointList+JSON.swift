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
