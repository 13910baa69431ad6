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
            let segments = try object.value(
                "segments", as: [ScheduleSegment].self, expected: "a list of segments")
            try self.init(segments: segments)
        case "points":
            self.init(points: try PointList(object))
        default:
            try object.allowOnly(["values"])
            let values = try object.value(
                "values", as: [Double].self, expected: "a list of learning rates")
            self = try Self.tabulated(values, pointer: "\(object.pointer)/values")
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
        let later =
            object.has("segments")
            ? try object.value(
                "segments", as: [ScheduleSegment].self, expected: "a list of segments") : []
        try self.init(segments: head.segments + later, warnings: head.warnings)
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
