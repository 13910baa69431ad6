import Fitting
import HTTP
import JSONText
import Laws
import Schedules

/// What a request for a curve asks for, out of its query or its body.
struct CurveOrder {
    private static let names = ["every"] + IntervalReader.names + FeatureReader.names

    var schedule: LearningRateSchedule
    var every: Int?
    var interval: LawPredictor.Interval?
    var features: [Feature: Double]

    /// Reads a GET: everything is in the query.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - runs: The runs that the schedule may continue.
    ///   - others: Parameters that the caller reads.
    /// - Throws: `HTTPError` for the field that is wrong.
    init(query: Query, runs: ScheduledRuns, beside others: [String] = []) throws {
        let reader = try QueryReader(query, known: ["schedule"] + Self.names + others)
        guard let text = reader.text("schedule"), !text.isEmpty else {
            throw QueryReader.fault(
                "schedule",
                "schedule is missing; give one such as warmup:2160@3e-4,cosine:21840@3e-5.")
        }
        do {
            schedule = try LearningRateSchedule(parsing: text, runs: runs)
        } catch {
            throw FaultMapping.fault(error, status: .badRequest)
        }
        every = try reader.integer("every", in: 1...Int.max)
        interval = try IntervalReader.interval(reader)
        features = try FeatureReader.features(reader)
    }

    /// Reads a POST: the body is the schedule, or has it as a member with more beside it; the query
    /// says the rest, as for a GET.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - body: The body.
    ///   - runs: The runs that the schedule may continue.
    /// - Throws: `HTTPError` for the field that is wrong.
    init(query: Query, body: JSONValue, runs: ScheduledRuns) throws {
        let reader = try QueryReader(query, known: Self.names)
        guard body["schedule"] == nil else {
            self = try CurveOrder(body: body, runs: runs)
            every = try every ?? reader.integer("every", in: 1...Int.max)
            interval = try interval ?? IntervalReader.interval(reader)
            features.merge(try FeatureReader.features(reader)) { body, _ in body }
            return
        }
        guard case .object = body else {
            throw HTTPError.field(
                .unprocessableContent, "", "must be a JSON object with a member schedule.")
        }
        do {
            schedule = try ScheduleReader.schedule(from: body, runs: runs)
        } catch {
            throw FaultMapping.fault(error, at: "", status: .unprocessableContent)
        }
        every = try reader.integer("every", in: 1...Int.max)
        interval = try IntervalReader.interval(reader)
        features = try FeatureReader.features(reader)
    }

    private init(body: JSONValue, runs: ScheduledRuns) throws {
        var reader = ObjectReader(body)
        let schedule = reader.take("schedule") ?? .null
        every = reader.integer("every", in: 1...Int.max)
        interval = Self.interval(from: &reader)
        features = [:]
        for feature in Feature.allCases {
            features[feature] = reader.positive(feature.rawValue)
        }
        reader.finish()
        try reader.faults.check(.question)
        do {
            self.schedule = try ScheduleReader.schedule(from: schedule, runs: runs)
        } catch {
            throw FaultMapping.fault(error, status: .unprocessableContent)
        }
    }

    /// A level, or `true` for the standard one.
    static func interval(from reader: inout ObjectReader) -> LawPredictor.Interval? {
        let target = reader.word(
            "interval_of", of: [LawPredictor.Interval.Target.observation, .mean])
        guard let value = reader.take("interval") else {
            return target.map { LawPredictor.Interval(target: $0) }
        }
        let level: Double?
        switch value {
        case .bool(true): level = LawPredictor.Interval.standardLevel
        case .bool(false): return nil
        default: level = value.double
        }
        guard let level, level > 0, level < 1 else {
            reader.refuse("interval", value, "must lie between 0 and 1, as in 0.9")
            return nil
        }
        return LawPredictor.Interval(level: level, target: target ?? .observation)
    }
}
