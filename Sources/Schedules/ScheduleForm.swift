/// How a segment or a named schedule is written, for people: one entry of the catalogue.
package struct ScheduleForm: Sendable, Equatable {
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

    /// All that it shows.
    package var examples: [String] { [example] + variants }
}

/// One argument of a named schedule.
package struct ScheduleParameter: Sendable, Equatable {
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
