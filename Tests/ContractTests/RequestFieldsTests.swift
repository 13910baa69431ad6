import Contract
import Fitting
import JSONText
import Laws
import Plans
import Records
import Schedules
import Testing

/// Requests, each described once: read from bodies and queries, written, and put into words.
@Suite struct RequestFieldsTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    private func errors(_ read: () throws -> Void) -> [ValidationError] {
        do {
            try read()
            return []
        } catch let errors as ValidationErrors {
            return errors.listed
        } catch {
            Issue.record("\(error)")
            return []
        }
    }

    // MARK: Reading

    @Test func `every error of a body is named, with its pointer and sentence`() throws {
        let body = try parse(
            """
            {"law":"lr-annealing","runs":["a"],"holdout":["a"],"seed":-1,"from_step":1.5,
            "fixed":{"a/b":"x"},"objective":{"loss":"huber","delta":0},"colour":1}
            """)
        let found = errors {
            var submission = FitSubmission()
            try BodyFields.read(body, into: &submission)
        }
        #expect(
            found.map(\.pointer) == [
                "/fixed/a~1b", "/objective/delta", "/from_step", "/seed", "/holdout", "/colour",
            ])
        #expect(found[3].detail == "seed = -1, must be a whole number of at least 0.")
        #expect(found[4].detail == "run a is in runs and in holdout; name it once.")
        #expect(
            found[5].detail.hasPrefix(
                "colour is not a field here; known are law, published, options, "))
    }

    @Test func `every error of a query is named, in the words of a query`() {
        let found = errors {
            var request = CurveRequest()
            try QueryFields.read(
                [("every", "0"), ("interval", "2"), ("evry", "1"), ("every", "3")], into: &request)
        }
        #expect(
            found == [
                .init(
                    pointer: "/schedule",
                    detail: "schedule is missing; give one such as "
                        + "warmup:2160@3e-4,cosine:21840@3e-5."),
                .init(
                    pointer: "/every", detail: "every = 0 must be a whole number of at least 1."),
                .init(
                    pointer: "/interval",
                    detail: "interval = 2 must lie between 0 and 1, as in 0.9."),
                .init(
                    pointer: "/evry",
                    detail:
                        "evry is no parameter of this call; it takes schedule, every, run, then, "
                        + "interval, interval_of, "
                        + Feature.allCases.map(\.rawValue).joined(separator: ", ") + "."),
                .init(pointer: "/every", detail: "every is given twice; send it once."),
            ])
    }

    @Test func `a body carries every feature that a query does, the loss among them`() throws {
        for feature in Feature.allCases {
            let body = try parse(#"{"schedule":"hold:10","\#(feature.rawValue)":2.5}"#)
            var curve = CurveRequest()
            try BodyFields.read(body, into: &curve)
            var asked = CurveRequest()
            try QueryFields.read(
                [("schedule", "hold:10"), (feature.rawValue, "2.5")], into: &asked)
            #expect(curve == asked)
            #expect(curve.prediction.features == [feature: 2.5])
            var plan = PlanRequest(TimeToTargetPlan.self)
            try BodyFields.read(
                parse(#"{"kind":"time-to-target","\#(feature.rawValue)":2.5}"#), into: &plan)
            #expect(plan.prediction.features == [feature: 2.5])
        }
    }

    @Test func `what a body says stands before what its query says`() throws {
        var curve = CurveRequest()
        try BodyFields.read(
            parse(#"{"schedule":"hold:10","every":5,"interval":false}"#), into: &curve)
        try QueryFields.read([("every", "7"), ("interval", ""), ("loss", "3")], into: &curve)
        #expect(curve.every == 5)
        #expect(curve.prediction.interval(standard: LawPredictor.Interval()) == nil)
        #expect(curve.prediction.features == [.loss: 3])
    }

    @Test(
        arguments: [
            ([], nil), ([("interval", "")], 0.9), ([("interval", "0.5")], 0.5),
            ([("interval_of", "mean")], 0.9),
        ] as [([(String, String)], Double?)])
    func `an interval is asked for by its level, its name alone, or its target`(
        query: [(String, String)], level: Double?
    ) throws {
        var loss = LossRequest()
        try QueryFields.read(query.map { (name: $0.0, value: $0.1) }, into: &loss)
        #expect(loss.prediction.interval()?.level == level)
        let isOfMean = query.contains { $0.0 == "interval_of" }
        #expect(loss.prediction.interval()?.target != .observation || !isOfMean)
    }

    @Test(arguments: [
        ([("runs", "a,b"), ("role", "test")], "/role"), ([], "/runs"),
        ([("runs", "a"), ("study", "s")], "/runs"), ([("runs", ",")], "/runs"),
        ([("study", "s"), ("role", "dev")], "/role"),
    ])
    func `runs to score are named, or a study's`(query: [(String, String)], pointer: String) {
        let found = errors {
            var score = ScoreRequest()
            try QueryFields.read(query.map { (name: $0.0, value: $0.1) }, into: &score)
        }
        #expect(found.map(\.pointer) == [pointer])
    }

    // MARK: Writing

    @Test func `what a client writes is what a server reads`() throws {
        var submission = FitSubmission(
            request: FitRequest(
                law: "lr-annealing", options: ["warmup_area": "ignored"],
                objective: try Objective(parsing: "huber:0.01"),
                fixed: ["annealing_decay": 0.99], series: "val", excludeHighest: 3, fromStep: 10,
                seed: 7, uncertainty: try UncertaintyMethod(parsing: "bootstrap:500")),
            runs: ["a", "b"], holdout: ["c"])
        var read = FitSubmission()
        try BodyFields.read(BodyWriter.body(of: submission), into: &read)
        #expect(read == submission)
        submission = FitSubmission(request: FitRequest(law: "kaplan"), study: "s")
        #expect(BodyWriter.body(of: submission) == (try parse(#"{"law":"kaplan","study":"s"}"#)))
    }

    @Test func `a query that a client writes is what a server reads`() throws {
        let loss = LossRequest(
            prediction: PredictionFields(
                features: [.parameterCount: 7e10, .loss: 0.1],
                interval: LawPredictor.Interval(level: 0.5, target: .mean)))
        var read = LossRequest()
        try QueryFields.read(BodyWriter.query(of: loss), into: &read)
        #expect(read == loss)
        let score = ScoreRequest(study: "a & b", role: .train)
        var scored = ScoreRequest()
        try QueryFields.read(BodyWriter.query(of: score), into: &scored)
        #expect(scored == score)
    }

    @Test func `a schedule survives the way, as text or as a list`() throws {
        let list = try LearningRateSchedule(
            parsing: #"{"points":[[0,0],[10,0.001]],"interpolation":"linear"}"#)
        for source in [ScheduleSource.json(.string("from:a@3,hold:4")), .known(list)] {
            var read = CurveRequest()
            try BodyFields.read(
                BodyWriter.body(of: CurveRequest(schedule: source)), into: &read)
            guard case .json(let json)? = read.schedule else {
                Issue.record("a schedule is read as JSON")
                continue
            }
            if case .known = source {
                #expect(try ScheduleSource.json(json).schedule() == list)
            } else {
                #expect(json == .string("from:a@3,hold:4"))
            }
        }
    }

    // MARK: Words

    @Test func `every field has a name of its own, a sentence and a schema`() {
        let requests: [any RequestFields] =
            [FitSubmission(), CurveRequest(), LossRequest(), ScoreRequest()]
            + PlanCatalog.standard.kinds.map { PlanRequest($0) }
        for request in requests {
            let fields = SchemaWriter.fields(of: request)
            #expect(!fields.isEmpty)
            #expect(Set(fields.map(\.name)).count == fields.count, "\(fields.map(\.name))")
            for field in fields {
                #expect(JSONName.snakeCase(field.name) == field.name)
                #expect(field.meaning.hasSuffix("."), "\(field.name): \(field.meaning)")
                guard case .object = field.schema else {
                    Issue.record("the schema of \(field.name) is an object")
                    continue
                }
            }
        }
    }
}
