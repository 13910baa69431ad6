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
            name: "repeat", usage: "repeat:k(…)",
            meaning: "the segments inside, k times; at most \(ScheduleLimits.segments) in all",
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
        guard run == "demo",
            let schedule = try? LearningRateSchedule(parsing: "warmup:100@3e-4,hold:900")
        else { throw .unknown(known: ["demo"]) }
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

    /// The names of the shapes that can follow a hold down to a final rate and need no parameter:
    /// what `wsd(shape=)` and the plans offer.
    package static let cooldownNames: [String] = shapes.compactMap { type in
        type.takesTarget && type.init(name: type.form.name) != nil ? type.form.name : nil
    }

    /// True when a shape's rates must all be above 0, so that it cannot end at 0.
    package static func needsPositiveRates(_ name: String) -> Bool {
        shape(named: name).map { type(of: $0).needsPositiveRates } ?? false
    }

    /// The shape of that name, or nil.
    static func shape(named name: String) -> (any SegmentShape)? {
        for type in shapes {
            if let shape = type.init(name: name) { return shape }
        }
        return nil
    }

    /// The form of the segment of that name, or nil; for a shape with a parameter, `polyx`, also
    /// where the parameter cannot be read.
    static func segmentForm(named name: String) -> ScheduleForm? {
        if let exact = segmentForms[name] { return exact }
        return shapes.first { type in
            type.parameter.map { name.hasPrefix($0.prefix) } ?? false
        }?.form
    }
}

// MARK: Forms

/// The form of a segment or a named schedule, for people: one entry of the catalogue.
package struct ScheduleForm: Sendable, Equatable, Encodable {
    /// The word it begins with.
    package let name: String
    /// Its pattern, such as `cosine:n@b`.
    package let usage: String
    /// One line on what it does.
    package let meaning: String
    /// A whole schedule that parses.
    package let example: String
    /// Further ones, where one does not show all that it can do.
    package let variants: [String]
    /// The named arguments it takes; empty for a segment.
    package let parameters: [ScheduleParameter]

    package init(
        name: String, usage: String, meaning: String, example: String,
        variants: [String] = [], parameters: [ScheduleParameter] = []
    ) {
        self.name = name
        self.usage = usage
        self.meaning = meaning
        self.example = example
        self.variants = variants
        self.parameters = parameters
    }

    /// The form of a named schedule, whose usage follows from its parameters.
    init(
        named name: String, _ parameters: [ScheduleParameter], meaning: String, example: String,
        variants: [String] = []
    ) {
        let arguments = parameters.map { parameter in
            parameter.standard.map { "\(parameter.name)=\($0)" } ?? "\(parameter.name)=…"
        }
        self.init(
            name: name, usage: "\(name)(\(arguments.joined(separator: ",")))", meaning: meaning,
            example: example, variants: variants, parameters: parameters)
    }

    /// The example and its variants.
    package var examples: [String] { [example] + variants }
}

/// One argument of a named schedule.
package struct ScheduleParameter: Sendable, Equatable, Encodable {
    package let name: String
    package let meaning: String
    /// The text that stands for a missing argument; nil where it must be given.
    package let standard: String?

    package init(_ name: String, _ meaning: String, standard: String? = nil) {
        self.name = name
        self.meaning = meaning
        self.standard = standard
    }

    static let peak = ScheduleParameter("peak", "highest learning rate")
    static let steps = ScheduleParameter("steps", "all steps, the warm-up included")
    static let warmup = ScheduleParameter("warmup", "steps of linear warm-up", standard: "0")
    static let final = ScheduleParameter("final", "learning rate at the end", standard: "0")
    static let positiveFinal = ScheduleParameter("final", "learning rate at the end, above 0")
    static let cycles = ScheduleParameter("cycles", "times it is repeated", standard: "1")
}
