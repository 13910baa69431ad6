package import Records
package import Schedules

/// The options of one plan as they were given, read by name and kind.
package struct PlanOptions: Sendable {
    private let values: [String: String]
    private let about: PlanDescription
    private let parse: @Sendable (String) throws -> LearningRateSchedule

    /// Checks the names.
    ///
    /// - Parameters:
    ///   - values: Values by name, as a query or a command line writes them.
    ///   - features: Sizes that were given apart; those that are options of the plan count as such.
    ///   - about: The kind of plan.
    ///   - parse: Reads a schedule, which may continue a run.
    /// - Throws: `PlanError.unknownOption`, or `PlanError.missing` for a required one.
    package init(
        _ values: [String: String], features: [Feature: Double] = [:], of about: PlanDescription,
        parse: @escaping @Sendable (String) throws -> LearningRateSchedule = {
            try LearningRateSchedule(parsing: $0)
        }
    ) throws(PlanError) {
        let known = about.options.map(\.name)
        var values = values
        for name in known where values[name] == nil {
            values[name] = Feature(rawValue: name).flatMap { features[$0] }.map(Self.text(of:))
        }
        if let stranger = values.keys.sorted().first(where: { !known.contains($0) }) {
            throw .unknownOption(kind: about.id, option: stranger, known: known)
        }
        let missing = about.options.filter { $0.isRequired && values[$0.name] == nil }
        guard missing.isEmpty else { throw .missing(kind: about.id, options: missing) }
        self.values = values
        self.about = about
        self.parse = parse
    }

    /// A size that was read apart, as a command line writes it: `7`, not `7.0`.
    private static func text(of value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    package func text(_ name: String) -> String? {
        assert(
            about.options.contains { $0.name == name }, "an option is declared before it is read")
        return values[name]
    }

    /// A whole number within a range; `1e4` is ten thousand.
    package func integer(_ name: String, in range: ClosedRange<Int>) throws(PlanError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = PlanOptions.whole(text), range.contains(value) else {
            throw .invalid(
                option: name, value: text,
                rule: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A finite number above 0, or of at least 0, that means anything under its name.
    package func number(_ name: String, allowsZero: Bool = false) throws(PlanError) -> Double? {
        guard let text = text(name) else { return nil }
        guard let value = Double(text), value.isFinite, value > 0 || (allowsZero && value == 0)
        else {
            throw .invalid(
                option: name, value: text,
                rule: "must be a finite number \(allowsZero ? "of at least 0" : "above 0")")
        }
        try check(value == 0 ? [] : [value], name, text)
        return value
    }

    private func check(_ values: [Double], _ name: String, _ text: String) throws(PlanError) {
        let range = PlanOption.range(of: name)
        guard let stranger = values.first(where: { !range.contains($0) }) else { return }
        throw .invalid(
            option: name, value: text,
            rule: "must lie between \(PlanText.number(range.lowerBound)) and "
                + PlanText.number(range.upperBound)
                + (values.count > 1 ? ", which \(PlanText.number(stranger)) does not" : ""))
    }

    /// A number as it was written, or a default; NaN where it is none, which no range contains.
    func double(_ name: String, or standard: Double) -> Double {
        text(name).map { Double($0) ?? .nan } ?? standard
    }

    /// The numbers of a comma-separated list, each finite and above 0, as they stand; nil without one.
    package func list(
        _ name: String, of count: ClosedRange<Int>
    ) throws(PlanError) -> [Double]? {
        guard let text = text(name) else { return nil }
        let items = text.split(separator: ",")
        let numbers = items.compactMap { Double($0) }.filter { $0.isFinite && $0 > 0 }
        guard numbers.count == items.count, count.contains(numbers.count) else {
            throw .invalid(
                option: name, value: text,
                rule: "must be \(count.lowerBound) to \(count.upperBound) finite numbers above 0")
        }
        try check(numbers, name, text)
        return numbers
    }

    /// The same, rising and each once.
    package func numbers(_ name: String, atMost most: Int) throws(PlanError) -> [Double]? {
        try list(name, of: 1...most).map { Set($0).sorted() }
    }

    /// The items of a comma-separated list, each one of a few names; nil where it is not given.
    package func names(_ name: String, of known: [String]) throws(PlanError) -> [String]? {
        guard let text = text(name) else { return nil }
        let items = text.split(separator: ",").map(String.init)
        guard !items.isEmpty, items.allSatisfy(known.contains) else {
            throw .invalid(
                option: name, value: text,
                rule: "must name some of \(known.joined(separator: ", "))")
        }
        return known.filter(items.contains)
    }

    /// One of a few words.
    package func word(_ name: String, of known: [String]) throws(PlanError) -> String? {
        guard let text = text(name) else { return nil }
        guard known.contains(text) else {
            throw .invalid(
                option: name, value: text, rule: "must be \(known.joined(separator: " or "))")
        }
        return text
    }

    /// A schedule, in the language or as JSON.
    package func schedule(_ name: String) throws -> LearningRateSchedule? {
        try text(name).map { try schedule($0, option: name) }
    }

    /// The schedules of a list parted by semicolons, since commas part a schedule's own segments.
    package func schedules(_ name: String, atMost most: Int) throws -> [LearningRateSchedule]? {
        guard let text = text(name) else { return nil }
        let items = text.split(separator: ";")
        guard (1...most).contains(items.count) else {
            throw PlanError.invalid(
                option: name, value: text, rule: "must be 1 to \(most) schedules, parted by ;")
        }
        return try items.map { try schedule(String($0), option: name) }
    }

    private func schedule(_ text: String, option: String) throws -> LearningRateSchedule {
        do {
            return try parse(text)
        } catch let error as ScheduleError {
            throw PlanError.schedule(option: option, error)
        }
    }

    static func whole(_ text: String) -> Int? {
        Int(text) ?? Double(text).flatMap(Int.init(exactly:))
    }
}
