/// A choice that changes a law's formula or the points it is fitted on.
package struct LawOption: Sendable, Equatable {
    package var name: String
    /// Allowed values, the default first.
    package var values: [String]
    package var meaning: String

    package var defaultValue: String { values[0] }

    package init(_ name: String, values: [String], meaning: String) {
        precondition(!values.isEmpty, "an option has a default")
        self.name = name
        self.values = values
        self.meaning = meaning
    }

    /// The logged points that a learning-rate law is fitted on; shared by all such laws.
    package static let pointsFrom = LawOption(
        "points_from", values: ["end_of_warmup", "start"],
        meaning: "end_of_warmup leaves out the points inside the warm-up, where no law holds")
}

/// The options of one law, each with an allowed value.
package struct LawOptions: Sendable, Equatable {
    /// Every option of the law by name, defaults filled in.
    package let values: [String: String]

    /// Checks the caller's choices against the options of the law.
    ///
    /// - Parameters:
    ///   - given: The caller's choices by option name.
    ///   - offered: The law's options.
    ///   - law: The law's id, for the error.
    /// - Throws: `LawError.unknownOption` or `LawError.unknownOptionValue`.
    package init(_ given: [String: String] = [:], offered: [LawOption], law: String)
        throws(LawError)
    {
        var values: [String: String] = [:]
        for option in offered { values[option.name] = option.defaultValue }
        for (name, value) in given.sorted(by: { $0.key < $1.key }) {
            guard let option = offered.first(where: { $0.name == name }) else {
                throw .unknownOption(law: law, option: name, known: offered.map(\.name))
            }
            guard option.values.contains(value) else {
                throw .unknownOptionValue(
                    law: law, option: name, value: value, known: option.values)
            }
            values[name] = value
        }
        self.values = values
    }

    /// Choices already checked, as far as a law offers them too; the rest keep their defaults.
    init(chosen: [String: String], offered: [LawOption]) {
        values = Dictionary(
            uniqueKeysWithValues: offered.map { ($0.name, chosen[$0.name] ?? $0.defaultValue) })
    }

    /// True when an option has a given value.
    package func has(_ option: LawOption, _ value: String) -> Bool {
        values[option.name] == value
    }
}
