package import JSONText
import Schedules

extension Run {
    /// The names of a run's metadata in JSON that are no features.
    package enum FieldName {
        package static let warmupSteps = "warmup_steps"
        /// The fields that the store adds to an answer; ignored in a request, so that an answer can be sent
        /// back.
        package static let readOnly = [
            "last_step", "last_loss", "point_count", "not_finite_count", "diverged_at",
            "total_steps", "created_at", "updated_at",
        ]
    }

    /// The run as the API answers and takes it, without its points: only what it carries.
    package var json: JSONValue { .object(members) }

    /// The run as one flat row: tags, units and the recipe are members of their own names.
    package var row: JSONValue {
        var flat: [JSONValue.Member] = []
        for member in members {
            switch member.value {
            case .object(let inner) where member.name == "tags" || member.name == "units":
                flat += inner.map { .init("\(member.name).\($0.name)", $0.value) }
            case .object, .array:
                flat.append(.init(member.name, .string(JSONWriter.text(of: member.value))))
            default:
                flat.append(member)
            }
        }
        if let stored {
            flat.append(.init("step", stored.lastStep.map(JSONValue.integer) ?? .null))
            flat.append(.init("time", .string(stored.createdAt.rfc3339)))
            flat.append(.init("time_ms", .integer(stored.createdAt.milliseconds)))
        }
        return .object(flat)
    }

    private var members: [JSONValue.Member] {
        var members: [JSONValue.Member] = [.init("id", .string(id))]
        func add(_ name: String, _ value: JSONValue?) {
            if let value { members.append(.init(name, value)) }
        }
        func texts(_ values: [String: String]) -> JSONValue? {
            guard !values.isEmpty else { return nil }
            return .object(
                values.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
        }
        add("study", study.map(JSONValue.string))
        add("name", name.map(JSONValue.string))
        add("role", role.map { .string($0.rawValue) })
        for feature in Feature.stored {
            add(feature.rawValue, features[feature].map(JSONValue.number))
        }
        add(FieldName.warmupSteps, statedWarmupSteps.map(JSONValue.integer))
        add("loss", loss.map(JSONValue.number))
        add("schedule", schedule?.json ?? stored?.unreadableSchedule.map(JSONValue.string))
        add("tags", texts(tags))
        add("units", texts(units))
        add("recipe", recipe.flatMap { try? JSONParser.parse(Array($0.utf8)) })
        guard let stored else { return members }
        add("total_steps", totalSteps.map(JSONValue.integer))
        add("last_step", stored.lastStep.map(JSONValue.integer) ?? .null)
        add("last_loss", stored.lastLoss.map(JSONValue.number))
        add("point_count", .integer(stored.pointCount))
        if stored.notFiniteCount > 0 {
            add("not_finite_count", .integer(stored.notFiniteCount))
            add("diverged_at", stored.divergedAt.map(JSONValue.integer))
        }
        add("created_at", .string(stored.createdAt.rfc3339))
        add("updated_at", .string(stored.updatedAt.rfc3339))
        return members
    }
}
