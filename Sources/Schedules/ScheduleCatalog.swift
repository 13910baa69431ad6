/// Every segment and every named schedule of the language: a new one is its file and a line here.
package enum ScheduleCatalog {
    /// The shapes of segments.
    static let shapes: [any SegmentShape.Type] = [
        LinearShape.self,
        HoldShape.self,
        CosineShape.self,
        ExponentialShape.self,
        SquareRootShape.self,
        PolynomialShape.self,
        InverseSquareRootShape.self,
    ]

    /// The named schedules.
    static let schedules: [any NamedSchedule.Type] = [
        ConstantSchedule.self,
        LinearSchedule.self,
        CosineSchedule.self,
        PolynomialSchedule.self,
        ExponentialSchedule.self,
        InverseSquareRootSchedule.self,
        StepSchedule.self,
        TwoStageSchedule.self,
        WarmupStableDecaySchedule.self,
        TriangularSchedule.self,
        CyclicSchedule.self,
        RewarmSchedule.self,
        InfiniteSchedule.self,
    ]

    /// The segments that are no shape.
    private static let structure = [
        ScheduleForm(
            name: "step", usage: "step@b", meaning: "jumps to b, taking no steps",
            example: "warmup:100@3e-4,hold:500,step@3e-5,hold:400"),
        ScheduleForm(
            name: "repeat", usage: "repeat:k(…)", meaning: "the segments inside, k times",
            example: "repeat:3(linear:100@3e-4,cosine:300@3e-5)"),
        continuation,
    ]

    /// The segment that stands for a run's own schedule.
    static let continuation = ScheduleForm(
        name: "from", usage: "from:RUN@s",
        meaning: "run RUN's own schedule up to step s, where runs are at hand; first in a schedule",
        example: "from:demo@700,cosine:300@3e-5")

    /// The run that the example of `from` continues.
    package static let exampleRuns = ScheduledRuns { run throws(ScheduledRuns.Fault) in
        let demo = [
            ScheduleSegment(
                .run(shape: LinearShape.warmup, steps: 100, whole: nil, target: 3e-4),
                at: .schedule),
            ScheduleSegment(
                .run(shape: HoldShape(), steps: 900, whole: nil, target: nil), at: .schedule),
        ]
        guard run == "demo", let schedule = try? LearningRateSchedule(segments: demo) else {
            throw .unknown(known: ["demo"])
        }
        return ScheduledRuns.Found(schedule)
    }

    /// The segments, each with an example that parses.
    package static let segments: [ScheduleForm] =
        [LinearShape.warmupForm] + shapes.map { $0.form } + structure

    /// The named schedules, each with its parameters and an example that parses.
    package static let named: [ScheduleForm] = schedules.map { $0.form }

    /// The two ways to list rates, which only JSON can write.
    package static let lists: [ScheduleForm] = [
        ScheduleForm(
            name: "points", usage: #"{"points":[[step,rate],…],"interpolation":"linear"|"step"}"#,
            meaning:
                "rates at some steps, with straight lines or holds between; `steps` is the end",
            example: #"{"points":[[0,0],[100,3e-4],[700,3e-4],[1000,3e-5]]}"#,
            variants: [
                #"{"points":[[0,3e-4],[400,1e-4],[800,3e-5]],"interpolation":"step","steps":1000}"#
            ]),
        TabulatedShape.form,
    ]

    private static let segmentForms = Dictionary(
        uniqueKeysWithValues: segments.map { ($0.name, $0) })

    package static var segmentNames: [String] { segments.map(\.name) }
    package static var scheduleNames: [String] { named.map(\.name) }

    /// The shape of that name, or nil.
    static func shape(named name: String) -> (any SegmentShape)? {
        for type in shapes {
            if let shape = type.init(name: name) { return shape }
        }
        return nil
    }

    /// How the segment of that name is written, or nil.
    static func segmentForm(named name: String) -> ScheduleForm? {
        if let exact = segmentForms[name] { return exact }
        return name.hasPrefix("poly") ? PolynomialShape.form : nil
    }
}
