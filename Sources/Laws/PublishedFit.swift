package import Records

/// A law with the parameter values that a paper printed: answers without any data.
///
///     let fit = try PublishedFit.named("hoffmann-2022", law: "chinchilla")
///     let law = try LawCatalog.standard.law(fit.law, options: fit.options)
///     for warning in fit.warnings { print(warning) }
///
/// A published fit has no covariance, so its predictions have no interval. Its numbers hold for the
/// tokenizer and the way of counting parameters of its study.
package struct PublishedFit: Sendable, Equatable {
    /// Its name, as in `hoffmann-2022`.
    package let name: String

    /// The id of its law.
    package let law: String

    /// The law's options that are not their defaults.
    package let options: [String: String]

    /// The values in the law's order, with all digits that were published.
    package let parameters: [Double]

    /// The paper, with the place of the values.
    package let source: String

    /// The parameters that N counts; empty for a law without N.
    package let parameterConvention: String

    /// The data and the unit of the loss.
    package let lossUnit: String

    /// The runs that it was fitted on.
    package let fittedOn: String

    /// The reach of those runs, where the paper says it in numbers; an open lower end is 0.
    package let ranges: [Feature: ClosedRange<Double>]

    /// The traps of its numbers, in sentences.
    package let warnings: [String]

    init(
        _ name: String, law: String, options: [String: String] = [:], _ parameters: [Double],
        source: String, parameterConvention: String = "", lossUnit: String, fittedOn: String,
        ranges: [Feature: ClosedRange<Double>] = [:], warnings: [String] = []
    ) {
        self.name = name
        self.law = law
        self.options = options
        self.parameters = parameters
        self.source = source
        self.parameterConvention = parameterConvention
        self.lossUnit = lossUnit
        self.fittedOn = fittedOn
        self.ranges = ranges
        self.warnings = warnings
    }

    /// The reason that predictions of a published fit carry no interval.
    package static let noInterval =
        "published values come without a covariance: predictions have no interval"

    /// The published fits of a law, in the order in which they are listed.
    package static func fits(of law: String) -> [PublishedFit] {
        all.filter { $0.law == law }
    }

    /// True for the name of a published fit.
    package static func isFit(_ name: String) -> Bool { all.contains { $0.name == name } }

    /// The published fit of a name.
    ///
    /// - Parameters:
    ///   - name: Its name, as in `hoffmann-2022`.
    ///   - law: The id of the law it must be of; `nil` for any.
    /// - Returns: The fit.
    /// - Throws: `LawError.unknownPublishedFit` with the names there are, or `.optimumWithoutLoss`.
    package static func named(_ name: String, law: String? = nil) throws(LawError) -> PublishedFit {
        guard PublishedOptimum.named(name) == nil else { throw .optimumWithoutLoss(name) }
        let known = law.map { fits(of: $0) } ?? all
        guard let fit = known.first(where: { $0.name == name }) else {
            throw .unknownPublishedFit(name, law: law, known: known.map(\.name))
        }
        return fit
    }

    /// The law of the fit, with its options chosen.
    package func configuredLaw(in catalog: LawCatalog = .standard) throws(LawError) -> ConfiguredLaw
    {
        try catalog.law(law, options: options)
    }
}
