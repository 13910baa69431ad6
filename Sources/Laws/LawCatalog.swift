/// The laws that can be named, in the order in which they are listed.
package struct LawCatalog: Sendable {
    package var laws: [any ScalingLaw.Type]

    /// Every law of Isoloss: a new one is one line here.
    package static let standard = LawCatalog(laws: [
        ChinchillaLaw.self,
        AnnealingLaw.self,
        MultiPowerLaw.self,
        TranslationLaw.self,
        AverageParametersLaw.self,
        KaplanLaw.self,
        DataConstrainedLaw.self,
        LossToMetricLaw.self,
        SkalingLaw.self,
        StepsBatchLaw.self,
        MixtureOfExpertsLaw.self,
        ContinualLaw.self,
        ConvexBoundLaw.self,
        ForecastLaw.self,
    ])

    package init(laws: [any ScalingLaw.Type]) {
        self.laws = laws
    }

    /// The law of a name, with its options chosen.
    ///
    /// - Parameters:
    ///   - id: The law's name, as in `lr-annealing`.
    ///   - options: Choices by option name; the rest keep their defaults.
    /// - Returns: The law, ready to evaluate, and the options in force.
    /// - Throws: `LawError` when the name or an option is not known.
    package func law(_ id: String, options: [String: String] = [:]) throws(LawError)
        -> ConfiguredLaw
    {
        guard let type = laws.first(where: { $0.about.id == id }) else {
            throw .unknownLaw(id, known: laws.map { $0.about.id })
        }
        let chosen = try LawOptions(options, offered: type.about.options, law: id)
        return ConfiguredLaw(about: type.about, options: chosen, law: type.init(options: chosen))
    }
}

/// A law of the catalogue with its options chosen.
///
///     let law = try LawCatalog.standard.law("lr-annealing", options: ["model_size": "included"])
///     law.parameters.map(\.name)
package struct ConfiguredLaw: Sendable {
    package var about: LawDescription
    package var options: LawOptions
    package var law: any ScalingLaw

    package init(about: LawDescription, options: LawOptions, law: any ScalingLaw) {
        self.about = about
        self.options = options
        self.law = law
    }

    package var parameters: [ParameterSpec] { law.parameters }

    /// The same law with another value of an option.
    ///
    /// - Parameters:
    ///   - value: One of the option's values.
    ///   - option: An option that the law offers.
    /// - Returns: The law under it.
    package func choosing(_ value: String, of option: LawOption) -> ConfiguredLaw {
        let chosen = LawOptions(
            chosen: options.values.merging([option.name: value]) { $1 }, offered: about.options)
        return ConfiguredLaw(
            about: about, options: chosen, law: type(of: law).init(options: chosen))
    }

    /// The position of a parameter, by its JSON name.
    ///
    /// - Parameter name: The name, as in `annealing_decay`.
    /// - Returns: Its index in `parameters`.
    /// - Throws: `LawError.unknownParameter` with the names there are.
    package func index(ofParameter name: String) throws(LawError) -> Int {
        guard let index = parameters.firstIndex(where: { $0.name == name }) else {
            throw .unknownParameter(
                law: about.id, parameter: name, known: parameters.map(\.name))
        }
        return index
    }
}

extension ConfiguredLaw: CustomStringConvertible {
    /// The id and the options, as in `lr-annealing(model_size=included, …)`.
    package var description: String {
        let chosen = options.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return "\(about.id)(\(chosen.joined(separator: ", ")))"
    }
}
