package import JSONText
package import Records
import Schedules

/// Reads a run's metadata from JSON, and notes all that is wrong with it.
package struct RunReader {
    private let pointer: String
    private let line: Int?
    private let id: String?
    private let study: String?

    /// A reader of one run.
    ///
    /// - Parameters:
    ///   - pointer: The object's JSON pointer, "" for the whole body.
    ///   - line: The line of the body, where the body has one run per line.
    ///   - id: The id in the URL, which one in the body must equal.
    ///   - study: The study of a run that names none.
    package init(at pointer: String = "", line: Int? = nil, id: String? = nil, study: String? = nil)
    {
        self.pointer = pointer
        self.line = line
        self.id = id
        self.study = study
    }

    /// Reads one run.
    ///
    /// - Parameters:
    ///   - value: The body, or one element of it.
    ///   - faults: Receives what is wrong.
    /// - Returns: The run, to be stored only if nothing is wrong.
    package func run(from value: JSONValue, faults: inout ValidationErrors) -> Run {
        var reader = ObjectReader(value, at: pointer, line: line, faults: faults)
        var run = Run(id: id(from: &reader))
        run.study = reader.text("study", .name) ?? study
        run.name = reader.text("name", .text)
        run.role = reader.value("role", .word(Run.Role.allCases))
        for feature in Feature.stored {
            run.features[feature] = reader.number(feature.rawValue, .feature)
        }
        if let step = phaseStep(from: &reader) { run.features[.phaseStep] = step }
        run.statedWarmupSteps = reader.number(Run.FieldName.warmupSteps, .warmupSteps)
            .map { Int($0) }
        run.loss = reader.number("loss", .finalLoss)
        run.schedule = schedule(from: &reader)
        run.tags = texts("tags", from: &reader)
        run.units = texts("units", from: &reader)
        run.recipe = recipe(from: &reader)
        for name in Run.FieldName.readOnly { _ = reader.take(name) }
        reader.finish()
        faults = reader.faults
        return run
    }

    /// The second phase's first step out of `phases`, the list of steps at which the data change.
    private func phaseStep(from reader: inout ObjectReader) -> Double? {
        guard let value = reader.take("phases") else { return nil }
        guard case .array(let steps) = value, steps.count == 1, let step = steps[0].double,
            step > 0, NumberRule.step.isMet(by: step)
        else {
            reader.refuse(
                "phases", value, "must be a list of one step, at which the second phase begins")
            return nil
        }
        return step
    }

    private func id(from reader: inout ObjectReader) -> String {
        let given = reader.string("id")
        guard let id = given ?? id else {
            reader.refuse("id", saying: "id is missing; give the run an id.")
            return ""
        }
        guard TextRule.id.isMet(by: id) else {
            reader.refuse("id", .string(id), TextRule.id.sentence(for: id))
            return id
        }
        if let wanted = self.id, wanted != id {
            reader.refuse(
                "id", .string(id), "must equal the id in the URL, \(wanted), or be left out")
        }
        return id
    }

    /// The schedule, which is stored and echoed as segments or lists.
    private func schedule(from reader: inout ObjectReader) -> LearningRateSchedule? {
        guard let value = reader.take("schedule") else { return nil }
        if let text = value.string, text.utf8.contains(0) {
            reader.refuse("schedule", value, TextRule.schedule.sentence)
            return nil
        }
        do {
            return try ScheduleSource.json(value).schedule()
        } catch {
            reader.refuse(
                at: error.pointer(at: "\(reader.pointer)/schedule"),
                saying: "schedule: \(error.message).")
        }
        return nil
    }

    /// Kept as it is; nothing here reads it.
    private func recipe(from reader: inout ObjectReader) -> String? {
        guard let value = reader.take("recipe") else { return nil }
        if let place = value.placeOfNotFinite {
            reader.refuse(
                at: "\(reader.pointer)/recipe\(place)",
                saying: "the number is not finite, which JSON cannot carry; send a text or null.")
        }
        return JSONWriter.text(of: value)
    }

    /// The members of an object as texts; numbers and truth values as they are written.
    private func texts(_ name: String, from reader: inout ObjectReader) -> [String: String] {
        let texts = reader.map(name, "must be a text, a number or a truth value", Self.text) ?? [:]
        for (key, text) in texts {
            let place = "\(reader.pointer)/\(name)/\(pointerComponent(key))"
            do throws(InvalidField) {
                try TextRule.name.check(key, field: key)
                try TextRule.text.check(text, field: key)
            } catch {
                reader.refuse(at: place, saying: "\(error.message).")
            }
        }
        return texts
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .bool, .integer, .number: JSONWriter.text(of: value)
        default: nil
        }
    }
}

extension ObjectReader {
    /// A text that keeps a rule.
    fileprivate mutating func text(_ name: String, _ rule: TextRule) -> String? {
        guard let value = take(name) else { return nil }
        guard let text = value.string, rule.isMet(by: text) else {
            refuse(name, value, rule.sentence)
            return nil
        }
        return text
    }

    /// A number that keeps a rule.
    fileprivate mutating func number(_ name: String, _ rule: NumberRule) -> Double? {
        guard let value = take(name) else { return nil }
        guard let number = value.double, rule.isMet(by: number) else {
            refuse(name, value, value.double.map(rule.sentence) ?? rule.sentence)
            return nil
        }
        return number
    }
}
