import Foundation
package import JSONText
import Laws
package import Store

/// A run as the API answers it: what was stored, and what its points came to.
package struct RunPayload: Sendable, Equatable {
    package var run: RunRecord

    package init(_ run: RunRecord) {
        self.run = run
    }

    /// The run's JSON, only with what it carries.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [.init("id", .string(run.id))]
        func add(_ name: String, _ value: JSONValue?) {
            if let value { members.append(.init(name, value)) }
        }
        add("study", run.study.map(JSONValue.string))
        add("name", run.name.map(JSONValue.string))
        add("role", run.role.map(JSONValue.string))
        for name in Feature.allCases.map(\.rawValue) + [RunFields.warmupSteps] {
            add(name, run.features[name].map(JSONValue.number))
        }
        add("loss", run.loss.map(JSONValue.number))
        add("schedule", run.schedule.map(Self.schedule))
        if !run.tags.isEmpty {
            let tags = run.tags.sorted { $0.key < $1.key }
            add("tags", .object(tags.map { .init($0.key, .string($0.value)) }))
        }
        add("recipe", run.recipe.flatMap { try? JSONParser.parse(Array($0.utf8)) })
        add("last_step", run.lastStep.map(JSONValue.integer) ?? .null)
        add("point_count", .integer(run.pointCount))
        add("created_at", run.createdAt.map(JSONValue.date))
        add("updated_at", run.updatedAt.map(JSONValue.date))
        return .object(members)
    }

    /// Text of the schedule language stays text; a list is stored as JSON and answered as such.
    private static func schedule(_ text: String) -> JSONValue {
        guard text.hasPrefix("{"), let value = try? JSONParser.parse(Array(text.utf8)) else {
            return .string(text)
        }
        return value
    }
}

extension JSONValue {
    /// A time as text, UTC to the millisecond (RFC 3339).
    static func date(_ date: Date) -> JSONValue {
        .string(
            date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }
}
