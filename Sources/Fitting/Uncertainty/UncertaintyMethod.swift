/// The method for the uncertainty of a fit; in text `delta`, `bootstrap:4000` or `profile`.
package enum UncertaintyMethod: Sendable, Equatable {
    /// From the Jacobian at the optimum: the delta method, at the cost of no further fit.
    case delta
    /// From refits of resampled data; what curves lend is chosen by their number unless it is given.
    case bootstrap(resamples: Int, drawing: CurveUnit? = nil)
    /// Intervals where the cost rises by too much, the other parameters refitted.
    case profile

    /// The part of a curve that a bootstrap draws.
    package enum CurveUnit: String, Sendable, CaseIterable {
        /// Whole curves, which carry any correlation; the usual way from 20 of them.
        case runs
        /// Stretches of residuals, put on the fitted curve; the usual way for fewer curves.
        case blocks
    }

    package static let standardResamples = 1_000

    /// Fewer resamples say nothing of an interval's ends; more only cost time.
    package static let resampleLimits = 100...1_000_000

    /// Reads a name of the command line.
    ///
    /// - Parameter text: The name, for the bootstrap with a number of resamples after a colon
    ///   and a unit of curves after another.
    /// - Throws: `FittingError.badUncertainty` with what is allowed.
    package init(parsing text: String) throws(FittingError) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        switch (parts[0], parts.count) {
        case ("delta", 1): self = .delta
        case ("profile", 1): self = .profile
        case ("bootstrap", 1): self = .bootstrap(resamples: Self.standardResamples)
        case ("bootstrap", 2...):
            let unit = parts.count == 3 ? CurveUnit(rawValue: String(parts[2])) : nil
            guard let resamples = Int(parts[1]), Self.resampleLimits.contains(resamples),
                parts.count == 2 || unit != nil
            else { throw .badUncertainty(text) }
            self = .bootstrap(resamples: resamples, drawing: unit)
        default: throw .badUncertainty(text)
        }
    }

    /// The name without its number.
    package var name: String {
        switch self {
        case .delta: "delta"
        case .bootstrap: "bootstrap"
        case .profile: "profile"
        }
    }

    /// The same method as text that `init(parsing:)` reads.
    package var text: String {
        guard case .bootstrap(let resamples, let unit) = self else { return name }
        return "\(name):\(resamples)" + (unit.map { ":\($0.rawValue)" } ?? "")
    }
}
