package import JSONText
import Laws
package import Plans
package import Records
package import Schedules

/// A schedule as a request gives it: JSON that may name runs, or one that is known.
package enum ScheduleSource: Sendable, Equatable {
    /// A text of the schedule language, or the object form.
    case json(JSONValue)
    case known(LearningRateSchedule)

    /// The schedule.
    ///
    /// - Parameter runs: The runs that it may continue; nil where it must stand by itself.
    /// - Returns: The schedule.
    /// - Throws: `ScheduleError` with the segment and character, or the pointer within the object.
    package func schedule(runs: ScheduledRuns? = nil) throws(ScheduleError) -> LearningRateSchedule
    {
        switch self {
        case .known(let schedule): return schedule
        case .json(let json):
            switch json {
            case .string, .object: return try LearningRateSchedule(json: json, runs: runs)
            default:
                throw ScheduleError(
                    .wrongType(expected: "text of the schedule language or an object"),
                    at: .pointer(""))
            }
        }
    }

    var json: JSONValue {
        switch self {
        case .json(let value): value
        case .known(let schedule): schedule.json
        }
    }
}

extension FieldRule where Value == ScheduleSource {
    /// Any JSON: the schedule language has its own errors.
    static let schedule = FieldRule(
        "must be a schedule", read: { .json($0) },
        parse: { $0.isEmpty ? nil : .json(.string($0)) }, write: \.json,
        schema: ["oneOf": [.schema("string"), .schema("object")]])
}

/// A question for a predicted curve: the query or the body of `/v1/fits/{id}/curve`.
///
/// ```json
/// {"schedule":"warmup:300@3e-3,hold:2700","every":500,"interval":0.9}
/// ```
package struct CurveRequest: RequestFields, Equatable {
    package var schedule: ScheduleSource?
    package var every: Int?
    /// A run of the fit that is still training under the schedule: the curve starts where its log is.
    package var run: String?
    /// A fit of a metric, to go on to from the predicted losses.
    package var then: String?
    package var prediction: PredictionFields

    package init(
        schedule: ScheduleSource? = nil, every: Int? = nil, run: String? = nil,
        then: String? = nil, prediction: PredictionFields = PredictionFields()
    ) {
        self.schedule = schedule
        self.every = every
        self.run = run
        self.then = then
        self.prediction = prediction
    }

    package mutating func visit(_ fields: inout some FieldVisitor) {
        let errors = fields.errorCount
        fields.field("schedule", &schedule, .schedule, "The schedule of the run to predict.")
        if schedule == nil, fields.errorCount == errors {
            fields.refuse(
                "schedule",
                saying: "schedule is missing; give one such as warmup:2160@3e-4,cosine:21840@3e-5.")
        }
        fields.field(
            "every", &every, .count(1...Int.max), "Predict at steps 0, k, 2k and so on.")
        fields.field(
            "run", &run, .name,
            "A run of the fit that trains under the schedule: the curve starts where its log is.")
        fields.field("then", &then, .name, LossRequest.thenMeaning)
        prediction.visit(&fields)
    }
}

/// A question for one predicted loss: the query of `/v1/fits/{id}/loss`.
package struct LossRequest: RequestFields, Equatable {
    /// A fit of a metric, to go on to from the predicted loss.
    package var then: String?
    package var prediction: PredictionFields

    package init(then: String? = nil, prediction: PredictionFields = PredictionFields()) {
        self.then = then
        self.prediction = prediction
    }

    package mutating func visit(_ fields: inout some FieldVisitor) {
        fields.field("then", &then, .name, Self.thenMeaning)
        prediction.visit(&fields)
    }
}

extension LossRequest {
    /// The meaning of `then`, wherever it is asked.
    package static let thenMeaning =
        "A fit of loss-to-metric, or the name of a published one: what it says of the predicted loss, "
        + "with one interval."
}

/// The runs that a fit is judged on: the query of `/v1/fits/{id}/score`.
package struct ScoreRequest: RequestFields, Equatable {
    package var runs: [String]?
    package var study: String?
    /// The role of the study's runs; test where nothing is said.
    package var role: Run.Role?

    package init(runs: [String]? = nil, study: String? = nil, role: Run.Role? = nil) {
        self.runs = runs
        self.study = study
        self.role = role
    }

    package mutating func visit(_ fields: inout some FieldVisitor) {
        let errors = fields.errorCount
        fields.field("runs", &runs, .ids, "Ids of the runs to score.")
        fields.field("study", &study, .name, "The study whose test runs are scored.")
        fields.field("role", &role, .word([.train, .test]), "The role of the study's runs.")
        guard fields.errorCount == errors else { return }
        switch (runs, study) {
        case (_?, nil):
            if role != nil {
                fields.refuse(
                    "role", saying: "role goes with study; leave it out beside runs.")
            }
        case (nil, _?): break
        case (_?, _?), (nil, nil):
            fields.refuse(
                "runs", saying: "give runs, ids separated by commas, or study, one of the two.")
        }
    }
}

/// A question for a plan: the query or the body of `/v1/fits/{id}/plan`.
///
/// Beside the fields of every plan it has the options of its kind, written as a query has them.
package struct PlanRequest: RequestFields {
    package let kind: any PlanKind.Type
    /// Values by option name, as a query writes them.
    package var options: [String: String]
    /// The run that is asked about.
    package var run: String?
    package var prediction: PredictionFields

    package init(
        _ kind: any PlanKind.Type, options: [String: String] = [:], run: String? = nil,
        prediction: PredictionFields = PredictionFields()
    ) {
        self.kind = kind
        self.options = options
        self.run = run
        self.prediction = prediction
    }

    package mutating func visit(_ fields: inout some FieldVisitor) {
        var name: String? = kind.about.id
        fields.field("kind", &name, .queryText, "The kind of plan.")
        fields.field("run", &run, .name, "The run that is asked about.")
        prediction.visit(&fields)
        // One that is named as a size is read as such.
        for option in kind.about.options where Feature(rawValue: option.name) == nil {
            fields.field(option.name, &options[option.name], .queryText, option.meaning + ".")
        }
    }
}

/// A question for the rest of a run: the query of `/v1/runs/{id}/forecast`.
package struct ForecastRequest: RequestFields, Equatable {
    package var interval: IntervalLevel?
    package var every: Int?
    /// The loss whose step is asked for.
    package var target: Double?

    package init() {}

    package mutating func visit(_ fields: inout some FieldVisitor) {
        fields.field(
            "interval", &interval, .interval, "How sure the interval is to be; 0.9 otherwise.")
        fields.field("every", &every, .count(1...Int.max), "Predict at steps 0, k, 2k and so on.")
        fields.field("target", &target, .positive, "The loss whose step is asked for.")
    }
}
