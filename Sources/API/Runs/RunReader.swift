import Contract
import JSONText
import Laws
import Schedules
import Store

/// Reads a run's metadata from JSON, and checks it before anything is stored.
struct RunReader {
    /// Where the object stands, "" for the whole body.
    var pointer = ""
    /// The line of the body, where the body has one run per line.
    var line: Int?
    /// The id in the URL, which one in the body must equal.
    var id: String?
    /// The study of a run that names none.
    var study: String?

    /// Reads one run.
    ///
    /// - Parameters:
    ///   - value: The body, or one element of it.
    ///   - faults: Receives what is wrong.
    /// - Returns: The run, to be stored only if nothing is wrong.
    func run(from value: JSONValue, faults: inout ValidationErrors) -> RunRecord {
        var reader = ObjectReader(value, at: pointer, line: line, faults: faults)
        var run = RunRecord(id: id(from: &reader))
        run.study = reader.name("study") ?? study
        run.name = reader.string("name")
        run.role = reader.word("role", of: Run.Role.all)?.rawValue
        for feature in Feature.allCases {
            run.features[feature.rawValue] = reader.positive(feature.rawValue)
        }
        let warmup = reader.integer(RunFields.warmupSteps, in: 0...ScheduleLimits.steps)
        run.features[RunFields.warmupSteps] = warmup.map(Double.init)
        run.loss = reader.positive("loss")
        run.schedule = schedule(from: &reader)
        run.tags =
            reader.map("tags", "must be a text, a number or a truth value", Self.tag) ?? [:]
        run.recipe = recipe(from: &reader)
        for name in RunFields.readOnly { _ = reader.take(name) }
        reader.finish()
        faults = reader.faults
        return run
    }

    private func id(from reader: inout ObjectReader) -> String {
        let given = reader.string("id")
        guard let id = given ?? id else {
            reader.refuse("id", saying: "id is missing; give the run an id.")
            return ""
        }
        guard RunRecord.isValidID(id) else {
            reader.refuse("id", .string(id), RunRecord.idRule)
            return id
        }
        if let wanted = self.id, wanted != id {
            reader.refuse(
                "id", .string(id), "must equal the id in the URL, \(wanted), or be left out")
        }
        return id
    }

    /// The schedule in the form in which it is stored and echoed.
    private func schedule(from reader: inout ObjectReader) -> String? {
        guard let value = reader.take("schedule") else { return nil }
        do {
            return try ScheduleEcho(ScheduleSource.json(value).schedule()).text()
        } catch let error as ScheduleError {
            let place = FaultMapping.pointer(of: error, at: "\(reader.pointer)/schedule")
            reader.refuse(at: place, saying: "schedule: \(error.message).")
        } catch {
            reader.refuse("schedule", value, "must be a schedule")
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

    private static func tag(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .bool, .integer, .number: JSONWriter.text(of: value)
        default: nil
        }
    }
}
